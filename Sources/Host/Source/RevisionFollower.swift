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
        /// What keeps origin from answering, when the commit is the one that was followed before.
        var outage: String?
    }

    /// What the daemon itself takes from and writes to in the checkout: a tracked feedback that was decided is gone there.
    static let ownFolders = ["feedback", "logs"]

    private let origin: Origin
    private let followsForcePush: Bool
    private let bridgesOutages: Bool
    private let beforeForward: @Sendable () async -> Void
    private var told: Set<String> = []
    private var outage = RepeatedErrors()

    /// - Parameters:
    ///   - bridgesOutages: while origin does not answer, `look` finds the commit that was followed last: retries and
    ///     services with remotes of their own do not need origin.
    ///   - beforeForward: called when files of a new commit are about to appear in the checkout: what they may not do
    ///     there (be loaded as plugins) has to be known first.
    init(
        origin: Origin, followsForcePush: Bool, bridgesOutages: Bool = false,
        beforeForward: @escaping @Sendable () async -> Void = {}
    ) {
        self.origin = origin
        self.followsForcePush = followsForcePush
        self.bridgesOutages = bridgesOutages
        self.beforeForward = beforeForward
    }

    /// Polls, fetches what is new, follows it, and says what to deploy.
    func look() async throws(Failure) -> Sighting {
        let tip: Revision
        do throws(Failure) {
            tip = try await fetched()
        } catch {
            return try await bridge(error)
        }
        var sighting = try await look(at: tip)
        if outage.recovered() { sighting.notices.insert(LogLine("\(origin.remote.name) answers again"), at: 0) }
        return sighting
    }

    private func look(at tip: Revision) async throws(Failure) -> Sighting {
        switch try await origin.step(to: tip) {
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
        let tip = try await fetched()
        guard case .forced(let current) = try await origin.step(to: tip), !followsForcePush else {
            return Sighting(revision: tip, notices: [])
        }
        return refusal(of: tip, current)
    }

    private func fetched() async throws(Failure) -> Revision { try await origin.fetch(try await origin.poll()) }

    /// What to work on while origin is away; told when it begins, and once an hour.
    private func bridge(_ failure: Failure) async throws(Failure) -> Sighting {
        var notices: [LogLine] = []
        if failure.code == .remoteLocked {
            let removed = (try? await GitTidying.removeLocks(of: origin.repository.path)) ?? []
            notices += removed.map { LogLine($0, level: .warning) }
        }
        guard bridgesOutages, failure.code != .remoteCancelled, !Task.isCancelled,
            let current = try await origin.repository.revision(of: origin.followed)
        else { throw failure }
        if outage.isWorthTelling(failure) {
            notices.append(LogLine("\(failure)", level: .error))
            notices.append(
                LogLine("going on with \(current.short) until \(origin.remote.name) answers", level: .warning))
        }
        return Sighting(revision: current, notices: notices, outage: failure.message)
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
            if let objection = try await objection(to: tip) {
                return [LogLine("the checkout is left as it is: \(objection)", level: .warning)]
            }
            let result = try await origin.repository.fastForward(
                to: tip, branch: origin.branch, ignoring: Self.ownFolders)
            switch result {
            case .upToDate: return []
            case .forwarded: return [LogLine("the checkout was brought to \(tip.short)")]
            case .left(let obstacle): return [LogLine("the checkout is left as it is: \(obstacle)", level: .warning)]
            }
        } catch {
            return [LogLine("the checkout could not be brought to \(tip.short): \(error)", level: .warning)]
        }
    }

    /// What is this machine's own is neither written nor removed by a commit.
    private func objection(to tip: Revision) async throws(Failure) -> String? {
        if let found = try await MachineFiles.objection(to: tip, of: origin.repository) { return found }
        guard let head = try await origin.repository.revision(of: "HEAD"), head != tip else { return nil }
        return try await MachineFiles.objection(to: head, of: origin.repository)
    }

    private func fresh(_ notices: [LogLine]) -> [LogLine] {
        if told.count > 1000 { told.removeAll() }
        return notices.filter { told.insert($0.text).inserted }
    }
}
