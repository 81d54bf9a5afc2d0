import Coders
import Git
import Model
import Repair

/// The repair loop's view of the workspace repository.
struct GitRepairRepository: RepairRepository {
    let origin: Origin
    let followsForcePush: Bool
    /// Proposals that are known; what was closed is not made again.
    let proposals: ProposalCases

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

    func followed() async throws(Failure) -> Revision? {
        try await origin.repository.revision(of: origin.followed)
    }

    func kind(of path: String, at revision: Revision) async throws(Failure) -> TreeEntryKind? {
        guard let entry = try await entry(path, revision) else { return nil }
        switch entry.mode {
        case .tree: return .directory
        case .symbolicLink: return .symbolicLink
        case .commit: return .submodule
        case .executable: return .file(isExecutable: true)
        default: return .file(isExecutable: false)
        }
    }

    func content(of path: String, at revision: Revision, limit: Int) async throws(Failure) -> [UInt8]? {
        guard let entry = try await entry(path, revision), entry.mode != .tree, entry.mode != .commit else {
            return nil
        }
        do throws(Failure) {
            return try await origin.repository.content(of: path, in: revision, limit: limit)
        } catch { throw Self.judged(error) }
    }

    private func entry(_ path: String, _ revision: Revision) async throws(Failure) -> TreeEntry? {
        do throws(Failure) { return try await origin.repository.entry(at: path, in: revision) } catch {
            throw Self.judged(error)
        }
    }

    func files(endingIn end: String, at revision: Revision) async throws(Failure) -> [String] {
        try await origin.repository.files(under: "", in: revision).map(\.path).filter { $0.hasSuffix(end) }.sorted()
    }

    func merge(base: [UInt8], ours: [UInt8], theirs: [UInt8]) async throws(Failure) -> [UInt8]? {
        try await origin.repository.merge(base: base, ours: ours, theirs: theirs)
    }

    func commit(_ edits: [FileEdit], onto parent: Revision, message: String) async throws(Failure) -> Revision {
        do throws(Failure) {
            let tree = try await tree(edits, onto: try await origin.repository.tree(of: parent))
            return try await origin.repository.write(
                CommitDraft(tree: tree, parents: [parent], message: message, author: origin.signature))
        } catch { throw Self.judged(error) }
    }

    private func tree(_ edits: [FileEdit], onto tree: ObjectID) async throws(Failure) -> ObjectID {
        try await origin.repository.edit(
            tree: tree,
            edits.map { edit in
                guard let content = edit.content else { return .delete(path: edit.path) }
                return .write(path: edit.path, content: content, mode: edit.isExecutable ? .executable : .file)
            })
    }

    /// What git will not have because of the patch - it would not have it tomorrow either - is its author's to hear.
    private static func judged(_ failure: Failure) -> Failure {
        let codes: Set<Failure.Code> = [.gitUnsafePath, .gitExists, .gitTooLarge, .gitInvalidName]
        guard codes.contains(failure.code) else { return failure }
        return Failure(.refused, failure.message, remedy: failure.remedy, cause: failure.cause)
    }

    func publish(_ commit: Revision, expecting base: Revision, to publication: Publication) async throws(Failure)
        -> PublicationResult
    {
        do throws(Failure) {
            switch publication {
            case .main:
                if try await origin.push(commit, to: origin.branch, expecting: .commit(base)) { return .published }
                return .moved(try await tip())
            case .branch(let name):
                // A proposal is made against main as it was verified; that main moves on is its reviewers' business.
                if try await origin.push(commit, to: name, expecting: .absent) { return .published }
                throw Failure(
                    .branch, "the branch '\(name)' is at \(origin.remote.name) already",
                    remedy: "choose another \"id\", or delete that branch")
            }
        } catch {
            // The remote has answered, and would answer the same in a minute.
            guard [.remotePushDeclined, .remoteForbidden].contains(error.code) else { throw error }
            throw Failure(
                .declined, error.message,
                remedy: publication == .main
                    ? "let the daemon's account push to '\(origin.branch)', or have repairs proposed (use_prs: true); then "
                        + "send the feedback again"
                    : error.remedy,
                cause: error.cause)
        }
    }

    func parent(of commit: Revision) async throws(Failure) -> Revision? {
        do throws(Failure) {
            return try await origin.repository.commit(commit).parents.first
        } catch {
            guard error.code == .gitNotFound else { throw error }
            return nil
        }
    }

    func changes(of commit: Revision) async throws(Failure) -> [String] {
        guard let parent = try await parent(of: commit) else { return [] }
        return try await origin.repository.changedPaths(from: parent, to: commit).map(\.path)
    }

    func contains(_ commit: Revision, in tip: Revision) async throws(Failure) -> Bool {
        do throws(Failure) {
            return try await origin.repository.isAncestor(commit, of: tip)
        } catch {
            guard error.code == .gitNotFound else { throw error }
            return false
        }
    }

    func refusal(of edits: [FileEdit], onto base: Revision) async throws(Failure) -> String? {
        let text: String
        do throws(Failure) {
            let before = try await origin.repository.tree(of: base)
            let after = try await tree(edits, onto: before)
            text = try await origin.repository.diff(fromTree: before, toTree: after, contextLines: 0).text
        } catch { throw Self.judged(error) }
        guard let closed = try await proposals.refusal(of: CoderFingerprint.of(difference: text)) else { return nil }
        let place = closed.url ?? "the proposal on '\(closed.branch)'"
        return
            "this very change was proposed before, and \(place) was closed without a merge - reopen that one, or change the patch"
    }

    func proposal(at branch: String) async throws(Failure) -> Proposal? {
        let listing = try await origin.client.listRefs(origin.remote)
        guard let commit = listing["refs/heads/\(branch)"] else { return nil }
        do throws(Failure) {
            let message = try await origin.repository.commit(commit).message
            return Proposal(commit: commit, feedback: CommitMessage.feedbackID(in: message))
        } catch {
            // Ours to recognise only if it is here: what others put on that branch is left alone.
            guard error.code == .gitNotFound else { throw error }
            return Proposal(commit: commit, feedback: nil)
        }
    }
}
