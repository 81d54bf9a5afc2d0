package import Model

/// What a health check found, attempt by attempt.
package struct HealthReport: Sendable, Hashable {
    package enum End: Sendable, Hashable {
        case healthy
        /// Every attempt failed.
        case exhausted
        /// The time for all attempts together was over.
        case timedOut
        /// The service is known to have ended: further attempts were pointless.
        case exited(String)
        case cancelled
    }

    /// Attempts in a row that ended alike.
    package struct Run: Sendable, Hashable {
        /// Numbers of the attempts, from 1.
        package var first: Int
        package var last: Int
        /// Why they failed; nil for success.
        package var reason: String?
        /// The HTTP status, where there was one.
        package var status: Int?

        /// `attempts 1-4: connection refused`.
        package var text: String {
            let number = first == last ? "attempt \(first)" : "attempts \(first)-\(last)"
            return "\(number): \(reason ?? "healthy")"
        }
    }

    package var end: End
    /// What was asked: `GET http://127.0.0.1:8080/up`.
    package var probe: String
    package private(set) var runs: [Run] = []
    package var duration: Duration = .zero

    package init(probe: String) {
        self.probe = probe
        end = .exhausted
    }

    package var isHealthy: Bool { end == .healthy }
    package var attempts: Int { runs.last?.last ?? 0 }

    /// Adds one attempt. Memory stays bounded: the middle of a long history of changing answers is dropped.
    mutating func add(_ attempt: HealthProber.Attempt) {
        let number = attempts + 1
        if let last = runs.indices.last, runs[last].reason == attempt.reason, runs[last].status == attempt.status {
            runs[last].last = number
        } else {
            runs.append(Run(first: number, last: number, reason: attempt.reason, status: attempt.status))
            if runs.count > 60 { runs.remove(at: 20) }
        }
    }

    /// One sentence for people.
    package var summary: String {
        let last = runs.last?.reason.map { ": \($0)" } ?? ""
        switch end {
        case .healthy: return "healthy after \(attempts == 1 ? "1 attempt" : "\(attempts) attempts") (\(probe))"
        case .exhausted:
            return "not healthy after \(attempts == 1 ? "1 attempt" : "\(attempts) attempts") in \(duration.spoken) "
                + "(\(probe))\(last)"
        case .timedOut:
            return
                "not healthy within \(duration.spoken), after \(attempts == 1 ? "1 attempt" : "\(attempts) attempts") "
                + "(\(probe))\(last)"
        case .exited(let how): return "not healthy: the service \(how) (\(probe))"
        case .cancelled: return "the health check was cancelled (\(probe))"
        }
    }

    /// The report as the outcome of the stage `health`.
    package func outcome(startedAt: Timestamp) -> StageOutcome {
        let status: StageStatus =
            switch end {
            case .healthy: .ok
            case .cancelled: .cancelled
            case .exhausted, .exited: .failed
            case .timedOut: .timedOut
            }
        var outcome = StageOutcome(
            stage: .health, status: status, summary: summary, startedAt: startedAt, duration: duration)
        if status == .failed || status == .timedOut {
            var diagnostic = Diagnostic(.error, code: "health.failed", message: summary, stage: .health)
            if case .exited = end { diagnostic.code = "health.exited" }
            diagnostic.detail = runs.map(\.text).joined(separator: "\n")
            outcome.diagnostics = [diagnostic]
        }
        return outcome
    }
}
