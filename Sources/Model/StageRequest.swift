/// Everything a stage is told. Folders are absolute.
package struct StageRequest: Sendable {
    /// Names this run of this stage in the log, the history and the child's environment.
    package var operation: String
    package var service: Service
    package var stage: Stage
    package var sourceDirectory: String
    /// Kept between runs: build caches.
    package var scratchDirectory: String
    /// Where the service's releases lie; `current` in it points to the live one.
    package var releaseDirectory: String
    package var revision: Revision
    package var previousRevision: Revision?
    /// Relative to the service's folder; nil when it is not known what changed.
    package var changedPaths: [String]?
    /// The checkpoint of the last successful deployment; for `restart` and `health`, of the deploy that they follow.
    package var state: [UInt8]?
    package var timeout: Duration
    /// The service whose patch is tried, this one or another that it is built with; nil where nothing is tried.
    package var mended: ServiceName? = nil
    /// A verification run must not touch what is live: only `build` and `test` are asked for.
    package var isVerification: Bool { mended != nil }
    /// Folders that are all that its commands may change, with the workspace out of sight; nil does not shut them in.
    package var confinedTo: [String]? = nil
    /// The operator's own script starts and stops the service: the plugin leaves its processes alone.
    package var isRestartedElsewhere: Bool = false

    package init(
        operation: String, service: Service, stage: Stage, sourceDirectory: String, scratchDirectory: String,
        releaseDirectory: String, revision: Revision, previousRevision: Revision? = nil,
        changedPaths: [String]? = nil, state: [UInt8]? = nil, timeout: Duration
    ) {
        self.operation = operation
        self.service = service
        self.stage = stage
        self.sourceDirectory = sourceDirectory
        self.scratchDirectory = scratchDirectory
        self.releaseDirectory = releaseDirectory
        self.revision = revision
        self.previousRevision = previousRevision
        self.changedPaths = changedPaths
        self.state = state
        self.timeout = timeout
    }
}

/// What a stage says while it runs.
package enum StageEvent: Sendable {
    case log(LogLine)
    case diagnostic(Diagnostic)
    /// Share done in 0...1, or nil when unknown.
    case progress(share: Double?, message: String)
    case output(key: String, value: String)
    case checkpoint([UInt8])
}

/// One line of output; `text` has no line end, and secrets are already masked in it.
package struct LogLine: Hashable, Sendable, Codable {
    package enum Stream: String, Sendable, Codable { case host, plugin, stdout, stderr }
    package enum Level: String, Sendable, Codable { case debug, info, warning, error }
    package var time: Timestamp
    package var service: ServiceName?
    package var stage: Stage?
    package var stream: Stream
    package var level: Level
    package var text: String
    package init(
        _ text: String, level: Level = .info, stream: Stream = .host, service: ServiceName? = nil,
        stage: Stage? = nil, time: Timestamp = .now
    ) {
        self.time = time
        self.service = service
        self.stage = stage
        self.stream = stream
        self.level = level
        self.text = text
    }
}
