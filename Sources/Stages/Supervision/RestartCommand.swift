package import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The operator's own way to restart a service: `commands/restart-<service>.sh`, which wins over the plugin's stage.
///
/// The file is executed as it is, without a shell of ours, with the service's name as its only argument. A service with
/// a slash in its name has `+` in the file's: `gateway/kong` is restarted by `restart-gateway+kong.sh gateway/kong`.
/// What the script starts in the background lives on; when it takes too long, everything it started is ended. Its output
/// goes through a file, `logs/restart-<service>.log`, so that a service which prints does not die of a pipe that nobody
/// reads any more; the file of the run before is kept beside it.
///
/// It runs with the daemon's rights, so it must be a regular file (or a link to one inside `commands/`) that belongs to
/// root or the daemon's user, that nobody else may write to, in a folder of which the same holds.
package struct RestartCommand: Sendable {
    private let folder: String
    private let logs: String
    private let processes: any ProcessService

    /// - Parameters:
    ///   - folder: absolute path of `commands/`.
    ///   - logs: absolute path of the folder that takes what the scripts print.
    ///   - processes: a runner that keeps descendants (`ProcessRunner.Options.descendants`).
    package init(folder: String, logs: String, processes: any ProcessService) {
        self.folder = folder
        self.logs = logs
        self.processes = processes
    }

    /// The file for a service, whether it is there or not.
    package func path(for service: ServiceName) -> String { "\(folder)/restart-\(service.fileName).sh" }

    /// True when there is something of that name, be it fit to be executed or not.
    package func exists(for service: ServiceName) -> Bool {
        var information = stat()
        return lstat(path(for: service), &information) == 0
    }

    /// Checks the file.
    ///
    /// - Returns: the path to execute, links resolved.
    /// - Throws: `restart.refused` with the reason and the command that mends it.
    package func validated(for service: ServiceName) throws(Failure) -> String {
        let path = path(for: service)
        guard let home = Self.resolved(folder), let target = Self.resolved(path) else {
            throw refusal(path, "cannot be resolved: \(Files.lastError)", "Remove it or repair the link.")
        }
        guard target.hasPrefix("\(home)/") else {
            throw refusal(path, "leads out of 'commands/', to '\(target)'", "Put the file itself into 'commands/'.")
        }
        try checkSafety(home, isFolder: true)
        try checkSafety(target, isFolder: false)
        guard access(target, X_OK) == 0 else { throw refusal(path, "is not executable", "chmod +x '\(target)'") }
        return target
    }

    /// The scripts that lie there and would not be executed, with the reason and what mends it.
    package func obstacles() -> [ServiceName: String] {
        var found: [ServiceName: String] = [:]
        for file in Files.names(in: folder) where file.hasPrefix("restart-") && file.hasSuffix(".sh") {
            let part = String(file.dropFirst("restart-".count).dropLast(".sh".count))
            guard let service = SupervisedName(fileName: part)?.service else { continue }
            do throws(Failure) { _ = try validated(for: service) } catch { found[service] = error.description }
        }
        return found
    }

    private func checkSafety(_ path: String, isFolder: Bool) throws(Failure) {
        var information = stat()
        guard lstat(path, &information) == 0 else { throw refusal(path, "cannot be read: \(Files.lastError)", nil) }
        let kind = information.st_mode & S_IFMT
        guard kind == (isFolder ? S_IFDIR : S_IFREG) else {
            throw refusal(path, isFolder ? "is no folder" : "is no regular file", "Remove it.")
        }
        guard information.st_uid == 0 || information.st_uid == geteuid() else {
            throw refusal(
                path, "belongs to user \(information.st_uid), neither root nor the daemon's user",
                "chown \(geteuid()) '\(path)'")
        }
        guard information.st_mode & 0o022 == 0 else {
            throw refusal(path, "may be written to by its group or by others", "chmod go-w '\(path)'")
        }
    }

    private func refusal(_ path: String, _ reason: String, _ remedy: String?) -> Failure {
        Failure(Failure.Code("restart.refused"), "'\(path)' is not executed: it \(reason)", remedy: remedy)
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Runs the service's command; every fault is an outcome.
    ///
    /// - Parameters:
    ///   - environment: the script's whole environment.
    ///   - output: takes what it prints; `finish()` is called on it.
    ///   - masker: hides secrets in what it prints.
    package func run(
        _ service: ServiceName, operation: String, environment: [String: String], timeout: Duration,
        output: StageOutput, masker: SecretMasker? = nil
    ) async -> StageOutcome {
        let file: String
        do throws(Failure) {
            file = try validated(for: service)
        } catch {
            return outcome(.invalidConfig, error.description, code: error.code.rawValue)
        }
        let started = Timestamp.now
        let capture = OutputCapture(output, mask: OutputMask.each(hiding: masker))
        var request = ProcessRequest(
            operation: operation, arguments: [file, service.text], directory: folder, environment: environment,
            timeout: timeout)
        request.outputFile = newLog(for: service)
        let result = await processes.run(request) { capture.receive($0, $1) }
        capture.finish()
        output.finish()
        let name = "'\(path(for: service))'"
        var outcome: StageOutcome =
            switch result.end {
            case .exited(0): outcome(.ok, "restarted by \(name)", code: nil)
            case .exited(let code): outcome(.failed, "\(name) exited with code \(code)", code: "restart.command")
            case .signalled(let signal):
                outcome(
                    .failed, "\(name) was ended by signal \(signal) (\(Signals.name(signal)))", code: "restart.command")
            case .timedOut:
                outcome(.timedOut, "\(name) took longer than \(timeout.spoken) and was ended", code: "restart.timeout")
            case .cancelled: outcome(.cancelled, "\(name) was cancelled", code: nil)
            case .notStarted(_, let reason):
                outcome(.invalidConfig, "\(name) could not be started: \(reason)", code: "restart.command")
            }
        outcome.startedAt = started
        outcome.duration = .init(Timestamp.now - started)
        outcome.stageTime = .init(result.duration)
        return outcome
    }

    /// What a service of the run before writes still, goes on into the old file.
    private func newLog(for service: ServiceName) -> String? {
        let path = "\(logs)/restart-\(service.fileName).log"
        guard Files.makeFolder(logs, mode: 0o755) else { return nil }
        rename(path, "\(path).1")
        return path
    }

    private func outcome(_ status: StageStatus, _ summary: String, code: String?) -> StageOutcome {
        var outcome = StageOutcome(stage: .restart, status: status, summary: summary)
        if let code { outcome.diagnostics = [Diagnostic(.error, code: code, message: summary, stage: .restart)] }
        return outcome
    }
}
