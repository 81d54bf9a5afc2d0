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

/// A branch with a proposal, as it stands at origin.
package struct Proposal: Hashable, Sendable {
    package var commit: Revision
    /// What the commit's `Feedback-Id` says; nil where there is none, or the commit is not known here.
    package var feedback: String?
    package init(commit: Revision, feedback: String?) {
        self.commit = commit
        self.feedback = feedback
    }
}

/// What the repair loop needs of a git repository. Nothing is ever checked out for it.
///
/// What the repository refuses because of the patch - a path, a size - is thrown as a `Rejection`.
package protocol RepairRepository: Sendable {
    /// origin's main as it is now, fetched.
    func tip() async throws(Failure) -> Revision
    /// The commit that is followed, as it is known here; nobody is asked. nil before the first one.
    func followed() async throws(Failure) -> Revision?
    func kind(of path: String, at revision: Revision) async throws(Failure) -> TreeEntryKind?
    /// nil where there is no file. Throws `feedback.refused` for one of more than `limit` bytes.
    func content(of path: String, at revision: Revision, limit: Int) async throws(Failure) -> [UInt8]?
    /// Paths of files that end so, in their order.
    func files(endingIn end: String, at revision: Revision) async throws(Failure) -> [String]
    /// What became of a file on two sides since `base`, merged line by line; nil where both changed the same lines.
    func merge(base: [UInt8], ours: [UInt8], theirs: [UInt8]) async throws(Failure) -> [UInt8]?
    /// Makes a commit object on top of `parent`; no reference moves.
    func commit(_ edits: [FileEdit], onto parent: Revision, message: String) async throws(Failure) -> Revision
    /// Throws `feedback.declined` when the remote does not take it, `feedback.branch` when a proposal's branch is taken.
    func publish(_ commit: Revision, expecting base: Revision, to publication: Publication) async throws(Failure)
        -> PublicationResult
    /// What a commit that was made here lies on; nil when it is not here (any more).
    func parent(of commit: Revision) async throws(Failure) -> Revision?
    /// The paths that a commit that was made here changed; nothing of one that is not here (any more).
    func changes(of commit: Revision) async throws(Failure) -> [String]
    /// Whether a commit is part of the history of `tip`; false for one that is not here.
    func contains(_ commit: Revision, in tip: Revision) async throws(Failure) -> Bool
    /// Why nobody wants a change to be proposed again; nil where nobody has said so.
    func refusal(of edits: [FileEdit], onto base: Revision) async throws(Failure) -> String?
    /// What origin has at a proposal's branch; nil when there is no such branch.
    func proposal(at branch: String) async throws(Failure) -> Proposal?
}

/// What is wrong with a service.
package struct OpenFindings: Hashable, Sendable {
    package var diagnostics: [Diagnostic]
    /// The commit that they speak of.
    package var revision: Revision?
    package init(_ diagnostics: [Diagnostic] = [], revision: Revision? = nil) {
        self.diagnostics = diagnostics
        self.revision = revision
    }
}

/// Everything that a verification looks at. Two that are equal would be verified alike.
package struct RepairContent: Hashable, Sendable {
    /// As they are configured, with those that depend on them.
    package var services: [Service]
    /// What their files and their inputs are, in the same order.
    package var digests: [String]
    package init(services: [Service], digests: [String]) {
        self.services = services
        self.digests = digests
    }
}

/// Builds and tests a commit away from everything that is live.
package protocol RepairVerifier: Sendable {
    /// The services as the configuration names them at this revision.
    func services(at revision: Revision) async throws(Failure) -> [Service]
    /// Runs build and test of the services and of those that depend on them, in the verification worktree. Throws when it
    /// could not be tried at all.
    func verify(_ commit: Revision, services: [Service], events: @escaping @Sendable (StageEvent) -> Void)
        async throws(Failure) -> [StageOutcome]
    /// What `verify` would build and test.
    func content(of services: [Service], at commit: Revision) async throws(Failure) -> RepairContent
    /// Whether files can be read as what they are, far quicker than a build tells; nothing for what nobody can read.
    /// - Parameter files: content by path.
    func syntaxErrors(_ files: [String: [UInt8]]) async throws(Failure) -> [Diagnostic]
    /// What is wrong with a service as it was tried or deployed last; nothing where it is well.
    func openFindings(of service: Service) async throws(Failure) -> OpenFindings
}

extension Failure {
    /// The answer of a commit that is not here any more, or of what is refused unread: it says nothing of what was there.
    var saysNothing: Bool { code.rawValue == "git.not-found" || isRejection }
}
