import GRDB
package import Model

/// What was said to a coder and what it answered, as the room for coders writes it.
package struct StoredExchange: Sendable, Hashable, Identifiable {
    package var id: Int64
    package var service: ServiceName
    /// Names the failure that it was about.
    package var failure: String
    package var at: Timestamp
    /// JSON, secrets masked.
    package var document: String
    package init(id: Int64 = 0, service: ServiceName, failure: String, at: Timestamp, document: String) {
        self.id = id
        self.service = service
        self.failure = failure
        self.at = at
        self.document = document
    }
}

extension HistoryStore {
    /// Exchanges that are kept; each may take some hundred kilobytes.
    package static let keptExchanges = 200

    /// Keeps an exchange, and of all the newest ones.
    package func keep(_ exchange: StoredExchange) async throws(Failure) {
        try await database.write("keep what was said to a coder") { db in
            try db.run(
                "INSERT INTO coderExchanges(service, failure, at, document) VALUES (?, ?, ?, ?)",
                [exchange.service.text, exchange.failure, exchange.at.microseconds, exchange.document])
            try db.run(
                "DELETE FROM coderExchanges WHERE id <= (SELECT max(id) FROM coderExchanges) - ?", [Self.keptExchanges])
        }
    }

    /// The newest first.
    /// - Parameter service: only of this one.
    package func exchanges(of service: ServiceName? = nil, limit: Int) async throws(Failure) -> [StoredExchange] {
        try await database.read("read what was said to coders") { db in
            try db.rows(
                """
                SELECT * FROM coderExchanges WHERE ?1 IS NULL OR service = ?1 ORDER BY id DESC LIMIT ?2
                """, [service?.text, max(0, limit)]
            ).map {
                StoredExchange(
                    id: try $0.integer("id"), service: try $0.service("service"), failure: try $0.text("failure"),
                    at: try $0.time("at"), document: try $0.text("document"))
            }
        }
    }
}
