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
        var deploying: Set<ServiceName> = []
        // Services whose present content does not come up: new content of others is not put beside their old one.
        var stuck: Set<ServiceName> = []
        var items: [Plan.Item] = []
        items.reserveCapacity(candidates.count)
        for service in try DependencyOrder.sort(candidates.map(\.service)) {
            guard let candidate = byName[service.name] else { continue }
            let state = states[service.name]
            var decision = decide(candidate, state: state, deploying: deploying)
            let isNew = state?.deployed?.fingerprint != candidate.fingerprint
            switch decision {
            case .deploy:
                if isNew, let first = service.dependsOn.first(where: stuck.contains) {
                    decision = .held("waits for '\(first)', which it depends on")
                    stuck.insert(service.name)
                } else {
                    deploying.insert(service.name)
                }
            case .held:
                if isNew || state?.failure?.mayBeLive == true, candidate.obstacle == nil { stuck.insert(service.name) }
            case .upToDate:
                break
            }
            items.append(
                .init(
                    service: service, decision: decision, fingerprint: candidate.fingerprint,
                    revision: candidate.revision))
        }
        return Plan(revision: revision, items: items)
    }

    private func decide(_ candidate: Candidate, state: ServiceState?, deploying: Set<ServiceName>) -> Plan.Decision {
        if let obstacle = candidate.obstacle { return .held(obstacle) }
        let name = candidate.service.name
        var reasons: [DueReason] = []
        if let who = requested[name] { reasons.append(.requested(who)) }
        reasons += candidate.service.dependsOn.filter(deploying.contains).map(DueReason.dependencyDeployed)
        if let failure = state?.failure, failure.fingerprint == candidate.fingerprint {
            // What failed once is remembered: the same content is due again only for a reason of its own.
            guard reasons.isEmpty else { return .deploy(reasons) }
            return afterFailure(failure)
        }
        reasons += Self.changes(from: state?.deployed?.fingerprint, to: candidate.fingerprint)
        if reasons.isEmpty, let failure = state?.failure, failure.mayBeLive {
            reasons.append(.notRolledBack(failure.revision))
        }
        return reasons.isEmpty ? .upToDate : .deploy(reasons)
    }

    private func afterFailure(_ failure: FailedAttempt) -> Plan.Decision {
        let what = "\(failure.stage) of \(failure.revision.short) failed: \(failure.summary)"
        if failure.isQuarantined {
            return .held("quarantined, \(what); held until its content or a dependency changes")
        }
        guard let retryAt = failure.retryAt else { return .held("\(what); held until its content changes") }
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
