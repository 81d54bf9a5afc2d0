import CGit2
import Model

/// Finds the files that differ between two trees, each seen through its own selection of paths.
///
/// A subtree that is the same on both sides, and wholly or equally selected, is not opened: the cost is that of the change.
struct TreeComparison {
    struct Side: Hashable {
        var mode: FileMode
        var id: OID
    }
    struct Difference {
        /// Bytes, relative to the roots, parts separated by `/`.
        var path: [UInt8]
        var old: Side?
        var new: Side?
    }

    /// A tree deeper than this is taken for an attack on the stack.
    static let deepest = 512

    let session: GitSession
    let oldSelection: PathSelection
    let newSelection: PathSelection
    private(set) var differences: [Difference] = []

    init(_ session: GitSession, old: PathSelection, new: PathSelection) {
        self.session = session
        oldSelection = old
        newSelection = new
    }

    /// - Parameters: `nil` stands for an empty tree.
    mutating func compare(_ old: OID?, _ new: OID?) throws(Failure) {
        var path: [UInt8] = []
        try compare(old, oldSelection.start, new, newSelection.start, path: &path, depth: 0)
    }

    private mutating func compare(
        _ old: OID?, _ oldState: PathSelection.State, _ new: OID?, _ newState: PathSelection.State,
        path: inout [UInt8], depth: Int
    ) throws(Failure) {
        let old = oldState.isNothing ? nil : old
        let new = newState.isNothing ? nil : new
        if old == nil && new == nil { return }
        // States of different selections mean different things, except for "everything".
        if old == new, oldState == newState, oldState.isEverything || oldSelection == newSelection { return }
        guard depth < Self.deepest else {
            throw Failure(.gitUnsafePath, "'\(session.name)' has folders nested more than \(Self.deepest) deep")
        }
        var before: [ArraySlice<UInt8>: RawTree.Entry] = [:]
        if let old {
            let tree = try session.rawTree(old)
            before.reserveCapacity(tree.entries.count)
            for entry in tree.entries { before[entry.name] = entry }
        }
        if let new {
            for entry in try session.rawTree(new).entries {
                try compare(
                    before.removeValue(forKey: entry.name), oldState, entry, newState, path: &path, depth: depth)
            }
        }
        for entry in before.values.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
            try compare(entry, oldState, nil, newState, path: &path, depth: depth)
        }
    }

    private mutating func compare(
        _ old: RawTree.Entry?, _ oldState: PathSelection.State, _ new: RawTree.Entry?,
        _ newState: PathSelection.State, path: inout [UInt8], depth: Int
    ) throws(Failure) {
        guard let name = new?.name ?? old?.name else { return }
        if let old, let new, old.id == new.id, old.mode == new.mode, oldState.isEverything, newState.isEverything {
            return
        }
        let length = path.count
        if !path.isEmpty { path.append(UInt8(ascii: "/")) }
        path.append(contentsOf: name)
        defer { path.removeLast(path.count - length) }

        let oldFile = old.flatMap { !$0.isTree && oldSelection.selects($0.name, in: oldState) ? $0 : nil }
        let newFile = new.flatMap { !$0.isTree && newSelection.selects($0.name, in: newState) ? $0 : nil }
        if oldFile?.id != newFile?.id || oldFile?.mode != newFile?.mode {
            differences.append(
                Difference(
                    path: path, old: oldFile.map { Side(mode: $0.mode, id: $0.id) },
                    new: newFile.map { Side(mode: $0.mode, id: $0.id) }))
        }
        let oldTree = old.flatMap { $0.isTree ? $0.id : nil }
        let newTree = new.flatMap { $0.isTree ? $0.id : nil }
        guard oldTree != nil || newTree != nil else { return }
        try compare(
            oldTree, oldSelection.enter(name, in: oldState), newTree, newSelection.enter(name, in: newState),
            path: &path, depth: depth + 1)
    }
}

extension GitSession {
    /// - Parameters:
    ///   - old: tree, nil for an empty one.
    ///   - path: only what lies at or below it.
    func changes(from old: OID?, to new: OID, under path: String) throws(Failure) -> [ChangedPath] {
        var comparison = TreeComparison(self, old: .path(path), new: .path(path))
        try comparison.compare(old, new)
        var changes: [ChangedPath] = []
        changes.reserveCapacity(comparison.differences.count)
        for difference in comparison.differences { changes.append(try ChangedPath(difference)) }
        return changes
    }
}

extension ChangedPath {
    fileprivate init(_ difference: TreeComparison.Difference) throws(Failure) {
        path = String(decoding: difference.path, as: UTF8.self)
        if let side = difference.old { old = TreeEntry(path: path, mode: side.mode, id: try ObjectID(side.id)) }
        if let side = difference.new { new = TreeEntry(path: path, mode: side.mode, id: try ObjectID(side.id)) }
        switch (difference.old?.mode, difference.new?.mode) {
        case (nil, _): kind = .added
        case (_, nil): kind = .deleted
        case (.symbolicLink?, let mode?) where mode != .symbolicLink: kind = .typeChanged
        case (.commit?, let mode?) where mode != .commit: kind = .typeChanged
        case (let mode?, .symbolicLink?) where mode != .symbolicLink: kind = .typeChanged
        case (let mode?, .commit?) where mode != .commit: kind = .typeChanged
        default: kind = .modified
        }
    }
}
