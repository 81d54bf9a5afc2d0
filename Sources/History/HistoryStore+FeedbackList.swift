import GRDB
package import Model

extension HistoryStore {
    /// All feedback that is known, open and done, the newest first; of each id what came of it last.
    package func feedbacks(limit: Int) async throws(Failure) -> [FeedbackEntry] {
        try await database.read("list the feedback") { db in
            try db.rows(
                """
                SELECT f.*, p.phase, p.detail, p.enteredAt,
                    (SELECT revision FROM feedbackPhases WHERE feedback = f.id AND revision IS NOT NULL
                        ORDER BY id DESC LIMIT 1) AS revision
                FROM feedbacks AS f JOIN feedbackPhases AS p
                    ON p.id = (SELECT max(id) FROM feedbackPhases WHERE feedback = f.id)
                WHERE f.id IN (SELECT max(id) FROM feedbacks GROUP BY name) ORDER BY f.id DESC LIMIT ?
                """, [max(0, limit)]
            ).map(Self.entry)
        }
    }
}
