import Diagnostics
import Model
package import PluginKit

/// Starts, stops and asks after the service: through its systemd unit where one is configured, else through the host.
package struct ServiceControl<Host: StageHost> {
    package let call: StageCall
    package let options: Options
    package let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    /// What is started, for people.
    package var subject: String {
        options.systemdUnit.map { "unit \($0)" } ?? "'\(call.service)'"
    }

    /// Whether a release holds anything to run; a unit may run whatever it likes.
    package func runs(_ record: ReleaseRecord) -> Bool { options.systemdUnit != nil || record.run != nil }

    /// Starts the service from a release, replacing the process that runs.
    ///
    /// - Returns: how the stage ends when it could not be started, everything reported; else nil.
    package func start(release name: String, _ record: ReleaseRecord) throws -> StageResult? {
        if let unit = options.systemdUnit { return try systemctl("restart", unit) }
        guard let executable = record.run else { return nil }
        let process = try process(release: name, executable: executable)
        let condition = try host.start(process)
        let pid = condition.pid.map { ", pid \($0)" } ?? ""
        host.log("started \(process.arguments[0])\(pid)")
        if let path = condition.logPath { host.output("log", path) }
        return nil
    }

    /// Stops the service and keeps it stopped.
    package func stop() throws -> StageResult? {
        if let unit = options.systemdUnit { return try systemctl("stop", unit) }
        _ = try host.stop(grace: options.grace)
        return nil
    }

    /// The process to run. Its path is the release's own, not the one through `current`: what runs can be told from
    /// what is to run, and a crash report names it.
    package func process(release name: String, executable: String) throws -> SupervisedProcess {
        let folder = call.store.path(name)
        var process = SupervisedProcess(
            ["\(folder)/\(executable)"] + options.arguments, directory: options.directory ?? folder)
        process.environment = call.environment.merging(options.environment, uniquingKeysWith: { $1 })
        process.secretEnvironment = options.secrets.sorted { $0.key < $1.key }
            .map { SecretValue($0.key, reference: $0.value) }
        process.inherit = options.inherit
        process.grace = options.grace
        let backtraces = Toolchain.backtraces(into: try call.store.prepareCrashFolder(of: name))
        if process.environment["SWIFT_BACKTRACE"] == nil, let backtraces {
            process.environment["SWIFT_BACKTRACE"] = backtraces
        }
        return process
    }

    /// nil when it did what it was told.
    private func systemctl(_ verb: String, _ unit: String) throws -> StageResult? {
        let end = try host.run(systemctl([verb, unit]), onOutput: nil)
        switch end.outcome {
        case .cancelled: return .cancelled("systemctl \(verb) \(unit) was cancelled")
        case .ended(.timedOut): return .timedOut("systemctl \(verb) \(unit) did not end in time")
        case .notStarted: return Self.noSystemd(end.message)
        case .ended where end.succeeded:
            host.log("systemctl \(verb) \(unit)")
            return nil
        case .ended:
            var diagnostic = Diagnostic(
                .error, code: "systemd.failed", message: "systemctl \(verb) \(unit) failed", stage: nil)
            diagnostic.detail = journal(of: unit)
            host.report(diagnostic)
            return .failed("systemctl \(verb) \(unit) failed")
        }
    }

    package static func noSystemd(_ message: String) -> StageResult {
        let reason = message.isEmpty ? "" : " (\(message))"
        return .unavailable(
            "systemctl cannot be run\(reason): remove the option 'systemd_unit' to let the daemon run the service")
    }

    package func systemctl(_ arguments: [String]) -> ProcessCommand {
        command(["systemctl"] + (options.systemdUser ? ["--user"] : []) + arguments)
    }

    private func command(_ arguments: [String]) -> ProcessCommand {
        var command = ProcessCommand(arguments)
        command.inherit = ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"]
        command.timeout = ToolRun.timeout(within: host.timeLeft)
        return command
    }

    /// The last lines of the unit's journal; empty where there is none to read.
    package func journal(of unit: String) -> String {
        var command = command(
            ["journalctl"] + (options.systemdUser ? ["--user"] : [])
                + ["--unit", unit, "--lines", "40", "--no-pager", "--output", "cat"])
        command.keepOutput = 64 << 10
        command.isQuiet = true
        guard let end = try? host.run(command, onOutput: nil), end.succeeded else { return "" }
        return String(decoding: end.output, as: UTF8.self)
    }
}
