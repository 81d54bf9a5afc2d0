import GRDB
package import Model

extension HistoryStore {
    /// The newest cycles first, without diagnostics, test reports, outputs and checkpoints: `cycle(_:)` has those.
    /// - Parameters:
    ///   - before: only cycles with a smaller id, for the next page.
    ///   - service: only cycles that had to do with it.
    package func cycles(
        limit: Int, before: Int64? = nil, service: ServiceName? = nil
    ) async throws(Failure) -> [CycleRecord] {
        try await database.read("read the cycles") { db in
            let rows =
                if let service {
                    try db.rows(
                        """
                        SELECT cycles.*, outcome, endedAt FROM services
                        JOIN cycles ON cycles.id = services.cycle LEFT JOIN cycleEnds ON cycleEnds.cycle = cycles.id
                        WHERE services.name = ? AND services.cycle < ? ORDER BY services.cycle DESC LIMIT ?
                        """, [service.text, before ?? .max, limit])
                } else {
                    try db.rows(
                        """
                        SELECT cycles.*, outcome, endedAt FROM cycles LEFT JOIN cycleEnds ON cycleEnds.cycle = cycles.id
                        WHERE cycles.id < ? ORDER BY cycles.id DESC LIMIT ?
                        """, [before ?? .max, limit])
                }
            return try rows.map { try Self.record(db, $0, complete: false) }
        }
    }

    /// One cycle with everything that is known of it; nil when there is none of this id (any more).
    package func cycle(_ id: Int64) async throws(Failure) -> CycleRecord? {
        try await database.read("read cycle \(id)") { db in
            try db.row(
                """
                SELECT cycles.*, outcome, endedAt FROM cycles LEFT JOIN cycleEnds ON cycleEnds.cycle = cycles.id
                WHERE cycles.id = ?
                """, [id]
            ).map { try Self.record(db, $0, complete: true) }
        }
    }

    /// The newest cycle, complete; it may still be running.
    package func lastCycle() async throws(Failure) -> CycleRecord? {
        try await database.read("read the last cycle") { db in
            try db.row(
                """
                SELECT cycles.*, outcome, endedAt FROM cycles LEFT JOIN cycleEnds ON cycleEnds.cycle = cycles.id
                ORDER BY cycles.id DESC LIMIT 1
                """
            ).map { try Self.record(db, $0, complete: true) }
        }
    }

    private static func record(_ db: Database, _ row: Row, complete: Bool) throws -> CycleRecord {
        let id = try row.integer("id")
        var record = CycleRecord(
            id: id, revision: try row.revision("revision"), previousRevision: try row.optionalRevision("previous"),
            startedAt: try row.time("startedAt"), log: try row.text("log"))
        if row.optionalText("outcome") != nil {
            record.outcome = try row.raw(CycleRecord.Outcome.self, "outcome")
            record.endedAt = try row.time("endedAt")
        }
        let stages = try stages(db, cycle: id, complete: complete)
        record.services = try db.rows(
            """
            SELECT services.id, name, reasons, outcome, note FROM services
            LEFT JOIN serviceEnds ON serviceEnds.service = services.id WHERE cycle = ? ORDER BY services.id
            """, [id]
        ).map { row in
            ServiceResult(
                service: try row.service("name"),
                outcome: row.optionalText("outcome") == nil
                    ? .running : try row.raw(ServiceResult.Outcome.self, "outcome"),
                reasons: try row.json([DueReason].self, "reasons"), stages: stages[try row.integer("id")] ?? [],
                note: row.optionalText("note"))
        }
        return record
    }

    /// The ended stages of a cycle, by the row of their service.
    private static func stages(
        _ db: Database, cycle: Int64, complete: Bool
    ) throws -> [Int64: [StageOutcome]] {
        var outcomes: [Int64: [StageOutcome]] = [:]
        for row in try db.rows(
            """
            SELECT stages.id, stages.service, stages.stage, stageEnds.status, stageEnds.summary,
                stageEnds.startedAt, stageEnds.duration, stageEnds.stageTime, stageEnds.retryAfter, stageEnds.outputs,
                stageEnds.checkpoint
            FROM services JOIN stages ON stages.service = services.id JOIN stageEnds ON stageEnds.stage = stages.id
            WHERE services.cycle = ? ORDER BY stages.id
            """, [cycle])
        {
            var outcome = StageOutcome(
                stage: Stage(rawValue: try row.text("stage")), status: try row.raw(StageStatus.self, "status"),
                summary: try row.text("summary"), startedAt: try row.time("startedAt"))
            outcome.duration = try row.duration("duration")
            outcome.stageTime = try row.duration("stageTime")
            outcome.retryAfter = row.optionalInteger("retryAfter").map { DurationText(.microseconds($0)) }
            if complete { try fill(db, &outcome, from: row) }
            outcomes[try row.integer("service"), default: []].append(outcome)
        }
        return outcomes
    }

    private static func fill(_ db: Database, _ outcome: inout StageOutcome, from row: Row) throws {
        let stage = try row.integer("id")
        if row.optionalText("outputs") != nil { outcome.outputs = try row.json([String: String].self, "outputs") }
        outcome.checkpoint = row.bytes("checkpoint")
        outcome.diagnostics = try db.rows("SELECT document FROM diagnostics WHERE stage = ? ORDER BY id", [stage])
            .map { try $0.json(Diagnostic.self, "document") }
        outcome.tests = try db.row("SELECT document FROM testReports WHERE stage = ?", [stage])
            .map { try $0.json(TestReport.self, "document") }
    }
}
