import Model
import PluginKit

/// Asks and tells a manager of a Swarm, through the engine's own client.
struct SwarmClient<Host: StackHost> {
    let engine: Engine
    private let work: StackWork<Host>
    private var host: Host { work.host }
    /// Without a leader a manager answers late.
    private let patience: Duration = .seconds(30)

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    /// - Throws: `compose.no-swarm`, to be waited for, when the engine is no manager of a Swarm that works.
    func checkManager() throws {
        let end = try ask(["info", "--format", "{{json .Swarm}}"])
        try check(end, "tell about its Swarm")
        guard let json = try? PluginJSON(parsing: end.output) else {
            throw Failure(.command, "what the engine says of its Swarm cannot be read")
        }
        let state = json["LocalNodeState"]?.string ?? "inactive"
        let error = json["Error"]?.string ?? ""
        switch (state, json["ControlAvailable"]?.bool ?? false) {
        // Pending: it has not yet reported itself, and may answer all the same.
        case ("active", true), ("pending", true): return
        case ("active", false):
            throw away("is a worker of its Swarm, and only managers take orders", "Name a manager in 'docker_host'.")
        case ("inactive", _):
            throw away("is in no Swarm", "Make one with 'docker swarm init', or join one as a manager.")
        default: throw away("is in a Swarm that is \(state)\(error.isEmpty ? "" : ": \(error)")", nil)
        }
    }

    private func away(_ text: String, _ remedy: String?) -> Failure {
        let socket = (try? EngineFinder(work.call, work.options, host).socket(engine)) ?? ""
        return Failure(
            .swarm, "the Docker engine\(socket.isEmpty ? "" : " at \(socket)") \(text)",
            remedy: remedy ?? "It is tried again by itself.", scheduling: .wait(for: "a manager of the Swarm"))
    }

    /// What the Swarm has of a stack.
    func view(of stack: String) throws -> SwarmView {
        let ids = try lines(["service", "ls", "-q", "--filter", "label=\(SwarmService.stackLabel)=\(stack)"])
        let services = try inspect("service", ids).compactMap { SwarmService($0, stack: stack) }
        let tasks = ids.isEmpty ? [] : try lines(["service", "ps", "-q", "--no-trunc"] + ids, tolerant: true)
        let nodes = try inspect("node", try lines(["node", "ls", "-q"]))
        return SwarmView(
            services: services.sorted { $0.name < $1.name },
            tasks: try inspect("task", tasks).compactMap(SwarmTask.init),
            nodes: nodes.compactMap(SwarmNode.init).sorted { $0.name < $1.name })
    }

    /// Names of objects that belong to a stack: `network`, `config`, `secret`.
    func names(_ kind: String, of stack: String) throws -> [String] {
        try lines([kind, "ls", "--format", "{{.Name}}", "--filter", "label=\(SwarmService.stackLabel)=\(stack)"])
    }

    private func inspect(_ kind: String, _ ids: [String]) throws -> [PluginJSON] {
        guard !ids.isEmpty else { return [] }
        let end = try ask(["inspect", "--type", kind] + ids)
        // What goes away between the two questions is not described, and the command says so.
        if case .exited = end.outcome, let items = (try? PluginJSON(parsing: end.output))?.array, !items.isEmpty {
            return items
        }
        if end.errorText.lowercased().contains("no such") { return [] }
        try check(end, "describe its \(kind)s")
        throw Failure(.command, "the engine's description of its \(kind)s cannot be read")
    }

    func lines(_ arguments: [String], tolerant: Bool = false) throws -> [String] {
        let end = try ask(arguments)
        let isNothing = tolerant && end.errorText.lowercased().contains("no such")
        if !isNothing { try check(end, "run '\(arguments.prefix(2).joined(separator: " "))'") }
        return end.outputText.split(whereSeparator: \.isNewline).map(String.init)
    }

    func ask(_ arguments: [String]) throws -> CommandEnd {
        var command = engine.ask(arguments)
        command.timeout = min(patience, max(.milliseconds(100), host.timeLeft))
        return try host.run(command, onOutput: nil)
    }

    /// - Throws: what the end of a command means, unless it did what it should.
    func check(_ end: CommandEnd, _ what: String) throws {
        switch end.outcome {
        case .exited(0): return
        case .cancelled: throw PluginFailure(.cancelled("cancelled"))
        case .timedOut: throw away("did not answer in time when asked to \(what)", nil)
        case .notStarted: throw away("cannot be asked: \(end.message)", nil)
        case .exited, .signalled:
            if Self.isAway(end.errorText) { throw away("does not \(what): \(end.reason)", nil) }
            throw Failure(.command, "the Swarm does not \(what)", cause: end.reason)
        }
    }

    /// Words of an engine that is away, or of a Swarm without a leader.
    static func isAway(_ words: String) -> Bool {
        let words = words.lowercased()
        return [
            "does not have a leader", "not a swarm manager", "not part of a swarm", "context deadline exceeded",
            "cannot connect to the docker daemon", "error during connect", "is the docker daemon running",
            "transport is closing", "transport: error while dialing", "swarm is encrypted", "lost leadership",
            "no longer the leader", "connection reset by peer", "code = unavailable", "raft: stopped",
        ].contains { words.contains($0) }
    }

    /// The last lines of a task's output. A machine that is gone keeps its own.
    func lastLines(of task: SwarmTask, count: Int = 30) -> String {
        var command = engine.ask(["service", "logs", "--raw", "--tail", String(count), task.id])
        command.timeout = .seconds(8)
        guard let end = try? host.run(command, onOutput: nil) else { return "" }
        return String(decoding: (end.output + end.error).suffix(16 << 10), as: UTF8.self)
    }
}
