package import Model
import SupervisorCore

/// Asks a service whether it is well, over HTTP, TCP or by a command, until it says yes or the attempts are used up.
///
/// Nothing here holds a thread of Swift's pool: HTTP is asynchronous, the others wait on threads of their own.
package struct HealthProber: Sendable {
    /// One attempt's end; no reason means healthy.
    struct Attempt: Sendable, Hashable {
        var reason: String?
        var status: Int?
    }

    /// What the command probe needs to know.
    package struct Surroundings: Sendable {
        package var operation: String
        /// The service's release folder.
        package var directory: String
        /// The whole environment of a command.
        package var environment: [String: String]
        package init(operation: String, directory: String, environment: [String: String]) {
            self.operation = operation
            self.directory = directory
            self.environment = environment
        }
    }

    /// A health page may be long; a longer one than this is taken for something else.
    private static let largestBody = 4 << 20

    private let http: any HTTPService
    private let processes: any ProcessService
    private let masker: SecretMasker

    /// - Parameter masker: hides secrets in what a report says.
    package init(http: any HTTPService, processes: any ProcessService, masker: SecretMasker = SecretMasker()) {
        self.http = http
        self.processes = processes
        self.masker = masker
    }

    /// Returns at the first healthy attempt, when the service has ended, when the task is cancelled, or in the end.
    ///
    /// - Parameters:
    ///   - limit: for all attempts together; nil leaves it to their number.
    ///   - hasExited: says how the supervised service ended (`exited with code 1`), or nil while it runs. A service
    ///     that waits for its next automatic start has ended, as far as a deployment is concerned.
    ///   - attempted: told of each attempt as it ends.
    package func check(
        _ check: HealthCheck, _ surroundings: Surroundings, limit: Duration? = nil,
        hasExited: (@Sendable () async -> String?)? = nil,
        attempted: (@Sendable (_ number: Int, _ reason: String?) -> Void)? = nil
    ) async -> HealthReport {
        var report = HealthReport(probe: masker.mask(Self.text(check.probe)))
        let started = ContinuousClock.now
        report.end = await run(
            check, surroundings, until: limit.map { started.advanced(by: $0) }, hasExited, attempted, &report)
        report.duration = ContinuousClock.now - started
        return report
    }

    private func run(
        _ check: HealthCheck, _ surroundings: Surroundings, until deadline: ContinuousClock.Instant?,
        _ hasExited: (@Sendable () async -> String?)?, _ attempted: (@Sendable (Int, String?) -> Void)?,
        _ report: inout HealthReport
    ) async -> HealthReport.End {
        for number in 1...max(1, check.attempts) {
            if Task.isCancelled { return .cancelled }
            let left = deadline.map { ContinuousClock.now.duration(to: $0) }
            if let left, left <= .zero { return .timedOut }
            var attempt = await probe(
                check.probe, timeout: left.map { min($0, check.timeout.duration) } ?? check.timeout.duration,
                surroundings)
            attempt.reason = attempt.reason.map(masker.mask)
            if Task.isCancelled { return .cancelled }
            // Whoever answers in place of a service that is gone is not that service.
            if let how = await hasExited?() {
                report.add(Attempt(reason: attempt.reason ?? "something else answered"))
                return .exited(how)
            }
            report.add(attempt)
            attempted?(number, attempt.reason)
            if attempt.reason == nil { return .healthy }
            guard number < check.attempts else { break }
            let next = ContinuousClock.now.advanced(by: check.interval.duration)
            // Nothing that could still be asked in time would come after that pause.
            if let deadline, next >= deadline { return .timedOut }
            try? await Task.sleep(until: next, clock: .continuous)
        }
        return Task.isCancelled ? .cancelled : .exhausted
    }

    private func probe(_ probe: HealthCheck.Probe, timeout: Duration, _ surroundings: Surroundings) async -> Attempt {
        switch probe {
        case .http(let url, let expected): await get(url, expected, timeout)
        case .tcp(let host, let port):
            Attempt(reason: await TCPProbe.connect(host: host, port: port, timeout: timeout))
        case .command(let arguments): await execute(arguments, timeout, surroundings)
        }
    }

    private func get(_ url: String, _ expected: Int?, _ timeout: Duration) async -> Attempt {
        do throws(Failure) {
            let answer = try await http.send(
                HTTPServiceRequest(
                    method: "GET", url: url,
                    headers: [("User-Agent", "codex-deployer-health"), ("Connection", "close")],
                    timeout: timeout, maximumBody: Self.largestBody))
            let isHealthy = expected.map { $0 == answer.status } ?? (200..<400).contains(answer.status)
            let wanted = expected.map { ", expected \($0)" } ?? ""
            return Attempt(reason: isHealthy ? nil : "HTTP status \(answer.status)\(wanted)", status: answer.status)
        } catch {
            return Attempt(reason: error.cause.map { "\(error.message): \($0)" } ?? error.message)
        }
    }

    private func execute(_ arguments: [String], _ timeout: Duration, _ surroundings: Surroundings) async -> Attempt {
        let result = await processes.run(
            ProcessRequest(
                operation: surroundings.operation, arguments: arguments, directory: surroundings.directory,
                environment: surroundings.environment, timeout: timeout, grace: .milliseconds(500), keptOutput: 16_384)
        ) { _, _ in }
        let said =
            lastLine(result.standardError, isCut: result.isErrorCut)
            ?? lastLine(result.standardOutput, isCut: result.isOutputCut)
        let addition = said.map { ": \($0)" } ?? ""
        switch result.end {
        case .exited(0): return Attempt()
        case .exited(let code): return Attempt(reason: "exited with code \(code)\(addition)")
        case .signalled(let signal): return Attempt(reason: "was ended by \(Signals.name(signal))\(addition)")
        case .timedOut: return Attempt(reason: "no answer within \(timeout.spoken)\(addition)")
        case .cancelled: return Attempt(reason: "cancelled")
        case .notStarted(_, let reason): return Attempt(reason: "could not be started: \(reason)")
        }
    }

    /// Masked before it is cut: half of a secret would not be known as one.
    private func lastLine(_ output: [UInt8], isCut: Bool) -> String? {
        var lines = output.split(separator: UInt8(ascii: "\n"))
        if isCut, lines.count > 1 { lines.removeLast() }
        let line = lines.last { $0.contains { $0 > UInt8(ascii: " ") } }
        return line.map { String(masker.mask(String(decoding: $0, as: UTF8.self)).prefix(300)) }
    }

    private static func text(_ probe: HealthCheck.Probe) -> String {
        switch probe {
        case .http(let url, _): "GET \(url)"
        case .tcp(let host, let port): "connect to \(host):\(port)"
        case .command(let arguments): arguments.joined(separator: " ")
        }
    }
}
