import Diagnostics
package import Model
package import PluginKit
import PluginSupport

/// Watches a service that has just been started: it has to live, and to stay alive.
///
/// What it answers over the network is the host's question (`health:` in deployer.yaml).
package struct HealthStage<Host: StageHost> {
    package let call: StageCall
    package let options: Options
    package let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        let store = call.store
        guard let name = store.current, let record = store.record(of: name) else {
            return .noChange("nothing is installed, so nothing has to be alive")
        }
        if let unit = options.systemdUnit { return try UnitHealth(call, options, host).watch(unit) }
        guard record.run != nil else {
            return .noChange("release \(record.revision.short) holds no executable that is to be run")
        }
        if call.isRestartedElsewhere { return .noChange("the operator's own script runs the service") }
        return try watch(release: name)
    }

    /// What one look at the service means.
    package enum Opinion: Hashable, Sendable {
        case healthy
        case sick(String)
        case wait(Duration)
    }

    /// Judges a condition by itself: how often it was asked before plays no part.
    package static func opinion(_ condition: ServiceCondition, now: Timestamp, settle: Duration) -> Opinion {
        let ended =
            condition.lastExit < 0
            ? "was ended by signal \(-condition.lastExit)" : "ended with exit code \(condition.lastExit)"
        switch condition.state {
        case .unknown: return .sick("has never been started")
        case .stopped: return .sick("is stopped")
        case .backoff: return .sick("\(ended) and waits for its restart number \(condition.restarts + 1)")
        case .running:
            // A clock that was set back makes a service younger than it is, but not younger than new.
            let age = condition.startedAt.map { max(.zero, now - $0) } ?? settle
            if age >= settle { return .healthy }
            if condition.restarts > 0 {
                // Watched after a deployment, or looked into because it crashed: long afterwards, it may well stay up again.
                return .sick("\(ended) and was started again, \(times(condition.restarts)) since it was deployed")
            }
            return .wait(settle - age)
        }
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    private func watch(release: String) throws -> StageResult {
        let step = Duration.milliseconds(200)
        let end = host.now.advanced(by: options.settle)
        while true {
            let condition = try host.condition()
            var opinion = Self.opinion(condition, now: host.now, settle: options.settle)
            // Nobody has to be watched for longer than that, whatever its clock says.
            if case .wait = opinion, host.now >= end { opinion = .healthy }
            switch opinion {
            case .healthy:
                let pid = condition.pid.map { " as process \($0)" } ?? ""
                if condition.restarts > 0 {
                    let message = "it was restarted \(Self.times(condition.restarts)) since it was deployed"
                    host.report(Diagnostic(.warning, code: "runtime.restarts", message: message, stage: .health))
                    // It lives, and whoever asks after the crash is to know where it was.
                    for finding in lastWords(message, condition, release).dropFirst() { host.report(finding) }
                }
                return .ok("alive\(pid)")
            case .sick(let what): return fail(what, condition: condition, release: release)
            case .wait(let left):
                if host.isCancelled { return .cancelled("the watch was cancelled") }
                if host.timeLeft < .seconds(1) { return .timedOut("the watch did not end in time") }
                host.progress(nil, "alive; watched for another \(left.spoken)")
                host.pause(min(step, max(left, .milliseconds(10))))
            }
        }
    }

    private func fail(_ what: String, condition: ServiceCondition, release: String) -> StageResult {
        let message = "service '\(call.service)' \(what)"
        for finding in lastWords(message, condition, release) { host.report(finding) }
        if !condition.message.isEmpty { host.log(condition.message) }
        return .failed(message)
    }

    /// What happened, and where it crashed.
    private func lastWords(_ message: String, _ condition: ServiceCondition, _ release: String) -> [Diagnostic] {
        let output = condition.logPath.map { LastWords.of(Files.tail($0, bytes: 64 << 10)) } ?? ""
        let paths = PathMapper(sourceDirectory: call.sourceDirectory)
        let crashes = LastWords.crashes(in: call.store.crashes(of: release), paths: paths)
        return LastWords.findings(message, output: output, crashes: crashes, paths: paths)
    }
}
