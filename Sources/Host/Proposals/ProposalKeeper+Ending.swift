import Forge
import Git
import History
import Model
import Net
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
                        service, release.revision, isLive: true, outcomes: try await outcomes(of: service, release)))
            } else if state.failure == nil, let release = state.deployed,
                try await isAlike(service, wanted, release.revision)
            {
                // It brought back what is deployed, and nothing was due.
                lines.append(OutcomeText.unchanged(service, wanted, runs: release.revision))
            } else if let failure = state.failure, try await has(wanted, failure.revision) {
                lines.append(
                    OutcomeText.deployed(
                        service, failure.revision, isLive: false, outcomes: try await outcomes(of: service, failure)))
            } else {
                // Its turn comes.
                return
            }
        }
        if let number = item.number, !lines.isEmpty {
            try await comment(lines.joined(separator: "\n\n"), on: number, &item)
        }
        item.state = .told
        item.isTelling = nil
        try await cases.keep(item)
    }

    /// Once and no more: where the answer is lost, or the daemon's end comes in between, nobody knows whether it stands there.
    private func comment(_ text: String, on number: Int, _ item: inout ProposalCase) async throws(Failure) {
        let uncertain = "what came of it may not stand under \(item.url ?? "pull request \(number)")"
        guard item.isTelling != true else { return say("\(uncertain): telling it was broken off", .warning) }
        item.isTelling = true
        try await cases.keep(item)
        do throws(Failure) {
            try await forge.comment(on: number, text)
        } catch {
            guard Self.isCertain(error) else {
                return say("\(uncertain), and is not told again, which would say it twice: \(error)", .warning)
            }
            item.isTelling = nil
            try await cases.keep(item)
            throw error
        }
    }

    /// Whether the forge has certainly not done what it was asked for.
    private static func isCertain(_ failure: Failure) -> Bool {
        switch failure.code {
        case .httpTimeout, .httpClosed, .httpBodyTooLarge, .httpCancelled, .httpShutdown, .httpFailed, .forgeBadAnswer:
            false
        // A server that is away for a while (503) has taken nothing; one with a fault may have.
        case .forgeServer: failure.scheduling != .retry
        default: true
        }
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
            guard error.code == .gitNotFound else { throw error }
            return false
        }
    }

    private func has(_ commit: Revision, _ tip: Revision) async throws(Failure) -> Bool {
        do throws(Failure) {
            if commit == tip { return true }
            return try await parts.origin.repository.isAncestor(commit, of: tip)
        } catch {
            guard error.code == .gitNotFound else { throw error }
            return false
        }
    }

    /// Of the cycle that deployed a release, whatever was done with it since.
    private func outcomes(of service: ServiceName, _ release: Release) async throws(Failure) -> [StageOutcome] {
        guard let cycle = try await parts.history.cycle(of: service, release) else { return [] }
        return try await outcomes(of: service, in: cycle)
    }

    /// Of the newest attempt that has failed so.
    private func outcomes(of service: ServiceName, _ failure: FailedAttempt) async throws(Failure) -> [StageOutcome] {
        for cycle in try await parts.history.cycles(limit: 50, service: service)
        where cycle.revision == failure.revision {
            let outcomes = try await outcomes(of: service, in: cycle.id)
            if outcomes.contains(where: { $0.stage == failure.stage && !$0.status.allowsProgress }) { return outcomes }
        }
        return []
    }

    private func outcomes(of service: ServiceName, in cycle: Int64) async throws(Failure) -> [StageOutcome] {
        try await parts.history.cycle(cycle)?.services.first { $0.service == service }?.stages ?? []
    }
}
