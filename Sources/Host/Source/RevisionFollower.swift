import Git
import Model

/// Learns which commit is to be deployed, and keeps the operator's checkout up with it.
actor RevisionFollower {
    /// What a look at origin found.
    struct Sighting: Sendable, Hashable {
        /// The commit to work on: origin's, or the last good one when origin's history was rewritten.
        var revision: Revision
        /// Things people should know; each is told once.
        var notices: [LogLine]
    }

    private let origin: Origin
    private let followsForcePush: Bool
    private let beforeForward: @Sendable () async -> Void
    private var told: Set<String> = []

    /// - Parameter beforeForward: called when files of a new commit are about to appear in the checkout: what they may
    ///   not do there (be loaded as plugins) has to be known first.
    init(origin: Origin, followsForcePush: Bool, beforeForward: @escaping @Sendable () async -> Void = {}) {
        self.origin = origin
        self.followsForcePush = followsForcePush
        self.beforeForward = beforeForward
    }

    /// Polls, fetches what is new, follows it, and says what to deploy.
    func look() async throws(Failure) -> Sighting {
        let (tip, step) = try await seen()
        switch step {
        case .same:
            // The operator may have tidied up what kept the checkout back.
            return Sighting(
                revision: tip, notices: fresh(await isCheckoutAt(tip) ? [] : await forwardCheckout(to: tip)))
        case .forward:
            try await origin.follow(tip)
            return Sighting(revision: tip, notices: fresh(await forwardCheckout(to: tip)))
        case .forced(let current):
            guard followsForcePush else { return refusal(of: tip, current) }
            let change = LogLine("\(Self.change(origin, current, tip)); followed, as configured", level: .warning)
            try await origin.follow(tip)
            return Sighting(revision: tip, notices: fresh([change] + (await forwardCheckout(to: tip))))
        }
    }

    /// Says what would be deployed; moves neither the checkout nor what is followed.
    func peek() async throws(Failure) -> Sighting {
        let (tip, step) = try await seen()
        guard case .forced(let current) = step, !followsForcePush else { return Sighting(revision: tip, notices: []) }
        return refusal(of: tip, current)
    }

    private func seen() async throws(Failure) -> (tip: Revision, step: Origin.Step) {
        let tip = try await origin.fetch(try await origin.poll())
        return (tip, try await origin.step(to: tip))
    }

    private func refusal(of tip: Revision, _ current: Revision) -> Sighting {
        let advice = "Set follow_force_push, or push a commit on top of it"
        let text = "\(Self.change(origin, current, tip)); not followed: \(current.short) stays. \(advice)"
        return Sighting(revision: current, notices: fresh([LogLine(text, level: .warning)]))
    }

    private static func change(_ origin: Origin, _ current: Revision, _ tip: Revision) -> String {
        "\(origin.remote.name)'s \(origin.branch) was force-pushed (\(current.short) -> \(tip.short))"
    }

    private func isCheckoutAt(_ tip: Revision) async -> Bool {
        (try? await origin.repository.revision(of: "HEAD")) == tip
    }

    /// Brings the operator's checkout to a commit if nothing of theirs can be lost; else says why not.
    private func forwardCheckout(to tip: Revision) async -> [LogLine] {
        await beforeForward()
        do throws(Failure) {
            if let file = try await machineFile(tip) {
                let text = "'\(file)' is in git: it belongs to this machine, and would be overwritten or removed"
                return [LogLine("the checkout is left as it is: \(text)", level: .warning)]
            }
            switch try await origin.repository.fastForward(to: tip, branch: origin.branch) {
            case .upToDate: return []
            case .forwarded: return [LogLine("the checkout was brought to \(tip.short)")]
            case .left(let obstacle): return [LogLine("the checkout is left as it is: \(obstacle)", level: .warning)]
            }
        } catch {
            return [LogLine("the checkout could not be brought to \(tip.short): \(error)", level: .warning)]
        }
    }

    /// What is this machine's own is neither written nor removed by a commit.
    private func machineFile(_ tip: Revision) async throws(Failure) -> String? {
        if let file = try await MachineFiles.first(in: tip, of: origin.repository) { return file }
        guard let head = try await origin.repository.revision(of: "HEAD"), head != tip else { return nil }
        return try await MachineFiles.first(in: head, of: origin.repository)
    }

    private func fresh(_ notices: [LogLine]) -> [LogLine] {
        if told.count > 1000 { told.removeAll() }
        return notices.filter { told.insert($0.text).inserted }
    }
}
