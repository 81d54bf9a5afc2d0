import CGit2
package import Model

extension GitRepository {
    /// The commit a full reference name (`refs/heads/main`) or HEAD leads to; nil where it does not exist.
    package func revision(of reference: String) throws(Failure) -> Revision? {
        try session.revision(ofReference: reference)
    }

    /// The commit that a person means by `text`: a branch, a tag, `origin/main`, a whole or shortened id, `HEAD~2`.
    /// - Throws: `git.not-found` when it means nothing here.
    package func resolve(_ text: String) throws(Failure) -> Revision {
        let repository = session.repository
        let commit = try git(.resolve, text, free: git_object_free) {
            git_revparse_single(&$0, repository, "\(text)^{commit}")
        }
        guard let id = git_object_id(commit.pointer) else { throw Failure(.gitNotFound, "cannot resolve '\(text)'") }
        return try ObjectID(OID(id.pointee))
    }

    /// All references below `prefix` (`refs/heads/`) with the commits they lead to, in the order of their names.
    package func references(under prefix: String = "refs/") throws(Failure) -> [(name: String, revision: Revision)] {
        var found: [(name: String, revision: Revision)] = []
        for name in try session.referenceNames() where name.hasPrefix(prefix) {
            if let revision = try session.revision(ofReference: name) { found.append((name, revision)) }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// Points a reference at a commit if it stands where it is expected, and makes it where it does not exist.
    /// - Parameter reason: the line in the reference's log.
    /// - Throws: `git.moved` when it stands elsewhere, `git.locked` while another process updates it.
    package func update(
        _ reference: String, to revision: Revision, expecting: RefExpectation, reason: String
    ) throws(Failure) {
        try session.update(reference, to: revision, expecting: expecting, reason: reason)
    }

    /// Deletes a reference if it stands where it is expected. One that does not exist is no error.
    package func delete(_ reference: String, expecting: RefExpectation = .anything) throws(Failure) {
        let repository = session.repository
        guard
            let found = try gitIfFound(
                .readReference, reference, free: git_reference_free,
                { git_reference_lookup(&$0, repository, reference) })
        else { return }
        if case .revision(let expected) = expecting, let target = git_reference_target(found.pointer),
            try ObjectID(OID(target.pointee)) != expected
        {
            throw .moved(reference)
        }
        if case .absent = expecting { throw .moved(reference) }
        // Deletes only what it has read: libgit2 compares with the file under the lock.
        try git(.writeReference, reference) { git_reference_delete(found.pointer) }
    }
}

extension Failure {
    static func moved(_ reference: String) -> Failure {
        Failure(
            .gitMoved, "the reference '\(reference)' is not where it was expected",
            remedy: "Read the reference again and repeat.", scheduling: .retry)
    }
}

extension GitSession {
    func referenceNames() throws(Failure) -> [String] {
        var names = git_strarray()
        defer { git_strarray_dispose(&names) }
        try git(.readReference, name) { git_reference_list(&names, repository) }
        return Array(names)
    }

    func update(
        _ reference: String, to revision: Revision, expecting: RefExpectation, reason: String
    ) throws(Failure) {
        var target = try OID(revision).raw
        var made: OpaquePointer?
        defer { git_reference_free(made) }
        try ensureIdentity()
        switch expecting {
        case .anything:
            try git(.writeReference, reference) {
                git_reference_create(&made, repository, reference, &target, 1, reason)
            }
        case .absent:
            do throws(Failure) {
                try git(.writeReference, reference) {
                    git_reference_create(&made, repository, reference, &target, 0, reason)
                }
            } catch  where error.code == .gitExists {
                throw .moved(reference)
            }
        case .revision(let expected):
            var current = try OID(expected).raw
            do throws(Failure) {
                try git(.writeReference, reference) {
                    git_reference_create_matching(&made, repository, reference, &target, 1, &current, reason)
                }
            } catch  where error.code == .gitNotFound {
                throw .moved(reference)
            }
        }
    }

    /// Reference logs name somebody; without an identity in the configuration libgit2 would refuse to write them.
    private func ensureIdentity() throws(Failure) {
        var (name, email): (UnsafePointer<CChar>?, UnsafePointer<CChar>?)
        try git(.readConfiguration, self.name) { git_repository_ident(&name, &email, repository) }
        guard name == nil else { return }
        try git(.writeConfiguration, self.name) {
            git_repository_set_ident(repository, "codex-deployer", "codex-deployer@localhost")
        }
    }
}
