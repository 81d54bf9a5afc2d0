import Model
package import PluginKit

/// Watches a systemd unit: it has to be active for the whole time, with one and the same process.
package struct UnitHealth<Host: StageHost> {
    private let host: Host
    private let settle: Duration
    private let control: ServiceControl<Host>

    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.host = host
        settle = options.settle
        control = ServiceControl(call, options, host)
    }

    /// Properties of a unit, as `systemctl show` prints them.
    package struct Condition: Hashable, Sendable {
        package var values: [String: String]
        package init(_ text: String) {
            values = Dictionary(
                text.split(separator: "\n").compactMap { line in
                    line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
                }, uniquingKeysWith: { $1 })
        }
        package var isActive: Bool { values["ActiveState"] == "active" }
        package var isStarting: Bool { ["activating", "reloading"].contains(values["ActiveState"] ?? "") }
        package var pid: String { values["MainPID"] ?? "" }
        package var restarts: String { values["NRestarts"] ?? "" }
        package var spoken: String {
            let state = [values["ActiveState"], values["SubState"]].compactMap { $0 }.joined(separator: "/")
            let result = values["Result"].map { ", result \($0)" } ?? ""
            return "is \(state.isEmpty ? "not known to systemd" : state)\(result)"
        }
        static var properties: String { "ActiveState,SubState,Result,MainPID,NRestarts,LoadState" }
    }

    package func watch(_ unit: String) throws -> StageResult {
        let end = host.now.advanced(by: settle)
        var first: Condition?
        while true {
            var command = control.systemctl(["show", "--property", Condition.properties, unit])
            command.keepOutput = 64 << 10
            command.isQuiet = true
            let answer = try host.run(command, onOutput: nil)
            if case .notStarted = answer.outcome { return ServiceControl<Host>.noSystemd(answer.message) }
            if answer.outcome == .cancelled || host.isCancelled { return .cancelled("the watch was cancelled") }
            let condition = Condition(String(decoding: answer.output, as: UTF8.self))
            if condition.isStarting, host.timeLeft > .seconds(2) {
                first = nil
                host.pause(.milliseconds(300))
                continue
            }
            guard condition.isActive else { return fail(unit, condition.spoken) }
            if let first, first.pid != condition.pid || first.restarts != condition.restarts {
                return fail(unit, "was restarted while it was watched; it does not stay up")
            }
            first = first ?? condition
            if host.now >= end { return .ok("unit \(unit) is active") }
            if host.timeLeft < .seconds(1) { return .timedOut("the watch of \(unit) did not end in time") }
            host.pause(min(.milliseconds(300), max(.milliseconds(10), end - host.now)))
        }
    }

    private func fail(_ unit: String, _ what: String) -> StageResult {
        let message = "unit \(unit) \(what)"
        var diagnostic = Diagnostic(.error, code: "runtime.unhealthy", message: message, stage: .health)
        let journal = LastWords.of(Array(control.journal(of: unit).utf8))
        if !journal.isEmpty { diagnostic.detail = "The last lines of its journal:\n\(journal)" }
        host.report(diagnostic)
        return .failed(message)
    }
}
