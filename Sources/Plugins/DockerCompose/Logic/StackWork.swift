import Documents
package import Model
package import PluginKit
import PluginSupport

/// What every stage of one service works with.
package struct StackWork<Host: StackHost> {
    package let call: StackCall
    package var options: Options
    package let host: Host
    package let store: ReleaseStore

    package init(_ call: StackCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
        store = ReleaseStore(directory: call.releaseDirectory)
    }

    package var source: StackSource { StackSource(in: call.sourceDirectory, chosen: options.files) }

    /// The engine that answers, after what killed tests have left there is gone.
    package func engine() throws -> Engine {
        let engine = try EngineFinder(call, options, host).find(pinned: call.checkpoint?.family)
        try EndToEnd(self, engine).clearAway()
        return engine
    }

    /// The project's name: the option, the file's own, or the service's.
    package func projectName(files: [String], in folder: String) -> String {
        if let project = options.project { return project }
        for file in files.reversed() {
            if let name = StackSource.tree("\(folder)/\(file)")?["name"]?.text, StackCall.projectName(of: name) == name
            {
                return name
            }
        }
        return call.projectName
    }

    package var projectFolder: ProjectFolder {
        ProjectFolder(
            path: options.projectDirectory ?? "\(call.releaseDirectory)/project",
            ledger: "\(call.releaseDirectory)/project.json")
    }

    /// The stack as it stands in the sources.
    ///
    /// - Throws: `PluginFailure` with the result of a stage that has nothing to work on.
    package func sources(scratch: String = "build") throws -> (project: Engine.Project, files: [String]) {
        switch source {
        case .files(let names):
            let project = Engine.Project(
                name: projectName(files: names, in: call.sourceDirectory),
                files: names.map { "\(call.sourceDirectory)/\($0)" }, directory: call.sourceDirectory)
            return (project, names)
        case .dockerfile:
            let file = "\(try scratchFolder(scratch))/\(StackFiles.generated)"
            try Files.write(Array(generated(context: call.sourceDirectory).text.utf8), to: file)
            let project = Engine.Project(
                name: projectName(files: [], in: ""), files: [file], directory: call.sourceDirectory)
            return (project, [StackFiles.generated])
        case .empty(let name):
            let text = "\(name) holds nothing but comments: there is nothing to deploy, and what runs is left alone"
            var warning = PluginDiagnostic(.warning, code: "compose.empty", summary: text)
            warning.location = .init(file: name, line: 1)
            throw PluginFailure(.noChange(text), diagnostics: [warning])
        case .nothing:
            throw Failure(
                .file, "there is neither a Compose file nor a Dockerfile in the service's folder",
                remedy: "Add one of \(StackSource.names.joined(separator: ", ")), or name yours in the option 'files'.")
        }
    }

    /// The Compose file that a Dockerfile alone stands for.
    package func generated(context: String) -> PluginJSON {
        let names = Set(call.environment.keys).union(options.environment.keys).union(options.secrets.keys)
        return StackFiles.compose(
            service: StackCall.projectName(of: call.shortName), context: context, members: options.container,
            environment: Array(names))
    }

    package func scratchFolder(_ name: String) throws(Failure) -> String {
        let folder = "\(call.scratchDirectory)/compose/\(name)"
        try Files.createFolder(folder)
        return folder
    }

    /// Where the image of a service is kept for a revision.
    package func reference(_ project: String, _ service: String, tag: String) -> String {
        "\(repository(project, service)):\(tag)"
    }

    /// `<project>.<service>.<eight digits>`: no project's name has a dot, and the digits are of the service and its workspace,
    /// so that no other service's build takes a tag away. Without a slash nobody on Docker Hub has that name either.
    package func repository(_ project: String, _ service: String) -> String {
        "\(repositories(of: project))\(ImageName.part(service)).\(call.mark.prefix(8))"
    }

    /// What the names of a project's own repositories begin with.
    package func repositories(of project: String) -> String {
        "\(options.registry.map { "\($0)/" } ?? "")\(ImageName.part(project))."
    }

    /// The result of a command that changes something; nil when it did what it should. An engine that went away under it is
    /// nobody's failure.
    package func interruption(_ end: CommandEnd, _ engine: Engine, _ what: String) throws -> StageResult? {
        switch end.outcome {
        case .exited(0): return nil
        case .cancelled: return .cancelled("\(what) was cancelled")
        case .timedOut: return .timedOut("\(what) did not end in time and was ended")
        case .notStarted: return .unavailable("'\(engine.tool[0])' cannot be run: \(end.message)")
        case .exited, .signalled:
            if try EngineFinder(call, options, host).answers(engine) { return nil }
            return .unavailable("the engine went away during \(what): \(end.reason)")
        }
    }

    /// Time for one command: what is left, but for the time to tell about it.
    package func limited(_ command: ProcessCommand) -> ProcessCommand {
        var command = command
        command.timeout = max(.milliseconds(100), host.timeLeft - min(.seconds(3), host.timeLeft / 10))
        return command
    }
}
