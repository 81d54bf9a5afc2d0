import Model

/// Looks many paths up in trees; each tree on the way is read once.
final class TreeLookup {
    private let session: GitSession
    private var trees: [OID: [ArraySlice<UInt8>: RawTree.Entry]] = [:]

    init(_ session: GitSession) { self.session = session }

    /// The file at `path` below `tree`; nil where there is none, or a folder.
    func file(at path: String, in tree: OID) throws(Failure) -> TreeComparison.Side? {
        var found: (mode: FileMode, id: OID) = (.tree, tree)
        for part in Array(path.utf8).split(separator: UInt8(ascii: "/")) {
            guard found.mode == .tree, let entry = try entries(of: found.id)[part] else { return nil }
            found = (entry.mode, entry.id)
        }
        return found.mode == .tree ? nil : TreeComparison.Side(mode: found.mode, id: found.id)
    }

    private func entries(of tree: OID) throws(Failure) -> [ArraySlice<UInt8>: RawTree.Entry] {
        if let known = trees[tree] { return known }
        var entries: [ArraySlice<UInt8>: RawTree.Entry] = [:]
        for entry in try session.rawTree(tree).entries { entries[entry.name] = entry }
        trees[tree] = entries
        return entries
    }
}
