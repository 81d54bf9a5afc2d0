package import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Services that systemd runs: the daemon only asks `systemctl`.
package struct SystemdUnits: Sendable {
    /// A unit as `systemctl show` describes it.
    package struct Unit: Sendable, Hashable {
        /// `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`.
        package var activeState: String
        package var subState: String
        package var pid: Int32?
        /// Automatic restarts by systemd.
        package var restarts: Int
        /// `success`, `exit-code`, `signal`, `oom-kill`, `timeout`, …
        package var result: String

        package init(activeState: String, subState: String, pid: Int32?, restarts: Int, result: String) {
            self.activeState = activeState
            self.subState = subState
            self.pid = pid
            self.restarts = restarts
            self.result = result
        }

        package var isActive: Bool { activeState == "active" }
    }

    private let processes: any ProcessService
    private let isUser: Bool
    private let program: String
    private let runtimeFolder: String

    /// - Parameters:
    ///   - isUser: asks the user's own manager instead of the system's.
    ///   - program: where `systemctl` is.
    ///   - runtimeFolder: exists where systemd is the running manager; sd_booted(3).
    package init(
        processes: any ProcessService, isUser: Bool = false, program: String = "systemctl",
        runtimeFolder: String = "/run/systemd/system"
    ) {
        self.processes = processes
        self.isUser = isUser
        self.program = program
        self.runtimeFolder = runtimeFolder
    }

    package var isAvailable: Bool { Files.isFolder(runtimeFolder) }

    package func start(_ unit: String, timeout: Duration = .seconds(120)) async throws(Failure) {
        try await order("start", unit, timeout)
    }
    package func stop(_ unit: String, timeout: Duration = .seconds(120)) async throws(Failure) {
        try await order("stop", unit, timeout)
    }
    package func restart(_ unit: String, timeout: Duration = .seconds(120)) async throws(Failure) {
        try await order("restart", unit, timeout)
    }

    /// What systemd knows of a unit.
    ///
    /// - Throws: `systemd.unknown-unit` when there is no such unit, besides what the orders throw.
    package func show(_ unit: String) async throws(Failure) -> Unit {
        let properties = "ActiveState,SubState,MainPID,NRestarts,Result,LoadState"
        let result = try await systemctl(["show", "--property=\(properties)", "--", unit], unit, .seconds(20))
        guard result.succeeded else { throw failure("show", unit, result) }
        var values: [String: String] = [:]
        for line in String(decoding: result.standardOutput, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        if values["LoadState"] == "not-found" { throw unknown(unit) }
        return Unit(
            activeState: values["ActiveState"] ?? "unknown", subState: values["SubState"] ?? "",
            pid: values["MainPID"].flatMap { Int32($0) }.flatMap { $0 > 0 ? $0 : nil },
            restarts: values["NRestarts"].flatMap { Int($0) } ?? 0, result: values["Result"] ?? "")
    }

    package func isActive(_ unit: String) async throws(Failure) -> Bool { try await show(unit).isActive }

    // MARK: systemctl

    private func order(_ verb: String, _ unit: String, _ timeout: Duration) async throws(Failure) {
        let result = try await systemctl([verb, "--", unit], unit, timeout)
        guard result.succeeded else { throw failure(verb, unit, result) }
    }

    private func systemctl(_ arguments: [String], _ unit: String, _ timeout: Duration) async throws(Failure)
        -> ProcessResult
    {
        guard Self.isUnitName(unit) else {
            throw Failure(
                Failure.Code("systemd.invalid-unit"), "'\(unit)' is no name of a systemd unit",
                remedy: "Name it as systemd does, such as 'api.service'.")
        }
        guard isAvailable else {
            throw Failure(
                Failure.Code("systemd.unavailable"), "unit '\(unit)' needs systemd, which does not run here",
                remedy: "Remove the unit from the service's options: the daemon then supervises it itself.",
                scheduling: .wait(for: "systemd"))
        }
        let request = ProcessRequest(
            operation: "systemctl",
            arguments: [program] + (isUser ? ["--user"] : []) + ["--no-ask-password"] + arguments,
            directory: "/", environment: Self.environment, timeout: timeout, keptOutput: 65_536)
        return await processes.run(request) { _, _ in }
    }

    private func failure(_ verb: String, _ unit: String, _ result: ProcessResult) -> Failure {
        var cause = String(decoding: result.standardError, as: UTF8.self)
        while cause.last?.isNewline == true { cause.removeLast() }
        switch result.end {
        case .notStarted(_, let reason):
            return Failure(
                Failure.Code("systemd.unavailable"), "'\(program)' cannot be executed", cause: reason,
                scheduling: .wait(for: "systemd"))
        case .timedOut:
            return Failure(
                Failure.Code("systemd.timeout"), "systemd did not \(verb) unit '\(unit)' in time",
                remedy: journal(unit),
                scheduling: .retry)
        case .cancelled: return Failure(Failure.Code("systemd.cancelled"), "'\(verb) \(unit)' was cancelled")
        // systemctl(1), "Exit status": LSB codes; 5 is "program is not installed".
        case .exited(5): return unknown(unit)
        default:
            return Failure(
                Failure.Code("systemd.failed"), "systemd could not \(verb) unit '\(unit)'", remedy: journal(unit),
                cause: cause)
        }
    }

    private func unknown(_ unit: String) -> Failure {
        Failure(
            Failure.Code("systemd.unknown-unit"), "systemd knows no unit '\(unit)'",
            remedy: "Install it, run 'systemctl daemon-reload', and deploy again.")
    }

    private func journal(_ unit: String) -> String { "See 'journalctl -u \(unit)'." }

    private static var environment: [String: String] {
        // The user's manager is found by these two.
        var environment = ["SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": "", "LC_ALL": "C"]
        for name in ["PATH", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        return environment
    }

    /// systemd.unit(5): letters, digits and `:-_.\@`, at most 255 of them; not an option.
    package static func isUnitName(_ text: String) -> Bool {
        guard (1...255).contains(text.utf8.count), let first = text.first, first != "-", first != "." else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: Array(":-_.\\@".utf8).contains(byte)
            }
        }
    }
}
