import Forge
import Git
import History
import Model
import Repair

/// What is done once a pull request is over.
extension ProposalKeeper {
    /// Says what came of the deployment, once there is something to say.
    func tell(_ item: inout ProposalCase) async throws(Failure) {
        let states = try await parts.history.states()
        let wanted = item.merge ?? item.commit
        var lines: [String] = []
        for service in item.services {
            guard let state = states[service] else { continue }
            if let release = state.deployed, try await has(wanted, release.revision) {
                lines.append(
                    OutcomeText.deployed(
                        service, release.revision, isHealthy: true, outcomes: try await outcomes(of: service)))
            } else if let failure = state.failure, try await has(wanted, failure.revision) {
                lines.append(
                    OutcomeText.deployed(
                        service, failure.revision, isHealthy: false, outcomes: try await outcomes(of: service)))
            } else {
                // Its turn comes.
                return
            }
        }
        if let number = item.number, !lines.isEmpty {
            try await forge.comment(on: number, lines.joined(separator: "\n\n"))
        }
        item.state = .told
        try await cases.keep(item)
    }

    /// Deletes the daemon's branch, if nobody has pushed to it: by the forge's interface, or with git where that has no way to it.
    func removeBranch(of item: inout ProposalCase) async throws(Failure) {
        do throws(Failure) {
            if forge.limits.deletesBranches {
                try await forge.deleteBranch(item.branch, at: item.commit)
            } else {
                try await parts.origin.delete(
                    item.branch, at: item.commit, prefix: parts.options.repair.branchPrefix)
            }
            say("'\(item.branch)' is deleted", .debug)
        } catch {
            guard error.scheduling == .stop else { throw error }
            say("'\(item.branch)' stays: \(error)", .warning)
        }
        item.state = item.state == .closed ? .refused : .done
        try await cases.keep(item)
    }

    private func has(_ commit: Revision, _ tip: Revision) async throws(Failure) -> Bool {
        do throws(Failure) {
            if commit == tip { return true }
            return try await parts.origin.repository.isAncestor(commit, of: tip)
        } catch {
            guard error.code.rawValue == "git.not-found" else { throw error }
            return false
        }
    }

    private func outcomes(of service: ServiceName) async throws(Failure) -> [StageOutcome] {
        guard let cycle = try await parts.history.cycles(limit: 1, service: service).first,
            let result = try await parts.history.cycle(cycle.id)?.services.first(where: { $0.service == service })
        else { return [] }
        return result.stages
    }
}
