/// One step in the life of a release. Open: a plugin may bring stages nobody has heard of.
package struct Stage: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }

    package static let build = Stage(rawValue: "build")
    package static let test = Stage(rawValue: "test")
    package static let deploy = Stage(rawValue: "deploy")
    package static let restart = Stage(rawValue: "restart")
    package static let health = Stage(rawValue: "health")
    package static let rollback = Stage(rawValue: "rollback")
    package static let plan = Stage(rawValue: "plan")

    /// From such a stage on, what is live may have been touched.
    package var touchesLive: Bool { self != .build && self != .test && self != .plan }

    /// What a deployment runs, in this order, where a service names no stages of its own.
    package static let standard: [Stage] = [.build, .test, .deploy, .restart, .health]
}

/// How a stage ended; the C ABI's statuses. A number the host does not know is read as `failed`.
package enum StageStatus: String, Sendable, Codable, CaseIterable {
    case ok
    case noChange = "no-change"
    case unsupported
    case invalidConfig = "invalid-config"
    case unavailable
    case retryable
    case failed
    case cancelled
    case timedOut = "timed-out"

    /// True when the next stage may start.
    package var allowsProgress: Bool { self == .ok || self == .noChange || self == .unsupported }
}
