import CGit2
package import Model

extension GitRepository {
    /// Makes a new tree from an old one and a list of edits, in memory: no checkout, no index, nothing but new objects.
    /// - Parameters:
    ///   - tree: nil starts from nothing.
    ///   - edits: applied in order; a later one sees what an earlier one did.
    /// - Throws: `git.unsafe-path` for `..`, `.git`, empty parts and the like, `git.not-found` for deleting or moving what is
    ///   not there, `git.exists` for a file where an edit needs a folder or the other way round.
    package func edit(tree: ObjectID?, _ edits: [TreeEdit]) throws(Failure) -> ObjectID {
        var base: OID?
        if let tree { base = try OID(tree) }
        return try ObjectID(try session.edit(base, edits))
    }

    /// Stores a blob.
    package func writeBlob(_ content: [UInt8]) throws(Failure) -> ObjectID {
        try ObjectID(try session.write(content, as: GIT_OBJECT_BLOB))
    }

    /// Writes a commit object; no reference is touched.
    package func write(_ draft: CommitDraft) throws(Failure) -> Revision { try session.write(draft) }

    /// Writes a commit and points a reference at it if the reference is where it is expected.
    /// - Throws: `git.moved` when it is not; the commit is then left to the next merging of packs.
    package func commit(
        _ draft: CommitDraft, to reference: String, expecting: RefExpectation
    ) throws(Failure) -> Revision {
        let revision = try session.write(draft)
        let summary = draft.message.prefix { $0 != "\n" }
        try session.update(reference, to: revision, expecting: expecting, reason: "commit: \(summary)")
        return revision
    }
}

extension GitSession {
    func write(_ content: [UInt8], as type: git_object_t) throws(Failure) -> OID {
        var id = git_oid()
        try git(.writeObject, name) { git_odb_write(&id, objects, content, content.count, type) }
        return OID(id)
    }

    func edit(_ tree: OID?, _ edits: [TreeEdit]) throws(Failure) -> OID {
        let root = EditableFolder(tree)
        for edit in edits { try root.apply(edit, self) }
        if let written = try root.write(self) { return written }
        return try write([], as: GIT_OBJECT_TREE)
    }

    func write(_ draft: CommitDraft) throws(Failure) -> Revision {
        let author = try OwnedSignature(draft.author)
        let committer = try OwnedSignature(draft.committer)
        var treeID = try OID(draft.tree).raw
        let tree = try git(.readTree, draft.tree.short, free: git_tree_free) {
            git_tree_lookup(&$0, repository, &treeID)
        }
        var parents: [OID] = []
        for parent in draft.parents { parents.append(try OID(parent)) }
        var id = git_oid()
        let ids = parents.map(\.raw)
        // Parents are given by name, so that a shallow clone's cut-off parents are no obstacle.
        try git(.writeCommit, name) {
            ids.withUnsafeBufferPointer { ids in
                var pointers: [UnsafePointer<git_oid>?] = ids.indices.map { index in
                    ids.baseAddress.map { $0 + index }
                }
                return git_commit_create_from_ids(
                    &id, repository, nil, author.pointer, committer.pointer, "UTF-8", draft.message,
                    git_tree_id(tree.pointer), pointers.count, &pointers)
            }
        }
        return try ObjectID(OID(id))
    }
}
