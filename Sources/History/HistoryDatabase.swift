import Dispatch
import GRDB
import Model
import Synchronization

/// One connection on its own queue. Reads and writes are not undone by the cancellation of the task that asks: what the
/// journal is told while the daemon ends must stay told.
final class HistoryDatabase: Sendable {
    let path: String
    let isReadOnly: Bool
    // Nil once it is closed; the connection goes when the last reference does.
    private let connection: Mutex<DatabaseQueue?>
    private let lock: WriterLock?

    init(_ queue: DatabaseQueue, path: String, isReadOnly: Bool, lock: WriterLock?) {
        connection = Mutex(queue)
        self.path = path
        self.isReadOnly = isReadOnly
        self.lock = lock
    }

    private func queue(_ operation: String) throws(Failure) -> DatabaseQueue {
        guard let queue = connection.withLock({ $0 }) else {
            throw Failure(HistoryFailure.closed, "could not \(operation): the history '\(path)' is closed")
        }
        return queue
    }

    /// Runs `body` in a transaction that takes the write lock at once.
    func write<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(Failure) -> Value {
        if isReadOnly { throw HistoryFailure.readOnly(operation, path: path) }
        return try await perform(operation) { db in
            var value: Value?
            try db.inTransaction(.immediate) {
                value = try body(db)
                return .commit
            }
            guard let value else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
            return value
        }
    }

    /// Runs `body` on one consistent state of the database.
    func read<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(Failure) -> Value {
        try await perform(operation) { db in
            var value: Value?
            try db.inTransaction(.deferred) {
                value = try body(db)
                return .commit
            }
            guard let value else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
            return value
        }
    }

    /// Runs `body` outside of any transaction.
    func perform<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(Failure) -> Value {
        let queue = try queue(operation)
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            queue.asyncWriteWithoutTransaction { db in
                continuation.resume(returning: Result { try body(db) })
            }
        }
        do {
            return try result.get()
        } catch {
            throw HistoryFailure.from(error, operation, path: path)
        }
    }

    func close() async {
        guard
            let queue = connection.withLock({ queue in
                defer { queue = nil }
                return queue
            })
        else { return }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                // A connection that cannot be closed now is closed when its last reference goes.
                try? queue.close()
                self.lock?.release()
                continuation.resume()
            }
        }
    }
}
