import GRDB
package import Model

extension HistoryStore {
    /// Writes down that a service is to be deployed again, changed or not. The same requester's request that nobody has
    /// taken up yet stands for both. It is open until an attempt that began after it was deployed or failed.
    package func restartRequested(
        service: ServiceName, by requester: String, at time: Timestamp
    ) async throws(Failure) {
        try await database.write("ask for a restart of '\(service)'") { db in
            try Self.insertRequest(db, of: service, by: requester, at: time)
        }
    }

    /// The newest cycle that a service was due in for this reason: an operation's own. What is to be deployed again has a `fate`.
    package func cycle(of service: ServiceName, askedBy requester: String) async throws(Failure) -> Int64? {
        try await database.read("look for what \(requester) asked for") { db in
            try db.row(
                """
                SELECT max(cycle) AS cycle FROM services
                WHERE name = ? AND EXISTS (SELECT 1 FROM json_tree(services.reasons) WHERE atom = ?)
                """, [service.text, requester])?.optionalInteger("cycle")
        }
    }

    /// What has become of a requester's newest request for a service; nil where nothing is known of one (any more).
    package func fate(of service: ServiceName, askedBy requester: String) async throws(Failure) -> RequestFate? {
        try await database.read("look for what \(requester) asked for") { db in
            try db.row(
                """
                SELECT known.id, restartEnds.outcome,
                    (SELECT max(services.cycle) FROM restartsTaken JOIN services ON services.id = restartsTaken.service
                        WHERE restartsTaken.request = known.id) AS cycle
                FROM restartRequests AS known LEFT JOIN restartEnds ON restartEnds.request = known.id
                WHERE known.service = ? AND known.requestedBy = ? ORDER BY known.id DESC LIMIT 1
                """, [service.text, requester]
            ).map {
                RequestFate(cycle: $0.optionalInteger("cycle"), end: $0.optionalText("outcome"))
            }
        }
    }

    static func insertRequest(
        _ db: Database, of service: ServiceName, by requester: String, at time: Timestamp
    ) throws {
        try db.run(
            """
            INSERT INTO restartRequests(service, requestedBy, requestedAt) SELECT ?1, ?2, ?3
            WHERE NOT EXISTS (
                SELECT 1 FROM restartRequests AS known WHERE known.service = ?1 AND known.requestedBy = ?2
                    AND NOT EXISTS (SELECT 1 FROM restartEnds WHERE request = known.id)
                    AND NOT EXISTS (SELECT 1 FROM restartsTaken WHERE request = known.id))
            """, [service.text, requester, time.microseconds])
    }

    static func takeRequests(_ db: Database, of service: ServiceName, row: Int64) throws {
        try db.run(
            """
            INSERT INTO restartsTaken(service, request) SELECT ?, id FROM restartRequests WHERE service = ?
                AND NOT EXISTS (SELECT 1 FROM restartEnds WHERE request = restartRequests.id)
            ON CONFLICT DO NOTHING
            """, [row, service.text])
    }

    /// - Parameter outcome: a sentence for people.
    static func endRequests(_ db: Database, row: Int64, outcome: String) throws {
        try db.run(
            """
            INSERT INTO restartEnds(request, outcome, endedAt) SELECT request, ?, ? FROM restartsTaken
            WHERE service = ? ON CONFLICT DO NOTHING
            """, [outcome, Timestamp.now.microseconds, row])
    }

    /// The requests that nobody has ended, the oldest first.
    package func restartsPending() async throws(Failure) -> [RestartRequest] {
        try await database.read("look for pending restarts") { db in
            try db.rows(
                """
                SELECT * FROM restartRequests
                WHERE NOT EXISTS (SELECT 1 FROM restartEnds WHERE request = restartRequests.id) ORDER BY id
                """
            ).map {
                RestartRequest(
                    id: try $0.integer("id"), service: try $0.service("service"),
                    requestedBy: try $0.text("requestedBy"), requestedAt: try $0.time("requestedAt"))
            }
        }
    }

    /// Removes the values whose keys begin so, but for some.
    package func removeValues(under prefix: String, but kept: Set<String> = []) async throws(Failure) {
        try await database.write("remove '\(prefix)…'") { db in
            let names = try db.rows(
                "SELECT name FROM keyValues WHERE substr(name, 1, length(?1)) = ?1", [prefix]
            ).map { try $0.text("name") }
            for name in names where !kept.contains(name) {
                try db.run("DELETE FROM keyValues WHERE name = ?", [name])
            }
        }
    }

    /// The small values whose keys begin so.
    package func values(under prefix: String) async throws(Failure) -> [String: String] {
        try await database.read("read '\(prefix)…'") { db in
            var found: [String: String] = [:]
            for row in try db.rows(
                "SELECT name, value FROM keyValues WHERE substr(name, 1, length(?1)) = ?1", [prefix])
            {
                found[try row.text("name")] = try row.text("value")
            }
            return found
        }
    }

    /// A small value of the daemon's own, such as the last seen revision; nil when it was never set.
    package func value(for key: String) async throws(Failure) -> String? {
        try await database.read("read '\(key)'") { db in
            try db.row("SELECT value FROM keyValues WHERE name = ?", [key])?.text("value")
        }
    }

    /// - Parameter value: nil removes it.
    package func setValue(_ value: String?, for key: String) async throws(Failure) {
        try await database.write("keep '\(key)'") { db in
            if let value {
                try db.run(
                    """
                    INSERT INTO keyValues(name, value) VALUES (?, ?)
                    ON CONFLICT(name) DO UPDATE SET value = excluded.value
                    """, [key, value])
            } else {
                try db.run("DELETE FROM keyValues WHERE name = ?", [key])
            }
        }
    }
}
