import Git
import Model
import Repair

/// The repair loop's view of the workspace repository.
struct GitRepairRepository: RepairRepository {
    let origin: Origin
    let followsForcePush: Bool

    /// Throws `git.forced` while the branch was force-pushed and is not followed: what is not deployed is not repaired.
    func tip() async throws(Failure) -> Revision {
        let tip = try await origin.fetch(try await origin.poll())
        guard case .forced(let current) = try await origin.step(to: tip), !followsForcePush else { return tip }
        throw Failure(
            .init("git.forced"),
            "\(origin.remote) was force-pushed (\(current.short) -> \(tip.short)) and is not followed",
            remedy: "set follow_force_push, or push a commit on top of \(current.short)",
            scheduling: .wait(for: "a branch that can be followed"))
    }

    func kind(of path: String, at revision: Revision) async throws(Failure) -> TreeEntryKind? {
        guard let entry = try await origin.repository.entry(at: path, in: revision) else { return nil }
        switch entry.mode {
        case .tree: return .directory
        case .symbolicLink: return .symbolicLink
        case .commit: return .submodule
        case .executable: return .file(isExecutable: true)
        default: return .file(isExecutable: false)
        }
    }

    func content(of path: String, at revision: Revision) async throws(Failure) -> [UInt8]? {
        guard let entry = try await origin.repository.entry(at: path, in: revision), entry.mode != .tree,
            entry.mode != .commit
        else { return nil }
        return try await origin.repository.content(of: path, in: revision)
    }

    func commit(_ edits: [FileEdit], onto parent: Revision, message: String) async throws(Failure) -> Revision {
        let repository = origin.repository
        let changes = edits.map { edit -> TreeEdit in
            guard let content = edit.content else { return .delete(path: edit.path) }
            return .write(path: edit.path, content: content, mode: edit.isExecutable ? .executable : .file)
        }
        let tree = try await repository.edit(tree: try await repository.tree(of: parent), changes)
        return try await repository.write(
            CommitDraft(tree: tree, parents: [parent], message: message, author: origin.signature))
    }

    func publish(_ commit: Revision, expecting base: Revision, to publication: Publication) async throws(Failure)
        -> PublicationResult
    {
        switch publication {
        case .main:
            if try await origin.push(commit, to: origin.branch, expecting: .commit(base)) { return .published }
            return .moved(try await tip())
        case .branch(let name):
            // A proposal is made against main as it was verified; that main moves on is its reviewers' business.
            if try await origin.push(commit, to: name, expecting: .absent) { return .published }
            throw Failure(
                .init("feedback.branch"), "the branch '\(name)' is at \(origin.remote.name) already",
                remedy: "choose another \"id\", or delete that branch")
        }
    }

    /// How far back main is searched for a feedback's trailer after a kill.
    private static let searchedCommits = 200

    func commit(withFeedback id: String, branch: String) async throws(Failure) -> Revision? {
        let repository = origin.repository
        for commit in try await repository.commits(from: try await tip(), limit: Self.searchedCommits)
        where CommitMessage.feedbackID(in: commit.message) == id {
            return commit.id
        }
        let listing = try await origin.client.listRefs(origin.remote)
        guard let proposed = listing["refs/heads/\(branch)"] else { return nil }
        // Ours to recognise only if it is here: what others put on that branch is left alone.
        guard let info = try? await repository.commit(proposed) else { return nil }
        return CommitMessage.feedbackID(in: info.message) == id ? proposed : nil
    }
}
