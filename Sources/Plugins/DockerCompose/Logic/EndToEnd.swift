import Model
package import PluginKit
import PluginSupport

/// The end-to-end tests: the stack in a project of its own, until one of its services ends. The project is taken away
/// whatever happens; what a kill left of one is taken away by the next stage of the service.
package struct EndToEnd<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private let list: ContainerList<Host>
    private var host: Host { work.host }

    package init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
        list = ContainerList(engine, work.host)
    }

    /// Names of services that hold tests, where nobody says which: the convention of Docker Hub's automated tests, and ours.
    static var usualNames: [String] { ["sut", "tests", "test", "e2e"] }

    /// A trial of a patch may run beside the tests of a cycle.
    private var suffix: String { work.call.isVerification ? "verify" : "e2e" }
    private var place: TestProject<Host> { TestProject(work, engine, suffix: suffix) }

    package func run() throws -> StageResult {
        let (sources, own) = try work.sources(scratch: suffix)
        let files = work.options.testFiles ?? own
        var project = sources
        project.name = place.name(beside: sources.name)
        if work.options.testFiles != nil { project.files = files.map { "\(work.call.sourceDirectory)/\($0)" } }
        let stack = try StackReader(work, engine).read(project)
        let service = try testService(stack, files)
        try BuildBoundary(work).check(stack, files: files, folder: project.directory)
        try place.begin(
            project.name,
            images: stack.names.filter { stack.services[$0]?.build != nil }.map {
                work.reference(project.name, $0, tag: work.call.tag)
            })
        defer { try? clearAway() }
        if let result = try prepare(stack, &project, live: sources.name, files: files) { return result }
        let code = try host.run(work.limited(command(project, service)), onOutput: nil)
        if code.outcome == .cancelled { return .cancelled("the end-to-end tests were cancelled") }
        let containers = try list.containers(of: project.name)
        try keepLogs(containers)
        if code.outcome == .timedOut { return .timedOut("the end-to-end tests did not end in time and were ended") }
        return try conclude(code, containers, service, files)
    }

    private func testService(_ stack: Stack, _ files: [String]) throws -> String {
        if let name = work.options.testService {
            if stack.services[name] != nil { return name }
            let names = stack.names.joined(separator: ", ")
            throw Failure(
                .configuration, "there is no service '\(name)' among \(names)",
                remedy: "Correct the option 'test_service'.")
        }
        if let name = Self.usualNames.first(where: { stack.services[$0] != nil }) { return name }
        throw Failure(
            .configuration, "which service holds the tests? None is called \(Self.usualNames.joined(separator: ", "))",
            remedy: "Name it in the option 'test_service', and its file in 'test_files'.")
    }

    /// Images: those of the stage `build` where it made some, others are built or pulled now.
    private func prepare(_ stack: Stack, _ project: inout Engine.Project, live: String, files: [String]) throws
        -> StageResult?
    {
        let images = Images(work, engine)
        if let result = try images.pull(stack, project: project.name, files: files) { return result }
        var references: [String: String] = [:]
        var missing = stack
        for (name, service) in stack.services where service.build != nil {
            let built = work.reference(live, name, tag: work.call.tag)
            if try list.image(built) != nil {
                references[name] = built
                missing.services[name]?.build = nil
            } else {
                references[name] = work.reference(project.name, name, tag: work.call.tag)
            }
        }
        if missing.hasBuilds, let result = try images.build(missing, project, files: files) { return result }
        let tags = "\(try work.scratchFolder(suffix))/tags.json"
        try Files.write(Array(place.file(stack, project: project.name, images: references).text.utf8), to: tags)
        project.files.append(tags)
        return nil
    }

    private func command(_ project: Engine.Project, _ service: String) throws -> ProcessCommand {
        var arguments = ["up", "--no-build", "--abort-on-container-exit", "--exit-code-from", service]
        if engine.kind == .composeV2 { arguments += ["--pull", "never"] }
        var command = engine.compose(project, arguments)
        command.arguments = try place.guarded(command.arguments, project.name)
        command.keepOutput = 64 << 10
        return command
    }

    private func conclude(
        _ end: CommandEnd, _ containers: [Container], _ service: String, _ files: [String]
    ) throws -> StageResult {
        let verdict = containers.first { $0.service == service }
        let passed = end.succeeded && verdict.map { $0.status == "exited" && $0.exitCode == 0 } ?? false
        report(service, passed, verdict)
        if passed { return .ok("the end-to-end tests passed: '\(service)' exited with code 0") }
        if !end.succeeded, verdict == nil, let result = try work.interruption(end, engine, "the end-to-end tests") {
            return result
        }
        var headline = ""
        // The end of the run ends the others with a signal; what failed before has a code of its own.
        let failed = containers.filter {
            $0.status == "exited" && ![0, 137, 143].contains($0.exitCode) || $0 == verdict
        }
        for container in failed {
            let text = "end-to-end tests: '\(container.service)' \(container.spoken)"
            var finding = PluginDiagnostic(.error, code: Failure.Code.test.rawValue, summary: text)
            finding.location = StackSource.place(of: container.service, files: files, in: work.call.sourceDirectory)
            finding.detail = "The last lines of its output:\n\(try list.lastLines(of: container))"
            host.report(finding)
            if headline.isEmpty || container == verdict { headline = text }
        }
        if failed.isEmpty {
            headline = "the end-to-end tests did not start: \(StackReader<Host>.message(of: end.reason))"
            var finding = PluginDiagnostic(.error, code: Failure.Code.test.rawValue, summary: headline)
            finding.detail = (end.errorText + end.outputText).split(whereSeparator: \.isNewline).suffix(30)
                .joined(separator: "\n")
            host.report(finding)
        }
        return .failed(headline)
    }

    private func report(_ service: String, _ passed: Bool, _ container: Container?) {
        var failures: [PluginJSON] = []
        if !passed { failures = [["message": .string(container.map { "it \($0.spoken)" } ?? "it did not run")]] }
        let report: PluginJSON = [
            "suites": [
                [
                    "name": "end to end", "framework": "compose",
                    "cases": [
                        [
                            "name": .string(service), "result": passed ? "passed" : "failed", "duration": 0,
                            "failures": .array(failures),
                        ]
                    ],
                ]
            ]
        ]
        host.output("test-report", report.text)
    }

    /// The whole output of each container, in a file of its own.
    private func keepLogs(_ containers: [Container]) throws {
        let folder = "\(try work.scratchFolder(suffix))/logs"
        try Files.remove(folder)
        try Files.createFolder(folder)
        for container in containers {
            let end = try host.run(engine.ask(["logs", container.id]), onOutput: nil)
            try Files.write(end.output + end.error, to: "\(folder)/\(container.name).log")
            host.output("log:\(container.service)", "\(folder)/\(container.name).log")
        }
    }

    /// Removes a test project that is still there, and nothing else.
    package func clearAway() throws { try place.clearAway() }
}
