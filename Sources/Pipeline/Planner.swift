package import Model

/// Decides which services a cycle has to deploy. Pure: everything it knows is in its arguments.
package struct Planner: Sendable {
    /// What is known about a service at the revision under consideration.
    package struct Candidate: Sendable {
        package var service: Service
        package var fingerprint: Fingerprint
        package var revision: Revision
        /// Why it cannot be deployed at all (no plugin of its kind, its folder is missing); nil when it can.
        package var obstacle: String?
        package init(service: Service, fingerprint: Fingerprint, revision: Revision, obstacle: String? = nil) {
            self.service = service
            self.fingerprint = fingerprint
            self.revision = revision
            self.obstacle = obstacle
        }
    }

    package var now: Timestamp
    /// Services to deploy whether or not anything changed, with who asked.
    package var requested: [ServiceName: String]

    private let longestWait: Duration

    package init(
        now: Timestamp, requested: [ServiceName: String] = [:], longestWait: Duration = RetryPolicy().cap
    ) {
        self.now = now
        self.requested = requested
        self.longestWait = longestWait
    }

    /// Throws `config.dependency-cycle` when the candidates depend on each other in a circle.
    package func plan(revision: Revision, candidates: [Candidate], states: [ServiceName: ServiceState])
        throws(Failure) -> Plan
    {
        var byName: [ServiceName: Candidate] = [:]
        for candidate in candidates { byName[candidate.service.name] = candidate }
        var progress = Progress()
        var items: [Plan.Item] = []
        items.reserveCapacity(candidates.count)
        for unit in try DependencyOrder.units(candidates.map(\.service)) {
            let members = unit.compactMap { byName[$0.name] }
            for (candidate, decision) in zip(members, decide(members, states: states, progress: &progress)) {
                items.append(
                    .init(
                        service: candidate.service, decision: decision, fingerprint: candidate.fingerprint,
                        revision: candidate.revision))
            }
        }
        return Plan(revision: revision, items: items)
    }

    /// What was decided of the services before.
    struct Progress {
        var deploying: Set<ServiceName> = []
        /// Services whose present content does not come up: new content of others is not put beside their old one.
        var stuck: Set<ServiceName> = []
    }

    /// - Parameter release: in what circumstances its group comes up; nothing for one that is on its own.
    func decide(
        _ candidate: Candidate, state: ServiceState?, progress: inout Progress, release: GroupRelease = .init()
    ) -> Plan.Decision {
        var decision = decide(candidate, state: state, deploying: progress.deploying, release: release)
        let isNew = state?.deployed?.fingerprint != candidate.fingerprint
        let name = candidate.service.name
        switch decision {
        case .deploy:
            if isNew, let first = candidate.service.predecessors.first(where: progress.stuck.contains) {
                decision = .held("waits for '\(first)', which \(candidate.service.relation(to: first))")
                progress.stuck.insert(name)
            } else if isNew, let blocker = release.blocker {
                decision = .held("waits for '\(blocker)', which is released together with it")
                progress.stuck.insert(name)
            } else {
                progress.deploying.insert(name)
            }
        case .held:
            if isNew || state?.failure?.mayBeLive == true, candidate.obstacle == nil { progress.stuck.insert(name) }
        case .upToDate:
            break
        }
        return decision
    }

    private func decide(
        _ candidate: Candidate, state: ServiceState?, deploying: Set<ServiceName>, release: GroupRelease
    ) -> Plan.Decision {
        if let obstacle = candidate.obstacle { return .held(obstacle) }
        let name = candidate.service.name
        var reasons: [DueReason] = []
        if let who = requested[name] { reasons.append(.requested(who)) }
        reasons += candidate.service.dependsOn.filter(deploying.contains).map(DueReason.dependencyDeployed)
        if let failure = state?.failure, failure.fingerprint == candidate.fingerprint, !release.isOver(failure) {
            // What failed once is remembered: the same content is due again only for a reason of its own.
            let mending = reasons.filter { failure.isOfRelease || !release.comesAfterBuilds($0) }
            guard mending.isEmpty else { return .deploy(reasons) }
            if let mover = release.mover, let group = candidate.service.group, failure.isOfRelease {
                return .deploy([.releasedWith(mover, group: group)])
            }
            return afterFailure(failure, of: candidate.service)
        }
        reasons += Self.changes(from: state?.deployed?.fingerprint, to: candidate.fingerprint)
        if reasons.isEmpty, let failure = state?.failure, failure.mayBeLive {
            reasons.append(.notRolledBack(failure.revision))
        }
        return reasons.isEmpty ? .upToDate : .deploy(reasons)
    }

    private func afterFailure(_ failure: FailedAttempt, of service: Service) -> Plan.Decision {
        // Other words follow it.
        let summary = failure.summary.hasSuffix(".") ? String(failure.summary.dropLast()) : failure.summary
        // A rollback as such is remembered only where somebody asked for it; one after a failure leaves that failure.
        var what =
            failure.stage == .rollback
            ? "\(failure.revision.short) was \(summary)"
            : "\(failure.stage) of \(failure.revision.short) failed: \(summary)"
        if let culprit = failure.culprit {
            let group = failure.group.map { " '\($0)'" } ?? ""
            what =
                "\(failure.revision.short) is not released with its group\(group), because \(failure.stage) of "
                + "'\(culprit)' failed: \(summary)"
        }
        let isGrouped = service.group != nil && failure.isOfRelease
        if failure.isQuarantined {
            let others = isGrouped ? ", a dependency or something in its group" : " or a dependency"
            return .held(
                "quarantined, \(what); held until its content\(others) changes, or `host retry \(service.name)`")
        }
        guard let retryAt = failure.retryAt else {
            let others = isGrouped ? " or something in its group" : ""
            return .held("\(what); held until its content\(others) changes, or `host retry \(service.name)`")
        }
        // No wait is that long: the clock was set back.
        if retryAt <= now || retryAt - now > longestWait {
            return .deploy([.retry("\(what) (attempt \(failure.attempts + 1))")])
        }
        return .held("\(what); tried again at \(retryAt)")
    }

    /// The differences between two fingerprints, most telling first.
    package static func changes(from old: Fingerprint?, to new: Fingerprint) -> [DueReason] {
        guard let old else { return [.neverDeployed] }
        var reasons: [DueReason] = []
        if old.tree != new.tree { reasons.append(.sourcesChanged(from: old.tree, to: new.tree)) }
        for glob in Set(old.inputs.keys).union(new.inputs.keys).sorted() where old.inputs[glob] != new.inputs[glob] {
            reasons.append(.inputChanged(glob))
        }
        if old.configuration != new.configuration { reasons.append(.configurationChanged) }
        return reasons
    }
}
