import CGit2
package import Model

extension GitRepository {
    package func head() throws(Failure) -> HeadState { try session.head() }

    package func facts() throws(Failure) -> RepositoryFacts {
        let repository = session.repository
        let head = try session.head()
        // libgit2's own answer depends on the configured name of the first branch.
        let hasReferences = try !session.referenceNames().isEmpty
        return RepositoryFacts(
            head: head,
            isBare: git_repository_is_bare(repository) == 1,
            isShallow: git_repository_is_shallow(repository) == 1,
            isEmpty: head.revision == nil && !hasReferences,
            operationInProgress: session.operationInProgress())
    }
}

extension GitSession {
    func head() throws(Failure) -> HeadState {
        guard
            let head = try gitIfFound(
                .readHead, name, free: git_reference_free, { git_reference_lookup(&$0, repository, "HEAD") })
        else {
            throw .damaged("'\(name)' has no HEAD")
        }
        if let target = git_reference_symbolic_target(head.pointer) {
            let full = String(cString: target)
            let branch = full.hasPrefix("refs/heads/") ? String(full.dropFirst("refs/heads/".count)) : full
            guard let revision = try revision(ofReference: full) else { return .unborn(branch) }
            return .branch(branch, revision)
        }
        guard let target = git_reference_target(head.pointer) else { throw .damaged("HEAD of '\(name)' is empty") }
        return .detached(try ObjectID(OID(target.pointee)))
    }

    /// The commit that a full reference name leads to, through symbolic references and tags; nil where it does not exist.
    func revision(ofReference reference: String) throws(Failure) -> Revision? {
        guard
            let found = try gitIfFound(
                .readReference, reference, free: git_reference_free,
                { git_reference_lookup(&$0, repository, reference) }),
            let commit = try gitIfFound(
                .resolve, reference, free: git_object_free,
                { git_reference_peel(&$0, found.pointer, GIT_OBJECT_COMMIT) }),
            let id = git_object_id(commit.pointer)
        else { return nil }
        return try ObjectID(OID(id.pointee))
    }

    func operationInProgress() -> String? {
        switch git_repository_state_t(UInt32(bitPattern: git_repository_state(repository))) {
        case GIT_REPOSITORY_STATE_NONE: nil
        case GIT_REPOSITORY_STATE_MERGE: "merge"
        case GIT_REPOSITORY_STATE_REVERT, GIT_REPOSITORY_STATE_REVERT_SEQUENCE: "revert"
        case GIT_REPOSITORY_STATE_CHERRYPICK, GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE: "cherry-pick"
        case GIT_REPOSITORY_STATE_BISECT: "bisect"
        case GIT_REPOSITORY_STATE_APPLY_MAILBOX, GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE: "git am"
        default: "rebase"
        }
    }
}
