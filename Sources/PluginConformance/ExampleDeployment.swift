import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The example's deployments, one after the other, with the state that the daemon would keep.
struct ExampleDeployment: Sendable {
    let stages: ConformanceStages
    /// Of the last deployment that ended well.
    private(set) var state: [UInt8]?
    private(set) var previous: Revision?

    /// Why a check cannot say anything, or what is wrong before it began.
    struct Obstacle: Error {
        var verdict: CheckVerdict
    }

    init(_ stages: ConformanceStages) { self.stages = stages }

    /// Skips the check where there is no example, or the plugin has no such stage.
    static func require(_ needed: [Stage], _ room: CheckRoom) throws(Obstacle) {
        for stage in needed where !room.subject.offers(stage) {
            throw Obstacle(verdict: .skipped("it has no stage '\(stage)'"))
        }
        guard room.options.source != nil else {
            throw Obstacle(verdict: .skipped("it needs an example of the kind that deploys here: give --source DIR"))
        }
    }

    /// A revision by its number.
    static func revision(_ number: Int) throws -> Revision {
        let digits = String(number, radix: 16)
        let text = String(repeating: "0", count: 40 - digits.count) + digits
        guard let revision = Revision(text) else {
            throw Failure(.init("harness.revision"), "'\(text)' is no revision")
        }
        return revision
    }

    /// Builds and deploys, and keeps what it leaves. Throws what stands in the way of the check.
    @discardableResult
    mutating func deploy(_ revision: Revision) async throws -> StageOutcome {
        try await build(revision)
        return try await release(revision)
    }

    /// Deploys what was built, and keeps what that leaves.
    @discardableResult
    mutating func release(_ revision: Revision) async throws -> StageOutcome {
        let outcome = try await step(.deploy, revision)
        if let checkpoint = outcome.checkpoint { state = checkpoint }
        previous = revision
        return outcome
    }

    func build(_ revision: Revision) async throws {
        if stages.room.subject.offers(.build) { try await step(.build, revision) }
    }

    @discardableResult
    func step(_ stage: Stage, _ revision: Revision, state other: [UInt8]? = nil) async throws -> StageOutcome {
        let outcome = try await stages.run(stage, revision: revision, previous: previous, state: other ?? state)
        switch outcome.status {
        case .ok, .noChange: return outcome
        case .unsupported where stage == .build: return outcome
        case .unavailable, .retryable, .unsupported:
            throw Obstacle(
                verdict: .skipped(
                    "'\(stage)' of the example answered \(outcome.status.rawValue): \(outcome.summary)"))
        case .invalidConfig:
            throw Obstacle(verdict: .skipped("\(outcome.summary); give good options with --options"))
        case .failed, .cancelled, .timedOut:
            let detail = outcome.diagnostics.filter(\.isError).first?.message
            throw Obstacle(
                verdict: .failed([
                    "'\(stage)' of the example ended with \(outcome.status.rawValue): \(outcome.summary)"
                        + (detail.map { $0 == outcome.summary ? "" : " (\($0))" } ?? "")
                ]))
        }
    }

    /// Changes the example as a commit would: by the files that were given for it, else by one more file.
    func change(_ number: Int) throws {
        if let change = stages.room.options.change { return try CheckRoom.overlay(change, on: stages.room.source) }
        try Data("change \(number)\n".utf8).write(
            to: URL(fileURLWithPath: "\(stages.room.source)/harness-change.txt"))
    }

    /// Takes every change back.
    func restore() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: stages.room.source) {
            try FileManager.default.removeItem(atPath: "\(stages.room.source)/\(name)")
        }
        try CheckRoom.copyExample(stages.room.options.source, to: stages.room.source)
    }
}
