import GRDB
package import Model

extension HistoryStore {
    /// How many releases of a service outlive the cycles that made them.
    package static let keptReleases = 50
    /// How many finished feedbacks and verdicts are kept, whatever becomes of the cycles.
    package static let keptFeedbacks = 5000

    /// Removes all but the newest `count` cycles with their stages, diagnostics and test results, and what is old among
    /// states, releases, feedbacks and restart requests; gives the space back to the file system. What is unfinished
    /// stays, and so does each service's present state. In small transactions, for the time between two cycles.
    /// - Returns: the number of cycles removed.
    @discardableResult
    package func prune(keepingCycles count: Int) async throws(Failure) -> Int {
        var removed = 0
        while true {
            let batch = try await database.write("remove old cycles") { db in
                try db.run(
                    """
                    DELETE FROM cycles WHERE id IN (
                        SELECT cycle FROM cycleEnds
                        WHERE cycle <= (SELECT id FROM cycles ORDER BY id DESC LIMIT 1 OFFSET ?) ORDER BY cycle LIMIT 50)
                    """, [max(0, count)])
                return db.changesCount
            }
            removed += batch
            if batch == 0 { break }
        }
        try await database.write("remove old states and feedback") { db in try Self.pruneRest(db) }
        try await compact()
        return removed
    }

    private static func pruneRest(_ db: Database) throws {
        try db.run(
            """
            DELETE FROM serviceStates WHERE id NOT IN (SELECT max(id) FROM serviceStates GROUP BY service)
                AND (cycle IS NULL OR cycle NOT IN (SELECT id FROM cycles))
            """)
        try db.run(
            """
            DELETE FROM releases WHERE id NOT IN (SELECT deployed FROM serviceStates WHERE deployed IS NOT NULL)
                AND id NOT IN (SELECT former FROM releases WHERE former IS NOT NULL
                    AND id IN (SELECT deployed FROM serviceStates))
                AND id IN (SELECT id FROM (
                    SELECT id, row_number() OVER (PARTITION BY service ORDER BY id DESC) AS place FROM releases)
                    WHERE place > ?)
            """, [keptReleases])
        try db.run(
            """
            DELETE FROM feedbacks WHERE id IN (SELECT feedback FROM feedbackPhases WHERE phase = 'done')
                AND id <= (SELECT id FROM feedbacks ORDER BY id DESC LIMIT 1 OFFSET ?)
            """, [keptFeedbacks])
        try db.run(
            "DELETE FROM verdicts WHERE id <= (SELECT id FROM verdicts ORDER BY id DESC LIMIT 1 OFFSET ?)",
            [keptFeedbacks])
        try db.run(
            """
            DELETE FROM restartRequests WHERE id IN (SELECT request FROM restartEnds)
                AND id <= (SELECT id FROM restartRequests ORDER BY id DESC LIMIT 1 OFFSET ?)
            """, [keptFeedbacks])
    }

    /// Moves the WAL into the file, shortens both and drops cached pages. A reader that is in the way postpones it.
    package func compact() async throws(Failure) {
        if isReadOnly { throw HistoryFailure.readOnly("compact it", path: path) }
        try await database.perform("compact it") { db in
            _ = try Row.fetchAll(db, sql: "PRAGMA incremental_vacuum")
            _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(PASSIVE)")
            _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            db.releaseMemory()
        }
    }
}
