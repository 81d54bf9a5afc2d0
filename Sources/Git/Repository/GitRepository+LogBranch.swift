package import Model

/// What one cycle leaves on a branch that only the daemon writes.
package struct LogBranchEntry: Hashable, Sendable {
    /// A name that sorts by time: `20261123-125400`.
    package var name: String
    /// Relative to the entry's folder.
    package var files: [String: [UInt8]]
    package init(name: String, files: [String: [UInt8]]) {
        self.name = name
        self.files = files
    }
}

extension GitRepository {
    /// Adds entries to a branch that shares no history with the sources, and drops its oldest entries.
    /// - Parameters:
    ///   - reference: `refs/heads/deployer/logs`; made when it does not exist.
    ///   - folder: holds one folder for each entry.
    ///   - keeping: entries that stay, the last ones by name.
    ///   - others: edits outside of `folder`, such as a page that points at the newest entry; deleting what is not there is fine.
    ///   - keepsHistory: false makes a commit without a parent, which needs a forced push and lets old logs be forgotten.
    /// - Throws: `git.moved` when somebody else changed the branch meanwhile: call again.
    package func append(
        _ entries: [LogBranchEntry], to reference: String, folder: String = "cycles", keeping: Int = 50,
        others: [TreeEdit] = [], message: String, author: Signature, keepsHistory: Bool = true
    ) throws(Failure) -> Revision {
        let tip = try session.revision(ofReference: reference)
        var tree: ObjectID?
        if let tip { tree = try ObjectID(try session.tree(of: tip)) }
        let existing = Set(try session.logEntries(folder, of: tip).keys)
        let kept = Set(existing.union(entries.map(\.name)).sorted().suffix(max(keeping, 1)))
        let rewritten = Set(entries.map(\.name))
        var edits: [TreeEdit] = []
        for name in existing.sorted() where !kept.contains(name) || rewritten.contains(name) {
            edits.append(.delete(path: "\(folder)/\(name)"))
        }
        for entry in entries where kept.contains(entry.name) {
            for (path, content) in entry.files.sorted(by: { $0.key < $1.key }) {
                edits.append(.write(path: "\(folder)/\(entry.name)/\(path)", content: content))
            }
        }
        for edit in others {
            if case .delete(let path) = edit {
                guard let tree, try session.entry(at: path, in: try OID(tree)) != nil else { continue }
            }
            edits.append(edit)
        }
        let draft = CommitDraft(
            tree: try edit(tree: tree, edits), parents: keepsHistory ? tip.map { [$0] } ?? [] : [], message: message,
            author: author)
        return try commit(draft, to: reference, expecting: tip.map(RefExpectation.revision) ?? .absent)
    }
}
