/// How one stage of one service ended.
package struct StageOutcome: Sendable, Codable, Hashable {
    package var stage: Stage
    /// Where outcomes of several services stand together: whose it is.
    package var service: ServiceName? = nil
    package var status: StageStatus
    /// One sentence for people.
    package var summary: String
    package var diagnostics: [Diagnostic] = []
    package var outputs: [String: String] = [:]
    package var checkpoint: [UInt8]? = nil
    package var tests: TestReport? = nil
    /// With `retryable`: how long to wait at least.
    package var retryAfter: DurationText? = nil
    package var startedAt: Timestamp
    package var duration: DurationMicroseconds
    /// The part of `duration` that the plugin and its children took; the rest is the daemon's own.
    package var stageTime: DurationMicroseconds

    package init(
        stage: Stage, status: StageStatus, summary: String, startedAt: Timestamp = .now, duration: Duration = .zero,
        stageTime: Duration? = nil
    ) {
        self.stage = stage
        self.status = status
        self.summary = summary
        self.startedAt = startedAt
        self.duration = .init(duration)
        self.stageTime = .init(stageTime ?? duration)
    }
}

/// A duration, encoded as whole microseconds.
package struct DurationMicroseconds: Hashable, Sendable, Codable {
    package let duration: Duration
    package init(_ duration: Duration) { self.duration = duration }
    package init(from decoder: any Decoder) throws {
        duration = .microseconds(try decoder.singleValueContainer().decode(Int64.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(duration.wholeMicroseconds)
    }
}
