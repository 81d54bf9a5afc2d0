package import Model

extension GitRepository {
    /// What a commit holds that is no entry of a log branch: a commit of which this is not nil belongs to somebody else,
    /// and a branch that points to it must not be written over.
    /// - Parameter folders: those that hold the entries.
    /// - Returns: a path; nil where everything is an entry, named by its time.
    package func foreignToLogs(in tip: Revision, folders: [String]) throws(Failure) -> String? {
        let root = try session.rawTree(try session.tree(of: tip)).entries
        // The daemon never writes a commit without a log.
        guard !root.isEmpty else { return "an empty commit" }
        for folder in root {
            let name = String(decoding: folder.name, as: UTF8.self)
            guard folder.isTree, folders.contains(name) else { return name }
            for entry in try session.rawTree(folder.id).entries {
                guard entry.isTree, Self.isStamped(entry.name) else {
                    return "\(name)/\(String(decoding: entry.name, as: UTF8.self))"
                }
            }
        }
        return nil
    }

    /// `20261123-125400`, and whatever follows.
    private static func isStamped(_ name: ArraySlice<UInt8>) -> Bool {
        name.count >= 15
            && name.prefix(15).enumerated().allSatisfy { index, byte in
                index == 8 ? byte == UInt8(ascii: "-") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    /// Makes a commit of what another writer of the log branch left there and the entries that only this clone has.
    /// - Parameters:
    ///   - theirs: the branch as the remote has it now.
    ///   - known: the branch as it was known to be when `reference` was last put on top of it: what `reference` has beyond
    ///     that has not been pushed yet. nil: everything is new.
    ///   - reference: the branch as this clone would have it; points at the new commit, which has no parent, afterwards.
    ///   - folders: those that hold the entries.
    ///   - keeping: entries that stay in each folder, the last ones by name.
    package func adoptLogs(
        _ theirs: Revision, known: Revision?, into reference: String, folders: [String], keeping: Int, message: String,
        author: Signature
    ) throws(Failure) -> Revision {
        let tip = try session.revision(ofReference: reference)
        var edits: [TreeEdit] = []
        for folder in folders {
            let taken = try session.logEntries(folder, of: theirs)
            let before = try session.logEntries(folder, of: known)
            var added: [String: OID] = [:]
            for (name, id) in try session.logEntries(folder, of: tip) where before[name] != id && taken[name] != id {
                // Two machines may have ended a cycle in the same second.
                var free = name
                while taken[free] != nil || added[free] != nil { free += "+" }
                added[free] = id
            }
            let kept = Set(Set(taken.keys).union(added.keys).sorted().suffix(max(keeping, 1)))
            for name in taken.keys.sorted() where !kept.contains(name) {
                edits.append(.delete(path: "\(folder)/\(name)"))
            }
            for (name, id) in added.sorted(by: { $0.key < $1.key }) where kept.contains(name) {
                edits.append(.place(path: "\(folder)/\(name)", id: try ObjectID(id), mode: .tree))
            }
        }
        let tree = try edit(tree: try ObjectID(try session.tree(of: theirs)), edits)
        return try commit(
            CommitDraft(tree: tree, parents: [], message: message, author: author), to: reference,
            expecting: tip.map(RefExpectation.revision) ?? .absent)
    }
}

extension GitSession {
    /// The entries of a folder of a log branch; none where there is no such commit or folder.
    func logEntries(_ folder: String, of tip: Revision?) throws(Failure) -> [String: OID] {
        guard let tip, let found = try entry(at: folder, in: try tree(of: tip)), found.mode == .tree else { return [:] }
        var entries: [String: OID] = [:]
        for entry in try rawTree(found.id).entries { entries[String(decoding: entry.name, as: UTF8.self)] = entry.id }
        return entries
    }
}
