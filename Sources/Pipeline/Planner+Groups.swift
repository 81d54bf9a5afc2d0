import Model

/// In what circumstances a member of a group is decided about.
struct GroupRelease {
    /// A member that does not come up: new content of the others is not put beside its old one.
    var blocker: ServiceName?
    /// A member that is due: what failed with the group, or in it, is tried again together with it.
    var mover: ServiceName?
    /// Members that failed at what they are made of now.
    var failing: Set<ServiceName> = []
    /// Everything that belongs to the group now.
    var members: Set<ServiceName> = []

    /// The deployment of another member: that comes after everything of the group is built and tested.
    func comesAfterBuilds(_ reason: DueReason) -> Bool {
        if case .dependencyDeployed(let name) = reason { members.contains(name) } else { false }
    }

    /// A member was held for the failure of another one that is not there any more: it was mended, taken back, or taken out
    /// of the group.
    func isOver(_ failure: FailedAttempt) -> Bool {
        guard let culprit = failure.culprit else { return false }
        return !members.contains(culprit) || !failing.contains(culprit)
    }
}

extension Planner {
    /// Decides about a service on its own, or about a group as one: its new content goes live together or not at all.
    /// - Parameter members: in an order that respects `dependsOn`.
    func decide(_ members: [Candidate], states: [ServiceName: ServiceState], progress: inout Progress)
        -> [Plan.Decision]
    {
        var release = GroupRelease(members: Set(members.map(\.service.name)))
        for member in members {
            let name = member.service.name
            if states[name]?.failure?.fingerprint == member.fingerprint { release.failing.insert(name) }
        }
        while true {
            var attempt = progress
            let decisions = members.map {
                decide($0, state: states[$0.service.name], progress: &attempt, release: release)
            }
            guard members.count > 1, release.blocker == nil, let next = next(release, members, decisions, states) else {
                progress = attempt
                return decisions
            }
            release = next
        }
    }

    /// How the group is to be looked at once more; nil when the decisions stand.
    private func next(
        _ release: GroupRelease, _ members: [Candidate], _ decisions: [Plan.Decision],
        _ states: [ServiceName: ServiceState]
    ) -> GroupRelease? {
        var mover: ServiceName?
        var blocker: ServiceName?
        var hasLiftable = false
        for (member, decision) in zip(members, decisions) {
            let state = states[member.service.name]
            let isNew = state?.deployed?.fingerprint != member.fingerprint
            switch decision {
            case .deploy:
                if isNew, mover == nil { mover = member.service.name }
            case .held:
                if isLiftable(member, state), release.mover == nil {
                    hasLiftable = true
                } else if isNew || state?.failure?.mayBeLive == true, blocker == nil {
                    blocker = member.service.name
                }
            case .upToDate:
                break
            }
        }
        guard let mover else { return nil }
        var next = release
        if blocker != nil {
            next.blocker = blocker
            // It does not move after all, so nothing comes back with it.
            next.mover = nil
            return next
        }
        guard hasLiftable else { return nil }
        next.mover = mover
        return next
    }

    /// Whether it waits for nothing but a change: it was live and failed, or its group did.
    private func isLiftable(_ member: Candidate, _ state: ServiceState?) -> Bool {
        guard member.obstacle == nil, let failure = state?.failure else { return false }
        return failure.fingerprint == member.fingerprint && failure.isOfRelease
    }
}

extension FailedAttempt {
    /// It was live, or its group was: what others of the group are made of may be what it failed of.
    var isOfRelease: Bool { isQuarantined || stage.touchesLive }
}
