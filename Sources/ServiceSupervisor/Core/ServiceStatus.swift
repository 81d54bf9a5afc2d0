/// What a supervisor says of its service: the answer to every command and, for people, the file `status`.
package struct ServiceStatus: Hashable, Sendable {
    package enum State: String, Sendable, Codable {
        case running
        /// Being ended: SIGTERM was sent, SIGKILL follows after the grace.
        case stopping
        /// It exited by itself and is started again when the backoff is over.
        case backoff
        /// Ended by the operator; it stays so.
        case stopped
    }

    /// How a process of the service ended.
    package struct Exit: Hashable, Sendable {
        package var code: Int32?
        package var signal: Int32?
        /// Why it could not even be started.
        package var startError: String?
        /// Milliseconds since 1970.
        package var at: Int
        /// Milliseconds that it ran.
        package var ranFor: Int

        package init(code: Int32? = nil, signal: Int32? = nil, startError: String? = nil, at: Int, ranFor: Int) {
            self.code = code
            self.signal = signal
            self.startError = startError
            self.at = at
            self.ranFor = ranFor
        }

        /// `exited with code 3`, `was ended by signal 11 (Segmentation fault)`, `could not be started: …`.
        package var text: String {
            if let startError { return "could not be started: \(startError)" }
            if let signal { return "was ended by signal \(signal) (\(Signals.name(signal)))" }
            return "exited with code \(code ?? -1)"
        }
    }

    package var service: String
    package var state: State
    /// Of the service's first process, while it runs.
    package var pid: Int32?
    /// Start time of `pid` in clock ticks since the machine started; with it, `pid` names one process for ever.
    package var startTime: UInt64?
    package var supervisor: Int32
    /// When the present state began, milliseconds since 1970.
    package var since: Int
    /// Automatic restarts since the last start that was asked for.
    package var restarts: Int
    /// Milliseconds until the next automatic start, in `backoff`.
    package var nextStart: Int?
    /// The last end that nobody had asked for.
    package var lastExit: Exit?
    /// The last lines that the service printed before `lastExit`.
    package var crashOutput: [String]
    package var logPath: String

    package init(service: String, state: State, supervisor: Int32, since: Int, logPath: String) {
        self.service = service
        self.state = state
        self.supervisor = supervisor
        self.since = since
        self.logPath = logPath
        restarts = 0
        crashOutput = []
    }

    package init?(_ text: FieldText) {
        guard let service = text["service"], let state = text["state"].flatMap(State.init(rawValue:)),
            let supervisor = text["supervisor"].flatMap({ Int32($0) }), let since = text.integer("since"),
            let logPath = text["log"]
        else { return nil }
        self.init(service: service, state: state, supervisor: supervisor, since: since, logPath: logPath)
        pid = text["pid"].flatMap { Int32($0) }
        startTime = text["start-time"].flatMap { UInt64($0) }
        restarts = text.integer("restarts") ?? 0
        nextStart = text.integer("next-start")
        if let at = text.integer("exit-at"), let ranFor = text.integer("exit-ran-for") {
            lastExit = Exit(
                code: text["exit-code"].flatMap { Int32($0) }, signal: text["exit-signal"].flatMap { Int32($0) },
                startError: text["exit-start-error"], at: at, ranFor: ranFor)
        }
        crashOutput = text.all("crash")
    }

    package var text: FieldText {
        var text = FieldText()
        text.add("service", service)
        text.add("state", state.rawValue)
        text.add("pid", pid)
        text.add("start-time", startTime)
        text.add("supervisor", supervisor)
        text.add("since", since)
        text.add("restarts", restarts)
        text.add("next-start", nextStart)
        text.add("exit-code", lastExit?.code)
        text.add("exit-signal", lastExit?.signal)
        text.add("exit-start-error", lastExit?.startError)
        text.add("exit-at", lastExit?.at)
        text.add("exit-ran-for", lastExit?.ranFor)
        for line in crashOutput { text.add("crash", line) }
        text.add("log", logPath)
        return text
    }

    /// One sentence for people.
    package var sentence: String {
        let past = lastExit.map { "; last it \($0.text) after \($0.ranFor / 1000) s" } ?? ""
        switch state {
        case .running:
            let unattended = supervisor == 0 ? " without its supervisor" : ""
            let times = restarts == 1 ? "once" : "\(restarts) times"
            return "runs as process \(pid ?? 0)\(unattended)\(restarts > 0 ? ", restarted \(times)\(past)" : "")"
        case .stopping: return "is being stopped"
        case .stopped: return "is stopped"
        case .backoff:
            if supervisor == 0 { return "does not run, and neither does its supervisor" }
            let wait = nextStart.map { "; it is started again in \(($0 + 999) / 1000) s" } ?? ""
            return "does not run: it \(lastExit?.text ?? "ended")\(wait)"
        }
    }
}
