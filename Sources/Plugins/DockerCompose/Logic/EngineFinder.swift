import Model
import PluginKit

/// Finds the tool and the engine that answer: `docker compose`, `docker-compose`, `podman-compose`, in that order.
package struct EngineFinder<Host: StackHost> {
    private let host: Host
    private let options: Options
    private let environment: [String: String]
    private let note: ToolNote?
    /// A question that hangs is an engine that does not answer.
    private let patience: Duration = .seconds(10)

    package init(_ call: StackCall, _ options: Options, _ host: Host) {
        self.host = host
        self.options = options
        environment = call.environment
        note = ToolNote(scratchDirectory: call.scratchDirectory)
    }

    package init(environment: [String: String], _ options: Options, _ host: Host) {
        self.host = host
        self.options = options
        self.environment = environment
        note = nil
    }

    private enum Answer {
        case found(Engine)
        case missing(String)
        case cancelled
    }

    /// - Parameter pinned: the family that the stack runs on. Another engine does not take its place while it is away:
    ///   the containers would run twice when it comes back.
    /// - Throws: `compose.no-engine`, to be waited for, with what was tried and why it did not do.
    package func find(pinned: Engine.Family?) throws -> Engine {
        var reasons: [String] = []
        for kind in candidates(pinned) {
            // Else a first deployment would go to the machine's podman whenever the Docker that is meant is away.
            if kind == .podman, pinned == nil, options.engine == .automatic, let wanted = try wantsDocker() {
                reasons.append("podman is not asked: \(wanted)")
                continue
            }
            let noted = note?.version(of: kind)
            switch try ask(kind, noted: noted) {
            case .found(let engine):
                if noted == nil { note?.write(kind, version: engine.composeVersion) }
                host.log("using \(engine.spoken)")
                return engine
            case .missing(let reason): reasons.append(reason)
            case .cancelled: throw PluginFailure(.cancelled("the search for an engine was cancelled"))
            }
        }
        let pin =
            pinned.map {
                "; the stack runs on \($0.rawValue), so no other engine is asked (the option 'engine' moves it)"
            } ?? ""
        throw Failure(
            .engine,
            "no container engine answers: \(reasons.joined(separator: "; "))\(options.engine == .automatic ? pin : "")",
            remedy: "Start the engine, or install one with Compose; it is tried again by itself.",
            scheduling: .wait(for: "a container engine"))
    }

    private func candidates(_ pinned: Engine.Family?) -> [Options.Engine] {
        if options.engine == .swarm { return [.composeV2, .composeV1] }
        guard options.engine == .automatic else { return [options.engine] }
        return switch pinned {
        case .docker, .swarm: [.composeV2, .composeV1]
        case .podman: [.podman]
        case nil: [.composeV2, .composeV1, .podman]
        }
    }

    /// What says that Docker is wanted and no other engine; nil where nothing does. podman's own socket serves Docker's tools
    /// and podman alike.
    private func wantsDocker() throws -> String? {
        if let host = options.dockerHost { return "the option 'docker_host' is \(host)" }
        for name in ["DOCKER_HOST", "DOCKER_CONTEXT"] {
            // The environment is the daemon's; a plugin sees it through its children.
            var question = Engine(.composeV2, options: options).ask([])
            question.arguments = ["printenv", name]
            question.timeout = patience
            let end = try host.run(question, onOutput: nil)
            let value = end.outputText.prefix { !$0.isNewline }
            if end.succeeded, !value.isEmpty, value != "default", !value.contains("podman") {
                return "\(name) is \(value)"
            }
        }
        return nil
    }

    /// - Parameter noted: the tool's version when it need not be asked.
    private func ask(_ kind: Options.Engine, noted: String? = nil) throws -> Answer {
        var engine = Engine(kind, options: options, environment: environment)
        if let noted {
            engine.composeVersion = noted
            return try askBehind(engine)
        }
        let name = engine.tool.joined(separator: " ")
        var question = engine.ask([])
        question.keepOutput = 64 << 10
        question.arguments = engine.tool + (kind == .podman ? ["--version"] : ["version", "--short"])
        question.timeout = patience
        let tool = try host.run(question, onOutput: nil)
        if tool.outcome == .cancelled { return .cancelled }
        guard tool.succeeded, let version = Self.version(in: tool.outputText) else {
            if tool.outcome == .timedOut { return .missing("'\(name)' did not answer within 10 s") }
            return .missing("'\(name)' is not installed")
        }
        engine.composeVersion = version
        return try askBehind(engine)
    }

    /// Asks the engine behind a tool.
    private func askBehind(_ engine: Engine) throws -> Answer {
        var engine = engine
        let kind = engine.kind
        var second =
            kind == .podman
            ? engine.ask(["info", "--format", "{{.Version.Version}}"])
            : engine.ask(["version", "--format", "{{.Server.Version}}"])
        second.timeout = patience
        second.keepOutput = 64 << 10
        let end = try host.run(second, onOutput: nil)
        if end.outcome == .cancelled { return .cancelled }
        if end.succeeded, let version = Self.version(in: end.outputText) {
            engine.engineVersion = version
            return .found(engine)
        }
        return .missing(try absence(engine, end))
    }

    /// Whether the engine still answers: tells a failed command from an engine that went away under it.
    package func answers(_ engine: Engine) throws -> Bool {
        if case .found = try ask(engine.kind) { return true }
        note?.forget()
        return false
    }

    private func absence(_ engine: Engine, _ end: CommandEnd) throws -> String {
        guard engine.family == .docker else { return "podman does not answer: \(end.reason)" }
        if case .notStarted = end.outcome {
            return "'\(engine.tool.joined(separator: " "))' is there, but 'docker' is not installed"
        }
        let socket = try socket(engine)
        let place = socket.isEmpty ? "the Docker engine" : "the Docker engine at \(socket)"
        if end.outcome == .timedOut { return "\(place) did not answer within 10 s" }
        return "\(place) does not answer: \(end.reason)"
    }

    /// Where the client looks for its engine; this asks no engine.
    func socket(_ engine: Engine) throws -> String {
        if let host = options.dockerHost { return host }
        var question = engine.ask(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])
        question.timeout = patience
        let end = try host.run(question, onOutput: nil)
        return end.succeeded ? String(end.outputText.prefix { !$0.isWhitespace }) : ""
    }

    /// The first word that begins like a version: `2.26.1-4`, `podman-composer version  1.0.3`.
    static func version(in text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("using ") {
            for word in line.split(whereSeparator: \.isWhitespace) {
                let bare = word.first == "v" ? word.dropFirst() : word
                if bare.first?.isNumber == true, bare.contains(".") { return String(bare) }
            }
        }
        return nil
    }
}
