package import Model

/// A cycle that has begun and not ended: one that runs, or, found at the start of the daemon, one that was killed.
package struct UnfinishedCycle: Sendable, Hashable, Identifiable {
    /// A stage that has begun and not ended.
    package struct OpenStage: Sendable, Hashable {
        package var service: ServiceName
        package var stage: Stage
        /// Finds what the stage left running: its children carry it in their environment.
        package var operation: String
        package var startedAt: Timestamp
        package init(service: ServiceName, stage: Stage, operation: String, startedAt: Timestamp) {
            self.service = service
            self.stage = stage
            self.operation = operation
            self.startedAt = startedAt
        }
    }

    package var id: Int64
    package var revision: Revision
    package var previousRevision: Revision?
    package var startedAt: Timestamp
    package var log: String
    /// Begun and without an outcome, in the order in which they began.
    package var services: [ServiceName]
    package var stages: [OpenStage]

    package init(
        id: Int64, revision: Revision, previousRevision: Revision?, startedAt: Timestamp, log: String,
        services: [ServiceName] = [], stages: [OpenStage] = []
    ) {
        self.id = id
        self.revision = revision
        self.previousRevision = previousRevision
        self.startedAt = startedAt
        self.log = log
        self.services = services
        self.stages = stages
    }
}
