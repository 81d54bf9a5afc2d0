import Logs
import Model
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Prints a document of the history, for people or for machines.
enum HistoryOutput {
    static func show(_ document: some Encodable, json: Bool, text: (HistoryText) -> String) throws(Failure) {
        guard json else {
            let environment = ProcessInfo.processInfo.environment
            var colour = false
            if case .terminal(true) = ConsoleStyle.detect(descriptor: 1, environment: environment) { colour = true }
            return print(text(HistoryText(width: ConsoleStyle.width(of: 1), colour: colour)))
        }
        do {
            print(try JSONDocument.text(document))
        } catch {
            throw Failure(.init("output.json"), "the answer cannot be written as JSON", cause: "\(error)")
        }
    }

    /// A cycle that has not ended while nobody works on the workspace was cut off; the next start writes that down.
    static func settled(_ record: CycleRecord?, isRunning: Bool) -> CycleRecord? {
        guard var record, !isRunning, record.outcome == .running else { return record }
        record.outcome = .interrupted
        for index in record.services.indices where record.services[index].outcome == .running {
            record.services[index].outcome = .interrupted
        }
        return record
    }

    /// Whether a process holds the history for writing: the daemon's lock on it is the kernel's to keep.
    static func isDaemonRunning(_ layout: WorkspaceLayout) async -> Bool {
        let descriptor = open(layout.history + ".lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else {
            flock(descriptor, LOCK_UN)
            return false
        }
        return errno == EWOULDBLOCK
    }
}
