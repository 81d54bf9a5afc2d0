import Git
import Model
package import Stages
import SupervisorCore

/// Builds checked out sources, as a stranger's code is to be built: with a deadline, below everything else in priority,
/// within limits where the system has them, without the deployer's environment, and shut in where bubblewrap is there.
package struct PluginBuilder: Sendable {
    package struct Options: Sendable {
        package var deadline: Duration = .seconds(1800)
        package var niceness = 10
        package var limits = ResourceLimits(memory: 4 << 30, processes: 4096)
        /// Shut in or not at all.
        package var requiresSandbox = false
        /// False builds without bubblewrap though it is there.
        package var usesSandbox = true
        /// The environment that the operator's command has.
        package var environment: [String: String] = [:]
        /// Told of each line of output.
        package var show: (@Sendable (String) -> Void)?
        package init() {}
    }

    let options: Options
    /// The folder of our own programs.
    let programs: String
    private let processes: ProcessRunner

    /// - Parameters:
    ///   - programs: the folder of our own programs.
    ///   - entrance: absolute path of `ServiceSupervisor`, which ends whole trees.
    package init(_ options: Options, programs: String, groups: ControlGroups, entrance: String) {
        self.options = options
        self.programs = programs
        // What cannot be limited here is no news worth a line with each build; the page says when that is.
        processes = ProcessRunner(
            groups: groups, entrance: entrance, options: .init(niceness: options.niceness, limits: options.limits))
    }

    struct Built: Sendable {
        var bytes: [UInt8]
        var digest: String
        /// Relative to the folder or to the products.
        var path: String
        var system: String
        var needed: [String]
        /// Packages that it was built with and that no committed file pins.
        var hasOpenDependencies: Bool
        /// `bubblewrap, without network`, or why there was none.
        var isolation: String
        var isIsolated: Bool
        /// Absolute path of the sources that the harness is to try it on.
        var example: String?
        var options: String?
    }

    /// - Parameters:
    ///   - committed: paths of the repository's files.
    ///   - room: of this build.
    func build(
        _ source: PluginSource, in folder: BuildFolder, committed: [String], _ room: Confinement
    ) async throws(Failure) -> Built {
        let package = source.path.isEmpty ? folder.sources : "\(folder.sources)/\(source.path)"
        let names = Set(Files.names(in: package))
        let manifest = try BuildManifest(
            names: names,
            manifest: names.contains(BuildManifest.name) ? LibrarySearch.read("\(package)/\(BuildManifest.name)") : nil,
            place: source.place)
        let tracked = Set(committed.map { "\(folder.sources)/\($0)" })
        let command = BuildCommand(
            manifest, package: package, names: names, folder,
            configurations: Self.cargoConfigurations(source.path, committed, folder))
        let isShutOff = room.sandbox.map { !$0.isOnline } ?? false
        try await run(
            command, manifest, source, room,
            hint: isShutOff ? "its build had no network; --allow-network gives it one" : nil)
        let search = LibrarySearch(
            folder: command.products.folder, isDeep: command.products.isDeep, committed: tracked,
            wanted: manifest.library)
        let found = await DedicatedThread.run { search.candidates() }
        let chosen = try LibraryChoice.choose(found, wanted: manifest.library, place: source.place)
        guard let bytes = LibrarySearch.read("\(command.products.folder)/\(chosen.path)"),
            SHA256.hex(of: bytes) == chosen.digest, let library = LibraryFile(bytes)
        else { throw Failure(.pluginLibrary, "'\(chosen.path)' changed while it was looked at") }
        return Built(
            bytes: bytes, digest: chosen.digest, path: chosen.path, system: manifest.system.rawValue,
            needed: library.needed, hasOpenDependencies: Self.hasOpenDependencies(manifest.system, package, names),
            isolation: room.words, isIsolated: room.sandbox != nil,
            example: manifest.example.map { "\(package)/\($0)" }.flatMap { Files.isFolder($0) ? $0 : nil },
            options: manifest.options)
    }

    private func run(
        _ command: BuildCommand, _ manifest: BuildManifest, _ source: PluginSource, _ room: Confinement, hint: String?
    ) async throws(Failure) {
        let output = BuildOutput(sources: room.folder.sources, show: options.show)
        let result = await room.run(command.arguments, in: command.directory, timeout: options.deadline) {
            output.take($0, $1)
        }
        if result.succeeded { return }
        let what: String
        switch result.end {
        case .exited(let code): what = "'\(command.arguments[0])' ended with \(code)"
        case .signalled(let signal): what = "'\(command.arguments[0])' was ended by signal \(signal)"
        case .timedOut: what = "it was not done after \(options.deadline.spoken), and was ended"
        case .cancelled: what = "it was broken off"
        case .notStarted(_, let reason): what = "it needs '\(command.arguments[0])', which cannot be started: \(reason)"
        }
        let (errors, tail) = output.finish()
        let last = tail.suffix(errors.isEmpty ? 20 : 8)
        let cause = errors.map(\.line) + (errors.isEmpty || last.isEmpty ? [] : ["the last lines:"]) + last
        throw Failure(
            .pluginBuild, "\(source.place) does not build by its \(manifest.file): \(what)",
            remedy: (errors.isEmpty ? hint : nil) ?? (cause.isEmpty ? nil : "the lines above are its tools' own"),
            cause: cause.isEmpty ? nil : "\n  " + cause.joined(separator: "\n  ") + "\n")
    }

    // MARK: the sandbox

    /// - Parameters:
    ///   - epoch: time of the commit.
    ///   - isOnline: whether what is shut in may use the network.
    /// - Throws: `plugin.build` where a sandbox is asked for and there is none.
    func confine(_ folder: BuildFolder, epoch: Int64, isOnline: Bool) async throws(Failure) -> Confinement {
        let environment = BuildEnvironment.make(from: options.environment, folder, epoch: epoch)
        func room(_ sandbox: Sandbox?, _ words: String) -> Confinement {
            Confinement(
                sandbox: sandbox, words: words, environment: environment, folder: folder, processes: processes)
        }
        let reason: String
        if !options.usesSandbox {
            reason = "no sandbox, as was asked for"
        } else if let program = Sandbox.find(in: environment["PATH"]) {
            let shut = room(
                Sandbox(
                    program: program, environment: environment, programs: [programs], isOnline: isOnline),
                isOnline ? "bubblewrap, with network" : "bubblewrap, without network")
            guard let problem = await problem(of: shut) else { return shut }
            reason = "no sandbox: bubblewrap does not work here (\(problem))"
        } else {
            reason = "no sandbox: bubblewrap is not installed"
        }
        guard !options.requiresSandbox else {
            throw Failure(
                .pluginBuild, "the build is not to run without a sandbox, and there is \(reason)",
                remedy: "install the package bubblewrap, or leave out --require-sandbox")
        }
        return room(nil, reason)
    }

    /// Tried out: user namespaces may be switched off.
    private func problem(of room: Confinement) async -> String? {
        let result = await room.run(["/bin/true"], in: "/", timeout: .seconds(10), keptOutput: 1000)
        if result.succeeded { return nil }
        let words = String(decoding: result.standardError, as: UTF8.self).split(separator: "\n").first
        return words.map(String.init) ?? "\(result.end)"
    }

    // MARK: what the sources say

    private static func cargoConfigurations(_ path: String, _ committed: [String], _ folder: BuildFolder) -> [String] {
        var prefix = ""
        var places = [".cargo/config.toml"]
        for part in path.split(separator: "/") {
            prefix += "\(part)/"
            places.append("\(prefix).cargo/config.toml")
        }
        return places.filter(committed.contains).map { "\(folder.sources)/\($0)" }
    }

    private static func hasOpenDependencies(_ system: BuildManifest.System, _ package: String, _ names: Set<String>)
        -> Bool
    {
        switch system {
        case .make: false
        case .swift: !names.contains("Package.resolved") && Files.read("\(package)/Package.resolved") != nil
        case .cargo:
            !names.contains("Cargo.lock")
                && String(decoding: Files.read("\(package)/Cargo.lock") ?? [], as: UTF8.self).contains("\nsource = ")
        }
    }
}
