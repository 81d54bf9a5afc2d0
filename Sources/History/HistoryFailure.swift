import GRDB
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// SQLite's result codes as failures that name the file and say what to do.
enum HistoryFailure {
    /// Codes that other rooms and tests may look at.
    static let none = Failure.Code("history.none")
    static let damaged = Failure.Code("history.damaged")
    static let diskFull = Failure.Code("history.disk-full")
    static let readOnly = Failure.Code("history.read-only")
    static let busy = Failure.Code("history.busy")
    static let inUse = Failure.Code("history.in-use")
    static let newer = Failure.Code("history.newer")
    static let older = Failure.Code("history.older")
    static let unreadable = Failure.Code("history.unreadable")
    static let io = Failure.Code("history.io")
    static let closed = Failure.Code("history.closed")

    /// - Parameter operation: what was being done, as the rest of "could not …".
    static func from(_ error: any Error, _ operation: String, path: String) -> Failure {
        if let failure = error as? Failure { return failure }
        guard let error = error as? DatabaseError else {
            return Failure(
                unreadable, "could not \(operation) in '\(path)': a row does not have the shape this version writes",
                remedy: "Use the version of the deployer that wrote it, or move the file away to begin a new one.",
                cause: "\(error)")
        }
        let cause = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
        switch error.resultCode {
        case .SQLITE_FULL:
            return full(operation, path: path, cause: cause)
        case .SQLITE_IOERR where hasNoSpace(beside: path):
            return full(operation, path: path, cause: cause)
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return Failure(
                damaged, "could not \(operation): the history '\(path)' is damaged",
                remedy: "Restart the daemon: it sets the file aside and begins a new one.", cause: cause)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return readOnly(operation, path: path, cause: cause)
        case .SQLITE_CANTOPEN:
            return Failure(
                readOnly, "could not \(operation): the history '\(path)' cannot be opened or created",
                remedy: "Let the user that runs this write to the folder that holds it.", cause: cause)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return Failure(
                busy, "could not \(operation): another process has held the history '\(path)' for too long",
                remedy: "Try again; if it stays so, see which process has the file open.", cause: cause,
                scheduling: .retry)
        case .SQLITE_MISUSE:
            return Failure(closed, "could not \(operation): the history '\(path)' is closed", cause: cause)
        default:
            return Failure(
                io, "could not \(operation) in '\(path)'",
                remedy: "Check the disk and the rights of the folder.", cause: cause, scheduling: .retry)
        }
    }

    static func readOnly(_ operation: String, path: String, cause: String? = nil) -> Failure {
        Failure(
            readOnly, "could not \(operation): the history '\(path)' may only be read here",
            remedy: "Let the user that runs this write to the file and to the folder that holds it.", cause: cause)
    }

    private static func full(_ operation: String, path: String, cause: String) -> Failure {
        Failure(
            diskFull, "could not \(operation): no space is left for the history '\(path)'",
            remedy: "Free some space on its file system; nothing of the history is lost.", cause: cause,
            scheduling: .wait(for: "disk space"))
    }

    // SQLite reports a full file system as a plain I/O error where a file cannot be extended through a mapping.
    private static func hasNoSpace(beside path: String) -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 65_536
    }
}
