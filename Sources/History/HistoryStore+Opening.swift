import Dispatch
import GRDB
package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension HistoryStore {
    /// Opens the history to write it, makes it when it is missing and brings an older one up to date.
    ///
    /// A file that is no intact database is renamed to `<path>.damaged-<time>` and a new one begun; `recovery` says so.
    /// - Parameter path: of the file; its folder must exist.
    /// - Throws: `history.in-use` when another process writes it, `history.newer` when a newer version wrote it,
    ///   `history.read-only`, `history.disk-full`.
    package static func open(at path: String) async throws(Failure) -> HistoryStore {
        try await offPool { () throws(Failure) in
            let lock = try WriterLock(besides: path)
            do throws(Failure) {
                return try openWriter(at: path, lock: lock, recovery: nil)
            } catch  where error.code == HistoryFailure.damaged {
                let recovery = try setAside(path, error)
                return try openWriter(at: path, lock: lock, recovery: recovery)
            }
        }
    }

    /// Opens the history to read it, while a daemon may be writing.
    /// - Throws: `history.none` when there is none yet, `history.older` or `history.newer` when its schema is not this
    ///   version's, `history.damaged`.
    package static func openReadOnly(at path: String) async throws(Failure) -> HistoryStore {
        try await offPool { () throws(Failure) in
            guard access(path, F_OK) == 0 else { throw none(path) }
            do {
                let queue = try readOnlyQueue(at: path)
                try queue.inDatabase { db in
                    if try Schema.migrator.hasBeenSuperseded(db) { throw newer(path) }
                    if try Schema.migrator.hasCompletedMigrations(db) { return }
                    // A daemon that starts just now has made the file and not its tables yet.
                    throw try Schema.migrator.appliedIdentifiers(db).isEmpty ? none(path) : older(path)
                }
                return HistoryStore(
                    HistoryDatabase(queue, path: path, isReadOnly: true, lock: nil), recovery: nil)
            } catch {
                throw HistoryFailure.from(error, "open the history", path: path)
            }
        }
    }

    private static func openWriter(
        at path: String, lock: WriterLock, recovery: Failure?
    ) throws(Failure) -> HistoryStore {
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: false))
            try queue.inDatabase { db in
                if try Schema.migrator.hasBeenSuperseded(db) { throw newer(path) }
                let answer = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
                if answer != "ok" { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: answer) }
            }
            try Schema.migrator.migrate(queue)
            return HistoryStore(
                HistoryDatabase(queue, path: path, isReadOnly: false, lock: lock), recovery: recovery)
        } catch {
            throw HistoryFailure.from(error, "open the history", path: path)
        }
    }

    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "history"
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(5)
        if !readOnly { configuration.journalMode = .wal }
        configuration.prepareDatabase { db in
            // Half a megabyte of pages: an idle daemon is small, and the queries are few and narrow.
            try db.execute(sql: "PRAGMA cache_size = -512")
            guard !readOnly else { return }
            // Before the first table is made; later it changes nothing.
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            try db.execute(sql: "PRAGMA journal_size_limit = 4194304")
        }
        return configuration
    }

    /// On a medium where nothing can be written SQLite cannot make the files a WAL database wants. When no WAL is left
    /// there the database file alone is the whole truth.
    private static func readOnlyQueue(at path: String) throws -> DatabaseQueue {
        do {
            return try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CANTOPEN && access(path + "-wal", F_OK) != 0
        {
            let uri = path.utf8.reduce(into: "file:") { uri, byte in
                switch byte {
                case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "%"), 128...:
                    uri += "%" + String(byte, radix: 16)
                default: uri.unicodeScalars.append(Unicode.Scalar(byte))
                }
            }
            return try DatabaseQueue(path: uri + "?immutable=1", configuration: configuration(readOnly: true))
        }
    }

    /// Renames the file and its WAL, so that whoever wants to can still look into them.
    private static func setAside(_ path: String, _ damage: Failure) throws(Failure) -> Failure {
        var aside = "\(path).damaged-\(Timestamp.now.compact)"
        var number = 1
        while access(aside, F_OK) == 0 {
            number += 1
            aside = "\(path).damaged-\(Timestamp.now.compact)-\(number)"
        }
        guard rename(path, aside) == 0 else {
            throw HistoryFailure.readOnly(
                "set the damaged history aside as '\(aside)'", path: path, cause: String(cString: strerror(errno)))
        }
        rename(path + "-wal", aside + "-wal")
        unlink(path + "-shm")
        return Failure(
            HistoryFailure.damaged, "the history '\(path)' was damaged; it is kept as '\(aside)' and a new one begins",
            remedy:
                "Services count as never deployed until their next cycle; delete the old file when it is not needed.",
            cause: damage.cause)
    }

    private static func none(_ path: String) -> Failure {
        Failure(
            HistoryFailure.none, "there is no history in '\(path)' yet",
            remedy: "Start the daemon with 'host run', or name another workspace with --workspace.")
    }

    private static func newer(_ path: String) -> Failure {
        Failure(
            HistoryFailure.newer, "the history '\(path)' was written by a newer version of the deployer",
            remedy: "Use that version, or move the file away to begin a new one.")
    }

    private static func older(_ path: String) -> Failure {
        Failure(
            HistoryFailure.older, "the history '\(path)' was written by an older version of the deployer",
            remedy: "Restart the daemon with this version: it brings the history up to date.")
    }

    /// Opening waits for the disk, so it has no place on the cooperative pool.
    private static func offPool(
        _ body: @escaping @Sendable () throws(Failure) -> HistoryStore
    ) async throws(Failure) -> HistoryStore {
        let result: Result<HistoryStore, Failure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Result { () throws(Failure) in try body() })
            }
        }
        return try result.get()
    }
}
