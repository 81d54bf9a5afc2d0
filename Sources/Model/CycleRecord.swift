/// One pass of the daemon over one revision, as the history keeps it.
package struct CycleRecord: Sendable, Codable, Hashable, Identifiable {
    package enum Outcome: String, Sendable, Codable {
        case running, succeeded, failed, superseded, interrupted
    }
    package var id: Int64
    package var revision: Revision
    package var previousRevision: Revision?
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var outcome: Outcome
    /// Path of the build log, relative to the workspace.
    package var log: String
    package var services: [ServiceResult]
    package init(
        id: Int64, revision: Revision, previousRevision: Revision?, startedAt: Timestamp, outcome: Outcome = .running,
        log: String, services: [ServiceResult] = []
    ) {
        self.id = id
        self.revision = revision
        self.previousRevision = previousRevision
        self.startedAt = startedAt
        self.outcome = outcome
        self.log = log
        self.services = services
    }
}

/// What a cycle did to one service.
package struct ServiceResult: Sendable, Codable, Hashable {
    package enum Outcome: String, Sendable, Codable {
        case running, deployed, failed
        case rolledBack = "rolled-back"
        case skipped, superseded, interrupted
    }
    package var service: ServiceName
    package var outcome: Outcome
    package var reasons: [DueReason]
    package var stages: [StageOutcome]
    /// Why it ended so, where its own stages don't say it.
    package var note: String?
    package init(
        service: ServiceName, outcome: Outcome, reasons: [DueReason] = [], stages: [StageOutcome] = [],
        note: String? = nil
    ) {
        self.service = service
        self.outcome = outcome
        self.reasons = reasons
        self.stages = stages
        self.note = note
    }
}
