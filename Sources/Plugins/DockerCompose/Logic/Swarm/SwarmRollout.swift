import Model
import PluginKit
import PluginSupport

/// Makes a release what the Swarm runs, and waits until it does.
struct SwarmRollout<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private let client: SwarmClient<Host>
    private var host: Host { work.host }

    /// - Parameter work: with the options of the release.
    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
        client = SwarmClient(work, engine)
    }

    /// - Parameter files: Compose files of the sources, for places.
    func roll(to name: String, _ record: ReleaseRecord, files: [String]) throws -> StageResult {
        let watch = SwarmWatch(work, engine)
        let view = try watch.patiently { try client.view(of: record.project) }
        let ledger = SwarmLedger(work.store)
        let difference = SwarmDifference(
            pins: record.pins, replicas: record.replicas, services: view.services, ledger: ledger.read())
        var expectation = SwarmWatch<Host>.Expectation(
            stack: record.project, services: record.pins.keys.sorted(), finishing: Set(record.finishing), before: nil,
            files: files)
        if difference.isEmpty {
            let (result, _) = try watch.watch(expectation, settle: .zero)
            return result.status == .ok ? .noChange("the Swarm runs this release: \(result.summary)") : result
        }
        for change in difference.changes { host.log("\(change.action.rawValue) \(change.subject): \(change.reason)") }
        expectation.before = .init(view)
        let path = try write(name, record)
        try ledger.clear()
        if let failed = try deploy(path, record) { return failed }
        let (result, seen) = try watch.watch(expectation, settle: work.options.settle)
        guard result.status == .ok else { return result }
        try ledger.write(seen.services)
        let names = difference.actions.keys.sorted()
        let listed = names.count > 8 ? "\(names.count) services" : names.joined(separator: ", ")
        return .ok("brought up to date: \(listed); \(result.summary)")
    }

    /// The release's file for today's Swarm: configs and secrets that it has are not made again, so a file that has gone or
    /// changed since does not matter; paths are absolute.
    private func write(_ name: String, _ record: ReleaseRecord) throws -> String {
        let folder = work.store.files(name)
        guard let bytes = try Files.read("\(folder)/\(SwarmFile.name)", limit: 16 << 20),
            let json = try? PluginJSON(parsing: bytes), var members = json.object
        else {
            throw Failure(
                .releaseMissing, "release \(name) has no file for a Swarm", remedy: "Deploy a revision again.")
        }
        for kind in ["configs", "secrets"] {
            let there = Set(try client.names(String(kind.dropLast()), of: record.project))
            members[kind] = members[kind]?.object.map { entries in
                .object(entries.mapValues { Self.today($0, there: there, folder: folder) })
            }
        }
        let scratch = try work.scratchFolder("stack")
        let path = "\(scratch)/stack.json"
        try Files.write(Array(PluginJSON.object(members).text.utf8), to: path)
        return path
    }

    private static func today(_ entry: PluginJSON, there: Set<String>, folder: String) -> PluginJSON {
        guard var members = entry.object, let file = members["file"]?.string else { return entry }
        if let name = members["name"]?.string, there.contains(name) {
            return ["external": true, "name": .string(name)]
        }
        if file.hasPrefix("./") { members["file"] = .string("\(folder)/\(file.dropFirst(2))") }
        return .object(members)
    }

    private func deploy(_ path: String, _ record: ReleaseRecord) throws -> StageResult? {
        var command = work.limited(
            engine.tell([
                "stack", "deploy", "--compose-file", path, "--with-registry-auth", "--resolve-image", "never",
                "--prune",
                record.project,
            ]))
        command.keepOutput = 64 << 10
        command.secretEnvironment = work.options.secrets.sorted { $0.key < $1.key }
            .map { SecretValue($0.key, reference: $0.value) }
        var end = try host.run(command, onOutput: nil)
        // Somebody, or the Swarm itself, changed a service in the same moment; or a leader was elected.
        for _ in 0..<5 where !end.succeeded && Self.isPassing(end.errorText) && !host.isCancelled {
            host.pause(.seconds(2))
            end = try host.run(command, onOutput: nil)
        }
        if end.succeeded { return nil }
        if SwarmClient<Host>.isAway(end.errorText) { try client.check(end, "deploy the stack") }
        if let result = try work.interruption(end, engine, "'docker stack deploy'") { return result }
        let text = "the Swarm does not take the stack: \(end.reason)"
        var finding = PluginDiagnostic(.error, code: Failure.Code.command.rawValue, summary: text)
        finding.detail = (end.errorText + end.outputText).split(whereSeparator: \.isNewline).suffix(30)
            .joined(separator: "\n")
        host.report(finding)
        return .failed(text)
    }

    private static func isPassing(_ words: String) -> Bool {
        words.contains("update out of sequence") || SwarmClient<Host>.isAway(words)
    }

    /// Takes a stack away and waits until it is gone: services, tasks, networks, configs and secrets; no volume.
    func remove(_ stack: String) throws -> StageResult? {
        let watch = SwarmWatch(work, engine)
        while true {
            let view = try watch.patiently { try client.view(of: stack) }
            if let other = view.services.first(where: SwarmOwnership(work, stack: stack).isAnothers) {
                let whose = other.ownerService.map { "the service '\($0)'" } ?? "another service of a deployer"
                host.log("the stack '\(stack)' is that of \(whose) and stays", level: .warning)
                return nil
            }
            let rest = try ["network", "config", "secret"].flatMap { kind in
                try client.names(kind, of: stack).map { "\(kind) \($0)" }
            }
            if view.services.isEmpty, rest.isEmpty { return nil }
            if host.isCancelled { return .cancelled("the removal of the stack was cancelled") }
            guard host.timeLeft > .seconds(5) else {
                let names = view.services.map { "service \($0.name)" } + rest
                return .timedOut("the stack '\(stack)' is not gone yet: \(names.joined(separator: ", "))")
            }
            // A network that tasks still leave cannot be removed yet, so it is asked for again.
            let end = try host.run(work.limited(engine.ask(["stack", "rm", stack])), onOutput: nil)
            if end.outcome == .cancelled { return .cancelled("the removal of the stack was cancelled") }
            if SwarmClient<Host>.isAway(end.errorText) { try client.check(end, "remove the stack") }
            host.pause(.milliseconds(500))
        }
    }
}
