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
            } else if state.failure == nil, let release = state.deployed,
                try await isAlike(service, wanted, release.revision)
            {
                // It brought back what is deployed, and nothing was due.
                lines.append(OutcomeText.deployed(service, wanted, isHealthy: true, outcomes: []))
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

    /// Whether a service is the same in both commits; false also while one of them was not fetched.
    private func isAlike(_ service: ServiceName, _ left: Revision, _ right: Revision) async throws(Failure) -> Bool {
        let folder = try await folder(of: service)
        guard !folder.isEmpty, !folder.contains("#") else { return false }
        let repository = parts.origin.repository
        do throws(Failure) {
            guard let one = try await repository.entry(at: folder, in: left) else { return false }
            return try await repository.entry(at: folder, in: right)?.id == one.id
        } catch {
            guard error.code.rawValue == "git.not-found" else { throw error }
            return false
        }
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
