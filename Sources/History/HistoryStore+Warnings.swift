import GRDB
package import Model

extension HistoryStore {
    /// What the stages that deployed each service last warned of, in their order. A service without warnings is missing.
    package func warnings() async throws(Failure) -> [ServiceName: [Diagnostic]] {
        try await database.read("read the warnings of what is deployed") { db in
            var found: [ServiceName: [Diagnostic]] = [:]
            for row in try db.rows(
                """
                SELECT services.name, diagnostics.document FROM diagnostics
                JOIN stages ON stages.id = diagnostics.stage JOIN services ON services.id = stages.service
                WHERE diagnostics.severity = ? AND services.id IN (
                    SELECT max(services.id) FROM services JOIN serviceEnds ON serviceEnds.service = services.id
                    WHERE serviceEnds.outcome = ? GROUP BY services.name)
                ORDER BY diagnostics.id
                """, [Diagnostic.Severity.warning.rawValue, ServiceResult.Outcome.deployed.rawValue])
            {
                found[try row.service("name"), default: []].append(try row.json(Diagnostic.self, "document"))
            }
            return found
        }
    }
}
