import Git
import Model

/// Learns which commit is to be deployed, and keeps the operator's checkout up with it.
actor RevisionFollower {
    /// What a look at origin found.
    struct Sighting: Sendable, Hashable {
        /// The commit to work on: origin's, or the last good one when origin's history was rewritten.
        var revision: Revision
        /// Things people should know; each is told once.
        var notices: [String]
    }

    private let origin: Origin
    private let followsForcePush: Bool
    private var told: Set<String> = []

    init(origin: Origin, followsForcePush: Bool) {
        self.origin = origin
        self.followsForcePush = followsForcePush
    }

    /// Polls, fetches what is new, and says what to deploy.
    func look() async throws(Failure) -> Sighting {
        let tip = try await origin.fetch(try await origin.poll())
        var notices: [String] = []
        switch try await origin.step(to: tip) {
        case .same:
            return Sighting(revision: tip, notices: [])
        case .forward:
            try await origin.follow(tip)
            notices += await forwardCheckout(to: tip)
            return Sighting(revision: tip, notices: fresh(notices))
        case .forced(let current):
            let change = "\(origin.remote.name)'s \(origin.branch) was force-pushed (\(current.short) -> \(tip.short))"
            guard followsForcePush else {
                notices.append(
                    "\(change); not followed: \(current.short) stays. Set follow_force_push, or push a commit on top of it"
                )
                return Sighting(revision: current, notices: fresh(notices))
            }
            notices.append("\(change); followed, as configured")
            try await origin.follow(tip)
            notices += await forwardCheckout(to: tip)
            return Sighting(revision: tip, notices: fresh(notices))
        }
    }

    /// Brings the operator's checkout to a commit if nothing of theirs can be lost; else says why not.
    private func forwardCheckout(to tip: Revision) async -> [String] {
        do throws(Failure) {
            switch try await origin.repository.fastForward(to: tip, branch: origin.branch) {
            case .upToDate: return []
            case .forwarded: return ["the checkout was brought to \(tip.short)"]
            case .left(let obstacle): return ["the checkout is left as it is: \(obstacle)"]
            }
        } catch {
            return ["the checkout could not be brought to \(tip.short): \(error)"]
        }
    }

    private func fresh(_ notices: [String]) -> [String] {
        if told.count > 1000 { told.removeAll() }
        return notices.filter { told.insert($0).inserted }
    }
}
