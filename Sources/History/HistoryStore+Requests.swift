import GRDB
package import Model

extension HistoryStore {
    /// Writes down that a service is to be restarted, before it is.
    package func restartRequested(
        service: ServiceName, by requester: String, at time: Timestamp
    ) async throws(Failure) -> Int64 {
        try await database.write("ask for a restart of '\(service)'") { db in
            try db.run(
                "INSERT INTO restartRequests(service, requestedBy, requestedAt) VALUES (?, ?, ?)",
                [service.text, requester, time.microseconds])
            return db.lastInsertedRowID
        }
    }

    /// - Parameter outcome: a sentence for people.
    package func restartEnded(_ request: Int64, outcome: String, at time: Timestamp) async throws(Failure) {
        try await database.write("end restart request \(request)") { db in
            try db.run(
                "INSERT INTO restartEnds(request, outcome, endedAt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [request, outcome, time.microseconds])
        }
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
