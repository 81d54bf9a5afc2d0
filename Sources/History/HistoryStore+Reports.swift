import GRDB
package import Model

extension HistoryStore {
    /// Keeps a report as long as its cycle.
    package func keep(_ report: StoredReport) async throws(Failure) {
        try await database.write("keep the report '\(report.id)'") { db in
            try db.run(
                "INSERT INTO reports(cycle, name, service, createdAt, summary, document) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    report.cycle, report.id, report.service.text, report.createdAt.microseconds, report.summary,
                    report.document,
                ])
        }
    }

    /// The newest first, without their documents.
    package func reports(limit: Int) async throws(Failure) -> [StoredReport] {
        try await database.read("list the reports") { db in
            try db.rows(
                """
                SELECT cycle, name, service, createdAt, summary, '' AS document FROM reports
                ORDER BY id DESC LIMIT ?
                """, [max(0, limit)]
            ).map(Self.report)
        }
    }

    /// The newest report; nil where there is none.
    /// - Parameter service: only of this one.
    package func lastReport(of service: ServiceName? = nil) async throws(Failure) -> StoredReport? {
        try await database.read("read the last report") { db in
            if let service {
                try db.row("SELECT * FROM reports WHERE service = ? ORDER BY id DESC LIMIT 1", [service.text]).map(
                    Self.report)
            } else {
                try db.row("SELECT * FROM reports ORDER BY id DESC LIMIT 1").map(Self.report)
            }
        }
    }

    package func report(_ id: String) async throws(Failure) -> StoredReport? {
        try await database.read("read the report '\(id)'") { db in
            try db.row("SELECT * FROM reports WHERE name = ? ORDER BY id DESC LIMIT 1", [id]).map(Self.report)
        }
    }

    /// The newest cycle of a revision, with everything that is known of it.
    /// - Parameter prefix: hexadecimal digits that its id begins with.
    package func lastCycle(ofRevision prefix: String) async throws(Failure) -> CycleRecord? {
        let id = try await database.read("look for the cycles of '\(prefix)'") { db in
            try db.row(
                "SELECT id FROM cycles WHERE substr(revision, 1, length(?1)) = ?1 ORDER BY id DESC LIMIT 1", [prefix]
            )?.integer("id")
        }
        guard let id else { return nil }
        return try await cycle(id)
    }

    private static func report(_ row: Row) throws -> StoredReport {
        StoredReport(
            id: try row.text("name"), cycle: try row.integer("cycle"), service: try row.service("service"),
            createdAt: try row.time("createdAt"), summary: try row.text("summary"), document: try row.text("document"))
    }
}
