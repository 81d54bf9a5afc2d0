import GRDB
package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension HistoryStore {
    /// How many diagnostics of one stage are kept; the worst come first.
    package static let diagnosticLimit = 2000
    /// How many test cases of one stage are kept with their names; above it only failed and skipped ones are.
    package static let testCaseLimit = 20_000

    /// Begins a cycle.
    /// - Parameter log: path of the build log, relative to the workspace.
    /// - Returns: the cycle's id; ids grow and are never given twice.
    package func cycleStarted(
        revision: Revision, previous: Revision?, log: String, at time: Timestamp
    ) async throws(Failure) -> Int64 {
        try await database.write("begin a cycle") { db in
            try db.run(
                "INSERT INTO cycles(revision, previous, log, startedAt) VALUES (?, ?, ?, ?)",
                [revision.hex, previous?.hex, log, time.microseconds])
            return db.lastInsertedRowID
        }
    }

    /// Takes up the restarts that were asked for until now.
    package func serviceStarted(
        cycle: Int64, service: ServiceName, reasons: [DueReason]
    ) async throws(Failure) {
        try await database.write("begin service '\(service)' in cycle \(cycle)") { db in
            let row = try Self.serviceRow(db, cycle: cycle, service: service, reasons: reasons)
            try Self.takeRequests(db, of: service, row: row)
        }
    }

    package func stageStarted(
        cycle: Int64, service: ServiceName, stage: Stage, operation: String, at time: Timestamp
    ) async throws(Failure) {
        try await database.write("begin stage '\(stage)' of '\(service)' in cycle \(cycle)") { db in
            let row = try Self.serviceRow(db, cycle: cycle, service: service, reasons: [])
            try db.run(
                "INSERT INTO stages(service, stage, operation, startedAt) VALUES (?, ?, ?, ?)",
                [row, stage.rawValue, operation, time.microseconds])
        }
    }

    /// Ends the stage that began last of those of this name that are open. One whose beginning was never told is
    /// recorded all the same.
    package func stageEnded(cycle: Int64, service: ServiceName, outcome: StageOutcome) async throws(Failure) {
        try await database.write("end stage '\(outcome.stage)' of '\(service)' in cycle \(cycle)") { db in
            let row = try Self.serviceRow(db, cycle: cycle, service: service, reasons: [])
            let stage = try Self.openStage(db, service: row, outcome: outcome)
            try Self.insertEnd(db, stage: stage, outcome: outcome)
        }
    }

    /// Ends a service in a cycle; see `servicesEnded`.
    package func serviceEnded(
        cycle: Int64, service: ServiceName, outcome: ServiceResult.Outcome, state: ServiceState,
        dependents: [ServiceName] = []
    ) async throws(Failure) {
        try await servicesEnded(
            cycle: cycle, [ServiceEnd(service: service, outcome: outcome, state: state, dependents: dependents)])
    }

    /// Ends services in a cycle and keeps what is known of them from now on, all or nothing: the requests they took up are
    /// done where they were deployed or failed, and where one was deployed its dependents are asked for.
    package func servicesEnded(cycle: Int64, _ ends: [ServiceEnd]) async throws(Failure) {
        let names = ends.map { "'\($0.service)'" }.joined(separator: ", ")
        try await database.write("end \(names) in cycle \(cycle)") { db in
            for end in ends { try self.insert(db, end, cycle: cycle) }
        }
    }

    private func insert(_ db: Database, _ end: ServiceEnd, cycle: Int64) throws {
        let row = try Self.serviceRow(db, cycle: cycle, service: end.service, reasons: [])
        try db.run(
            "INSERT INTO serviceEnds(service, outcome, note) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [row, end.outcome.rawValue, end.note])
        try insertState(db, end.state, cycle: cycle)
        if [.deployed, .failed, .rolledBack].contains(end.outcome) {
            try Self.endRequests(db, row: row, outcome: "\(end.outcome.rawValue) in cycle \(cycle)")
        }
        guard end.outcome == .deployed else { return }
        for dependent in end.dependents {
            try Self.insertRequest(db, of: dependent, by: "the deployment of '\(end.service)'", at: .now)
        }
    }

    /// Ends a cycle. A cycle ends once: a second end changes nothing.
    package func cycleEnded(
        cycle: Int64, outcome: CycleRecord.Outcome, at time: Timestamp
    ) async throws(Failure) {
        try await database.write("end cycle \(cycle)") { db in
            try Self.insertEnd(db, cycle: cycle, outcome: outcome, at: time)
        }
    }

    static func insertEnd(
        _ db: Database, cycle: Int64, outcome: CycleRecord.Outcome, at time: Timestamp
    ) throws {
        try db.run(
            "INSERT INTO cycleEnds(cycle, outcome, endedAt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [cycle, outcome.rawValue, time.microseconds])
    }

    /// The row of a service in a cycle, made when the cycle has none: a service may end without having begun (skipped).
    static func serviceRow(
        _ db: Database, cycle: Int64, service: ServiceName, reasons: [DueReason]
    ) throws -> Int64 {
        if let row = try db.row("SELECT id FROM services WHERE cycle = ? AND name = ?", [cycle, service.text]) {
            return try row.integer("id")
        }
        try db.run(
            "INSERT INTO services(cycle, name, reasons) VALUES (?, ?, ?)",
            [cycle, service.text, try RowCodec.json(reasons)])
        return db.lastInsertedRowID
    }

    private static func openStage(_ db: Database, service: Int64, outcome: StageOutcome) throws -> Int64 {
        let open = try db.row(
            """
            SELECT id FROM stages WHERE service = ? AND stage = ?
                AND NOT EXISTS (SELECT 1 FROM stageEnds WHERE stageEnds.stage = stages.id)
            ORDER BY id DESC LIMIT 1
            """, [service, outcome.stage.rawValue])
        if let open { return try open.integer("id") }
        try db.run(
            "INSERT INTO stages(service, stage, operation, startedAt) VALUES (?, ?, '', ?)",
            [service, outcome.stage.rawValue, outcome.startedAt.microseconds])
        return db.lastInsertedRowID
    }

    static func insertEnd(_ db: Database, stage: Int64, outcome: StageOutcome) throws {
        try db.run(
            """
            INSERT INTO stageEnds(stage, status, summary, startedAt, duration, stageTime, retryAfter, outputs, checkpoint)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                stage, outcome.status.rawValue, outcome.summary, outcome.startedAt.microseconds,
                outcome.duration.duration.wholeMicroseconds, outcome.stageTime.duration.wholeMicroseconds,
                outcome.retryAfter?.duration.wholeMicroseconds,
                outcome.outputs.isEmpty ? nil : try RowCodec.json(outcome.outputs),
                outcome.checkpoint.map { Data($0) },
            ])
        for diagnostic in kept(outcome.diagnostics) {
            try db.run(
                """
                INSERT INTO diagnostics(stage, severity, code, message, file, sourceLine, sourceColumn, document)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    stage, diagnostic.severity.rawValue, diagnostic.code, diagnostic.message,
                    diagnostic.location?.file, diagnostic.location?.line, diagnostic.location?.column,
                    try RowCodec.json(diagnostic),
                ])
        }
        if let tests = outcome.tests {
            try db.run(
                "INSERT INTO testReports(stage, passed, failed, skipped, document) VALUES (?, ?, ?, ?, ?)",
                [
                    stage, tests.count(.passed), tests.count(.failed), tests.count(.skipped),
                    try RowCodec.json(kept(tests)),
                ])
        }
    }

    private static func kept(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        guard diagnostics.count > diagnosticLimit else { return diagnostics }
        let worst = diagnostics.enumerated().sorted {
            $0.element.severity == $1.element.severity
                ? $0.offset < $1.offset : $0.element.severity > $1.element.severity
        }
        var kept = worst.prefix(diagnosticLimit - 1).sorted { $0.offset < $1.offset }.map(\.element)
        kept.append(
            Diagnostic(
                .remark, code: "history.trimmed",
                message: "\(diagnostics.count - kept.count) further diagnostics are in the build log only"))
        return kept
    }

    private static func kept(_ report: TestReport) -> TestReport {
        guard report.suites.reduce(0, { $0 + $1.cases.count }) > testCaseLimit else { return report }
        var report = report
        for index in report.suites.indices { report.suites[index].cases.removeAll { $0.result == .passed } }
        return report
    }
}
