package import Model

/// What a path of a commit holds.
package enum TreeEntryKind: Hashable, Sendable {
    case file(isExecutable: Bool)
    case directory
    case symbolicLink
    case submodule
}

/// One file as it shall be in the next commit.
package struct FileEdit: Hashable, Sendable {
    /// Relative to the root of the repository.
    package var path: String
    /// nil removes the file.
    package var content: [UInt8]?
    package var isExecutable: Bool
    package init(path: String, content: [UInt8]?, isExecutable: Bool = false) {
        self.path = path
        self.content = content
        self.isExecutable = isExecutable
    }
}

/// Where a verified commit goes.
package enum Publication: Hashable, Sendable {
    case main
    /// A branch that people (or a forge) take it from.
    case branch(String)
}

package enum PublicationResult: Hashable, Sendable {
    case published
    /// Someone else was faster; this is where main is now.
    case moved(Revision)
}

/// What the repair loop needs of a git repository. Nothing is ever checked out for it.
package protocol RepairRepository: Sendable {
    /// origin's main as it is now, fetched.
    func tip() async throws(Failure) -> Revision
    func kind(of path: String, at revision: Revision) async throws(Failure) -> TreeEntryKind?
    /// nil where there is no file.
    func content(of path: String, at revision: Revision) async throws(Failure) -> [UInt8]?
    /// Makes a commit object on top of `parent`; no reference moves.
    func commit(_ edits: [FileEdit], onto parent: Revision, message: String) async throws(Failure) -> Revision
    func publish(_ commit: Revision, expecting base: Revision, to publication: Publication) async throws(Failure)
        -> PublicationResult
    /// The commit on main or on the proposal's branch that carries `Feedback-Id: id`.
    func commit(withFeedback id: String, branch: String) async throws(Failure) -> Revision?
}

/// Builds and tests a commit away from everything that is live.
package protocol RepairVerifier: Sendable {
    /// The services as the configuration names them at this revision.
    func services(at revision: Revision) async throws(Failure) -> [Service]
    /// Runs the service's build and test in the verification worktree. Throws when it could not be tried at all.
    func verify(_ commit: Revision, service: Service, events: @escaping @Sendable (StageEvent) -> Void)
        async throws(Failure) -> [StageOutcome]
}

/// Remembers how far a feedback is, before each step, so that a kill at any point neither loses it nor applies it twice.
package protocol RepairJournal: Sendable {
    func received(id: String, file: String, digest: String) async throws(Failure)
    /// `located`, `trying`, `committed` (detail: the commit), `pushed`, `done`.
    func phase(id: String, phase: String, detail: String) async throws(Failure)
    func decided(_ verdict: Verdict) async throws(Failure)
    /// The digest of the file that used this id before, if one did.
    func digest(of id: String) async throws(Failure) -> String?
}
