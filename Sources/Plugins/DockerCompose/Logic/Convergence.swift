import Model
package import PluginKit

/// Brings the containers of a project to what a release says, through Compose.
package struct Convergence<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private let list: ContainerList<Host>
    private var host: Host { work.host }

    package init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
        list = ContainerList(engine, work.host)
    }

    /// Applies a difference; unchanged containers are not touched.
    ///
    /// - Parameter project: with the file that pins the images.
    /// - Returns: the result of a stage that is to end; nil when the commands did what they should.
    package func apply(_ difference: StackDifference, _ project: Engine.Project, containers: [Container]) throws
        -> StageResult?
    {
        let changed = difference.actions.keys.sorted()
        let running = changed.filter { !difference.stopped.contains($0) }
        let idle = changed.filter(difference.stopped.contains)
        let ownership = try Ownership(work, project: project.name)
        let strangers = difference.orphans.filter { !ownership.isDeployed && !ownership.owns($0) }
        if let result = try stop(strangers, of: project.name) { return result }
        let orphans = difference.orphans.filter { !strangers.contains($0) }
        if let result = try remove(orphans, "the removal of containers without a service") { return result }
        if engine.kind == .podman {
            // It takes what has the name for what is wanted, whatever it is made of.
            let old = containers.filter {
                if case .recreate? = difference.actions[$0.service] { return true }
                return false
            }
            if let result = try remove(old, "the removal of changed containers") { return result }
        }
        if !idle.isEmpty, let result = try up(["--no-start", "--no-deps"], idle, project) { return result }
        if !running.isEmpty {
            // Without its dependencies where one of them is to stay as it is.
            let flags = ["-d"] + (difference.stopped.isEmpty ? [] : ["--no-deps"])
            if let result = try up(flags, running, project) { return result }
            if engine.kind == .podman { try stopAgain(difference.stopped, project) }
        }
        return nil
    }

    /// Removes what a broken-off change left half way: while Compose makes a container anew, the new one (v2) or the old one
    /// (v1) has the other's id before its name, and the next `up` trips over it.
    ///
    /// - Returns: nil when there is nothing of the kind; else the result of a stage that is to end, if it is.
    package func sweep(_ containers: [Container], pins: [String: ReleaseRecord.Pin]) throws -> StageResult?? {
        let left = containers.filter { container in
            Self.isHalfWay(container.name)
                && !(container.isRunning && container.digest == pins[container.service]?.digest)
        }
        guard !left.isEmpty else { return nil }
        host.log("removing what a broken-off deployment left: \(left.map(\.name).joined(separator: ", "))")
        return .some(try remove(left, "the removal of what a broken-off deployment left"))
    }

    private func up(_ flags: [String], _ services: [String], _ project: Engine.Project) throws -> StageResult? {
        var arguments = ["up"] + flags + ["--no-build"]
        if engine.kind == .composeV2 { arguments += ["--pull", "never"] }
        func start() throws -> CommandEnd {
            var command = work.limited(engine.compose(project, arguments + services))
            command.keepOutput = 64 << 10
            return try host.run(command, onOutput: nil)
        }
        var end = try start()
        // What a killed Compose had asked for is made by the engine even after we have looked.
        for _ in 0..<3 where !end.succeeded && Self.namesHalfWay(end.errorText + end.outputText) {
            if let late = try latecomer(in: end.errorText + end.outputText, of: project.name),
                let result = try remove([late], "the removal of '\(late.name)'")
            {
                return result
            }
            end = try start()
        }
        let words: String
        if end.succeeded {
            guard engine.kind == .podman, let refusal = Self.refusal(ofPodman: end) else { return nil }
            words = refusal
        } else {
            words = Self.refusal(in: end)
        }
        if let result = try work.interruption(end, engine, "'\(engine.tool.joined(separator: " ")) up'") {
            return result
        }
        // Containers that did not start, or whose dependencies are not well, are found by the watch, which knows more.
        let text = "\(Self.refused)\(words)"
        var finding = PluginDiagnostic(.error, code: Failure.Code.command.rawValue, summary: text)
        let lines = (end.errorText + end.outputText).split(whereSeparator: \.isNewline).suffix(30)
        finding.detail = lines.joined(separator: "\n")
        host.report(finding)
        return .failed(text)
    }

    static var refused: String { "Compose did not start the stack: " }

    /// Compose v1 has its reason before its last line.
    private static func refusal(in end: CommandEnd) -> String {
        let lines = end.errorText.split(whereSeparator: \.isNewline)
        let line = lines.last { $0.hasPrefix("ERROR: for ") }.map { String($0.prefix(500)) }
        return line ?? StackReader<Host>.message(of: end.reason)
    }

    /// podman-compose 1.0.3 ends with 0 whatever podman says; it prints each call and its exit code. That of `run` is none
    /// where the container is there already: it is started then.
    private static func refusal(ofPodman end: CommandEnd) -> String? {
        var isStart = false
        var isRefused = false
        for line in end.outputText.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("podman ") { isStart = line.hasPrefix("podman start ") }
            if isStart, line.hasPrefix("exit code: "), line != "exit code: 0" { isRefused = true }
        }
        guard isRefused else { return nil }
        let lines = end.errorText.split(whereSeparator: \.isNewline)
        let error = lines.last { $0.hasPrefix("Error: ") } ?? lines.last
        return error.map { String(($0.hasPrefix("Error: ") ? $0.dropFirst(7) : $0).prefix(500)) }
            ?? "podman did not start a container"
    }

    /// The container of this project that stands in Compose's way with a name that only a broken-off change gives; nil when it
    /// does not show itself within some seconds: the engine keeps a name from before it has made the container.
    private func latecomer(in words: String, of project: String) throws -> Container? {
        for _ in 0..<20 where !host.isCancelled {
            let found = try list.containers(of: project).first { Self.isHalfWay($0.name) && words.contains($0.id) }
            if let found { return found }
            host.pause(.milliseconds(500))
        }
        return nil
    }

    /// `The container name "/cb870fdbd189_shop-web-1" is already in use by container "38f5…"`
    private static func namesHalfWay(_ words: String) -> Bool {
        words.matches(of: /container name "\/?([^"]+)" is already in use/).contains { isHalfWay(String($0.1)) }
    }

    /// While Compose makes a container anew, one of both has the other's id before its name.
    private static func isHalfWay(_ name: String) -> Bool {
        let prefix = name.prefix { $0 != "_" }
        return prefix.count == 12 && prefix.count < name.count && prefix.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }

    private func remove(_ containers: [Container], _ what: String) throws -> StageResult? {
        guard !containers.isEmpty else { return nil }
        for command in [["stop"], ["rm", "--force"]] {
            let end = try host.run(work.limited(engine.ask(command + containers.map(\.id))), onOutput: nil)
            if end.succeeded || end.errorText.lowercased().contains("no such container") { continue }
            if let result = try work.interruption(end, engine, what) { return result }
            return .failed("\(what) failed: \(end.reason)")
        }
        return nil
    }

    /// podman-compose starts dependencies whatever it is told.
    private func stopAgain(_ stopped: Set<String>, _ project: Engine.Project) throws {
        let started = try list.containers(of: project.name).filter { stopped.contains($0.service) && $0.isRunning }
        guard !started.isEmpty else { return }
        _ = try host.run(work.limited(engine.ask(["stop"] + started.map(\.id))), onOutput: nil)
    }

    /// Containers of a project that is taken over make room: ports and data are for one of both. They are not removed before
    /// the new ones are well.
    private func stop(_ strangers: [Container], of project: String) throws -> StageResult? {
        guard !strangers.isEmpty else { return nil }
        host.log(
            "the project '\(project)' is taken over from: \(strangers.map(\.name).joined(separator: ", "))",
            level: .warning)
        let running = strangers.filter { $0.isRunning || $0.status == "restarting" }.map(\.id)
        try Takeover(work.store).begin(project, strangers.map(\.id), stopping: running)
        guard !running.isEmpty else { return nil }
        let end = try host.run(work.limited(engine.ask(["stop"] + running)), onOutput: nil)
        if end.succeeded { return nil }
        let what = "the stop of containers that somebody else started"
        return try work.interruption(end, engine, what) ?? .failed("\(what) failed: \(end.reason)")
    }

    /// Removes what made room, now that the new containers are well.
    func finishTakeover(of project: String) throws -> StageResult? {
        let takeover = Takeover(work.store)
        let ids = takeover.containers(in: project)
        let old = ids.isEmpty ? [] : try list.containers(of: project).filter { ids.contains($0.id) }
        if let result = try remove(old, "the removal of containers that made room") { return result }
        try takeover.end()
        return nil
    }

    /// Takes the service's part of a project away: containers and networks, no volume. What others have in it stays, and what
    /// made room for the service runs again.
    package func down(_ project: String) throws -> StageResult? {
        let ownership = try Ownership(work, project: project)
        let all = try list.containers(of: project)
        let own = all.filter(ownership.owns)
        if let result = try remove(own, "the removal of the stack") { return result }
        let takeover = Takeover(work.store)
        let stopped = takeover.stopped(in: project)
        let waiting = all.filter { stopped.contains($0.id) }.map(\.id)
        if !waiting.isEmpty {
            let end = try host.run(work.limited(engine.ask(["start"] + waiting)), onOutput: nil)
            if !end.succeeded { host.log("not all that made room was started again: \(end.reason)", level: .warning) }
        }
        if !takeover.containers(in: project).isEmpty { try takeover.end() }
        guard own.count == all.count else {
            let names = all.filter { !own.contains($0) }.map(\.name).joined(separator: ", ")
            host.log("containers of others in the project '\(project)' are left alone: \(names)", level: .warning)
            return nil
        }
        for id in try list.lines(["network", "ls", "-q", "--filter", "label=com.docker.compose.project=\(project)"]) {
            _ = try host.run(engine.ask(["network", "rm", id]), onOutput: nil)
        }
        return nil
    }
}
