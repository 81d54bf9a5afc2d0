import CGit2
package import Model

extension GitRepository {
    /// How `revision` stands to `other`. A branch whose new tip is not `.same` or `.ahead` of the old one was force-pushed.
    /// - Throws: `git.not-found` when one of them is not here, which in a shallow clone may be a matter of its depth.
    package func relation(of revision: Revision, to other: Revision) throws(Failure) -> Relation {
        try session.relation(of: revision, to: other)
    }

    package func isAncestor(_ ancestor: Revision, of revision: Revision) throws(Failure) -> Bool {
        switch try session.relation(of: revision, to: ancestor) {
        case .same, .ahead: true
        default: false
        }
    }

    package func commit(_ revision: Revision) throws(Failure) -> CommitInfo { try session.commitInfo(revision) }

    /// The commits that `revision` has and `excluding` has not, oldest first.
    /// - Parameter limit: of the newest ones, at most so many.
    package func commits(
        from revision: Revision, excluding: Revision? = nil, limit: Int = 1000
    ) throws(Failure) -> [CommitInfo] {
        var found: [CommitInfo] = []
        for id in try session.walk(from: revision, excluding: excluding, limit: limit) {
            found.append(try session.commitInfo(id))
        }
        return found.reversed()
    }
}

extension GitSession {
    func relation(of revision: Revision, to other: Revision) throws(Failure) -> Relation {
        if revision == other { return .same }
        var (ahead, behind) = (0, 0)
        var (left, right) = (try OID(revision).raw, try OID(other).raw)
        do throws(Failure) {
            for id in [left, right] { try requireCommit(id) }
            try git(.compare, "\(revision.short) and \(other.short)") {
                git_graph_ahead_behind(&ahead, &behind, repository, &left, &right)
            }
        } catch {
            guard error.code == .gitNotFound, git_repository_is_shallow(repository) == 1 else { throw error }
            var failure = error
            failure.remedy = "The clone is shallow: fetch its whole history (git fetch --unshallow)."
            throw failure
        }
        if behind == 0 { return .ahead(ahead) }
        if ahead == 0 { return .behind(behind) }
        var base = git_oid()
        let common = try gitIfFound(.compare, "\(revision.short) and \(other.short)") {
            git_merge_base(&base, repository, &left, &right)
        }
        return common == nil ? .unrelated : .diverged(ahead: ahead, behind: behind)
    }

    /// Throws `git.not-found` for what names no commit here: an unknown id, a tree's, the zeros that stand for none.
    ///
    /// libgit2 answers the last two with errors that read like damage, and they may come from whoever sends a patch.
    private func requireCommit(_ id: git_oid) throws(Failure) {
        var (id, size, type) = (id, 0, GIT_OBJECT_INVALID)
        let name = OID(id).hex
        if git_oid_is_zero(&id) == 0 {
            try git(.readObject, name) { git_odb_read_header(&size, &type, objects, &id) }
        }
        guard type == GIT_OBJECT_COMMIT else {
            throw Failure(.gitNotFound, "'\(name)' names no commit of '\(self.name)'")
        }
    }

    /// Newest first.
    func walk(from revision: Revision, excluding: Revision?, limit: Int) throws(Failure) -> [Revision] {
        let walk = try git(.walk, name, free: git_revwalk_free) { git_revwalk_new(&$0, repository) }
        try git(.walk, name) {
            git_revwalk_sorting(walk.pointer, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue)
        }
        var start = try OID(revision).raw
        try git(.walk, revision.short) { git_revwalk_push(walk.pointer, &start) }
        if let excluding {
            var hidden = try OID(excluding).raw
            try git(.walk, excluding.short) { git_revwalk_hide(walk.pointer, &hidden) }
        }
        var found: [Revision] = []
        var id = git_oid()
        while found.count < limit {
            let status = git_revwalk_next(&id, walk.pointer)
            if status == GIT_ITEROVER.rawValue { break }
            guard status == 0 else { throw .git(status, .walk, name) }
            found.append(try ObjectID(OID(id)))
        }
        return found
    }

    func commitHandle(_ revision: Revision) throws(Failure) -> Owned {
        var id = try OID(revision).raw
        return try git(.readCommit, revision.short, free: git_commit_free) { git_commit_lookup(&$0, repository, &id) }
    }

    func commitInfo(_ revision: Revision) throws(Failure) -> CommitInfo {
        let commit = try commitHandle(revision)
        guard let tree = git_commit_tree_id(commit.pointer), let message = git_commit_message(commit.pointer),
            let author = git_commit_author(commit.pointer), let committer = git_commit_committer(commit.pointer)
        else { throw .damaged("the commit \(revision.short) of '\(name)' cannot be read") }
        var parents: [Revision] = []
        for index in 0..<git_commit_parentcount(commit.pointer) {
            if let parent = git_commit_parent_id(commit.pointer, index) {
                parents.append(try ObjectID(OID(parent.pointee)))
            }
        }
        return CommitInfo(
            id: revision, tree: try ObjectID(OID(tree.pointee)), parents: parents, message: String(cString: message),
            author: Signature(author.pointee), committer: Signature(committer.pointee))
    }

    /// The tree of a commit.
    func tree(of revision: Revision) throws(Failure) -> OID {
        let commit = try commitHandle(revision)
        guard let tree = git_commit_tree_id(commit.pointer) else {
            throw .damaged("the commit \(revision.short) of '\(name)' has no tree")
        }
        return OID(tree.pointee)
    }
}

extension Signature {
    init(_ signature: git_signature) {
        self.init(
            Identity(
                name: signature.name.map { String(cString: $0) } ?? "",
                email: signature.email.map { String(cString: $0) } ?? ""),
            time: Timestamp(seconds: signature.when.time), offset: Int(signature.when.offset))
    }
}
