import Coders
import Diagnostics
import Git
import Model
import Settings

/// Asking a coder, in a working tree where it is a command.
extension CoderDesk {
    func proposal(_ item: RepairCase, _ attempt: Int, _ settings: CoderSettings) async
        -> Result<(CoderProposal, CoderTree.Difference?), CoderFailure>
    {
        let tree = settings.kind == .command ? tree(of: item) : nil
        let result = await proposal(item, attempt, settings, in: tree)
        do throws(Failure) { try await tree?.discard() } catch {
            say("what the coder left in its working tree stays: \(error)", item.service, .warning)
        }
        return result
    }

    private func proposal(_ item: RepairCase, _ attempt: Int, _ settings: CoderSettings, in tree: CoderTree?) async
        -> Result<(CoderProposal, CoderTree.Difference?), CoderFailure>
    {
        do throws(CoderFailure) {
            if let tree {
                try await away { () throws(Failure) in
                    let inputs = try await inputs(of: item, at: item.report.revision)
                    try await tree.prepare(inputs: inputs.map { input throws(Failure) in try Glob(input) })
                }
            }
            guard let coder = factory.coder(settings, tree: tree) else {
                throw CoderFailure(.setup, .coderModel, "there is no coder of the kind '\(settings.kind.rawValue)'")
            }
            let request = CoderRequest(
                report: item.report, folder: item.folder, failure: item.loop.failure, earlier: item.earlier,
                allowedPaths: [item.folder], attempt: attempt)
            let service = item.service
            let proposal = try await coder.propose(request) { [narrator = parts.narrator] line in
                narrator.say(LogLine(line, stream: .plugin, service: service))
            }
            var difference: CoderTree.Difference?
            if case .workingTree = proposal.change {
                let limit = inbox.limit
                let diff = try await away { () throws(Failure) in try await tree?.difference(limit: limit) }
                guard let diff else {
                    throw CoderFailure(.badAnswer, .coderUnchanged, "the agent changed no file of the service")
                }
                guard diff.omittedBytes == 0 else {
                    throw CoderFailure(
                        .badAnswer, .coderTruncated,
                        "the agent changed more than fits into a feedback of \(limit) bytes",
                        remedy: "Make a smaller change.")
                }
                difference = diff
            }
            return .success((proposal, difference))
        } catch {
            return .failure(error)
        }
    }

    private func tree(of item: RepairCase) -> CoderTree {
        CoderTree(
            worktree: GitWorktree(
                repository: parts.origin.repository.path, at: layout.coderWorktree(item.service)),
            repository: parts.origin.repository, revision: item.report.revision, path: item.folder)
    }

    /// What the disk or git refuses says nothing about the coder.
    private func away<Value>(_ body: () async throws(Failure) -> Value) async throws(CoderFailure) -> Value {
        do throws(Failure) { return try await body() } catch {
            var failure = CoderFailure(.away(until: nil), error.code, error.message)
            failure.failure = error
            throw failure
        }
    }
}
