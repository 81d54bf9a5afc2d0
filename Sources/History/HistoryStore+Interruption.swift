import GRDB
package import Model

extension HistoryStore {
    /// The cycles that have begun and not ended, the oldest first. At the start of the daemon these were interrupted;
    /// for a reader beside a running daemon they are what it is doing now.
    package func interrupted() async throws(Failure) -> [UnfinishedCycle] {
        try await database.read("look for unfinished cycles") { db in
            try db.rows(
                """
                SELECT * FROM cycles WHERE NOT EXISTS (SELECT 1 FROM cycleEnds WHERE cycleEnds.cycle = cycles.id)
                ORDER BY id
                """
            ).map { row in
                let id = try row.integer("id")
                return UnfinishedCycle(
                    id: id, revision: try row.revision("revision"),
                    previousRevision: try row.optionalRevision("previous"), startedAt: try row.time("startedAt"),
                    log: try row.text("log"), services: try Self.openServices(db, cycle: id),
                    stages: try Self.openStages(db, cycle: id))
            }
        }
    }

    /// Ends everything that is open in a cycle as interrupted: stages as cancelled, services and the cycle by that name.
    /// What is known of the services stays as it was; those whose live release may have been touched are asked for,
    /// because what runs need not be what is known. In one transaction.
    ///
    /// A group that was going live, or was being rolled back, stays open, and the cycle with it: it is rolled back first
    /// (`servicesEnded`), and then this is called again. One that is live and well as a whole is only asked for.
    /// - Parameter summary: a sentence for the stages.
    /// - Returns: the groups to be rolled back.
    @discardableResult
    package func markInterrupted(
        _ cycle: UnfinishedCycle, at time: Timestamp, summary: String = "the daemon ended while this stage ran"
    ) async throws(Failure) -> [UnfinishedGroup] {
        try await database.write("mark cycle \(cycle.id) as interrupted") { db in
            try Self.endStages(db, cycle: cycle.id, at: time, summary: summary)
            let groups = try Self.unfinishedGroups(db, cycle: cycle.id)
            let waiting = Set(groups.flatMap(\.members).map(\.item.service.name))
            for service in try Self.touchedServices(db, cycle: cycle.id) where !waiting.contains(service) {
                try Self.insertRequest(
                    db, of: service, by: "cycle \(cycle.id), which was interrupted while it deployed it", at: time)
            }
            for service in try Self.openServices(db, cycle: cycle.id) where !waiting.contains(service) {
                try db.run(
                    """
                    INSERT INTO serviceEnds(service, outcome) SELECT id, ? FROM services WHERE cycle = ? AND name = ?
                    ON CONFLICT DO NOTHING
                    """, [ServiceResult.Outcome.interrupted.rawValue, cycle.id, service.text])
            }
            if groups.isEmpty { try Self.insertEnd(db, cycle: cycle.id, outcome: .interrupted, at: time) }
            return groups
        }
    }

    private static func endStages(_ db: Database, cycle: Int64, at time: Timestamp, summary: String) throws {
        for open in try db.rows(
            """
            SELECT stages.id, stages.stage, stages.startedAt FROM stages
            JOIN services ON services.id = stages.service AND services.cycle = ?
            WHERE NOT EXISTS (SELECT 1 FROM stageEnds WHERE stageEnds.stage = stages.id)
            """, [cycle])
        {
            let startedAt = try open.time("startedAt")
            let duration = max(time - startedAt, .zero)
            let outcome = StageOutcome(
                stage: Stage(rawValue: try open.text("stage")), status: .cancelled, summary: summary,
                startedAt: startedAt, duration: duration)
            try insertEnd(db, stage: try open.integer("id"), outcome: outcome)
        }
    }

    /// Services that had not ended when a stage of theirs that touches what is live had begun.
    private static func touchedServices(_ db: Database, cycle: Int64) throws -> [ServiceName] {
        var touched: [ServiceName] = []
        for row in try db.rows(
            """
            SELECT services.name, stages.stage FROM services JOIN stages ON stages.service = services.id
            WHERE services.cycle = ?
                AND NOT EXISTS (SELECT 1 FROM serviceEnds WHERE serviceEnds.service = services.id)
            """, [cycle])
        where Stage(rawValue: try row.text("stage")).touchesLive {
            let name = try row.service("name")
            if !touched.contains(name) { touched.append(name) }
        }
        return touched
    }

    private static func openServices(_ db: Database, cycle: Int64) throws -> [ServiceName] {
        try db.rows(
            """
            SELECT name FROM services WHERE cycle = ?
                AND NOT EXISTS (SELECT 1 FROM serviceEnds WHERE serviceEnds.service = services.id) ORDER BY id
            """, [cycle]
        ).map { try $0.service("name") }
    }

    private static func openStages(_ db: Database, cycle: Int64) throws -> [UnfinishedCycle.OpenStage] {
        try db.rows(
            """
            SELECT services.name, stages.stage, stages.operation, stages.startedAt FROM stages
            JOIN services ON services.id = stages.service AND services.cycle = ?
            WHERE NOT EXISTS (SELECT 1 FROM stageEnds WHERE stageEnds.stage = stages.id) ORDER BY stages.id
            """, [cycle]
        ).map {
            UnfinishedCycle.OpenStage(
                service: try $0.service("name"), stage: Stage(rawValue: try $0.text("stage")),
                operation: try $0.text("operation"), startedAt: try $0.time("startedAt"))
        }
    }
}
