import CGit2
package import Model

extension GitRepository {
    /// The tree of a commit.
    package func tree(of revision: Revision) throws(Failure) -> ObjectID {
        try ObjectID(try session.tree(of: revision))
    }

    /// What stands at `path` in a commit; nil where nothing does, the root for the empty path.
    package func entry(at path: String, in revision: Revision) throws(Failure) -> TreeEntry? {
        guard let found = try session.entry(at: path, in: try session.tree(of: revision)) else { return nil }
        return TreeEntry(path: path, mode: found.mode, id: try ObjectID(found.id))
    }

    /// As `entry(at:in:)`, for a tree.
    package func entry(at path: String, inTree tree: ObjectID) throws(Failure) -> TreeEntry? {
        guard let found = try session.entry(at: path, in: try OID(tree)) else { return nil }
        return TreeEntry(path: path, mode: found.mode, id: try ObjectID(found.id))
    }

    /// The names directly in the folder `path` of a commit; nil where there is no such folder.
    package func listing(of path: String, in revision: Revision) throws(Failure) -> [TreeEntry]? {
        guard let folder = try session.entry(at: path, in: try session.tree(of: revision)), folder.mode == .tree else {
            return nil
        }
        var entries: [TreeEntry] = []
        for entry in try session.rawTree(folder.id).entries {
            let name = String(decoding: entry.name, as: UTF8.self)
            entries.append(
                TreeEntry(
                    path: path.isEmpty ? name : "\(path)/\(name)", mode: entry.mode, id: try ObjectID(entry.id)))
        }
        return entries
    }

    /// All files (no folders) at or below `path` in a commit, in the order of the tree.
    package func files(under path: String, in revision: Revision) throws(Failure) -> [TreeEntry] {
        let changes = try session.changes(
            from: nil, to: try session.tree(of: revision), under: path)
        return changes.compactMap(\.new)
    }

    /// The content of the file at `path` in a commit; nil where there is no file.
    /// - Parameter limit: bytes; a larger file is refused.
    /// - Throws: `git.too-large`.
    package func content(
        of path: String, in revision: Revision, limit: Int = 64 << 20
    ) throws(Failure) -> [UInt8]? {
        guard let found = try session.entry(at: path, in: try session.tree(of: revision)), found.mode != .tree,
            found.mode != .commit
        else { return nil }
        return try content(of: try ObjectID(found.id), named: path, limit: limit)
    }

    /// The content of a blob.
    package func content(
        of blob: ObjectID, named path: String? = nil, limit: Int = 64 << 20
    ) throws(Failure) -> [UInt8] {
        let id = try OID(blob)
        let size = try session.size(id)
        guard size <= limit else {
            throw Failure(
                .gitTooLarge,
                "'\(path ?? blob.short)' has \(size) bytes, more than the \(limit) that are read")
        }
        return try session.blob(id)
    }

    /// The files that differ between two commits, in the order of the tree. Costs what has changed, not what is there.
    /// - Parameters:
    ///   - old: nil lists everything as added.
    ///   - path: only what lies at or below it.
    package func changedPaths(
        from old: Revision?, to new: Revision, under path: String = ""
    ) throws(Failure) -> [ChangedPath] {
        var base: OID?
        if let old { base = try session.tree(of: old) }
        return try session.changes(from: base, to: try session.tree(of: new), under: path)
    }

    /// As `changedPaths`, between trees.
    package func changedPaths(
        fromTree old: ObjectID?, toTree new: ObjectID, under path: String = ""
    ) throws(Failure) -> [ChangedPath] {
        var base: OID?
        if let old { base = try OID(old) }
        return try session.changes(from: base, to: try OID(new), under: path)
    }
}
