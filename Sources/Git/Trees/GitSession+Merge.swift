import CGit2
import Model

extension GitSession {
    func merge(ancestor: ObjectID?, ours: ObjectID, theirs: ObjectID) throws(Failure) -> MergeOutcome {
        // The common cases need no merge at all.
        if ours == theirs || ancestor == theirs { return .clean(tree: ours) }
        if ancestor == ours { return .clean(tree: theirs) }
        let ourTree = try treeHandle(ours)
        let theirTree = try treeHandle(theirs)
        var options = git_merge_options()
        try git(.merge, name) { git_merge_options_init(&options, GitLibrary.optionsVersion) }
        options.flags = GIT_MERGE_FIND_RENAMES.rawValue
        var base: Owned?
        if let ancestor { base = try treeHandle(ancestor) }
        let basePointer = base?.pointer
        let index = try git(.merge, name, free: git_index_free) {
            git_merge_trees(&$0, repository, basePointer, ourTree.pointer, theirTree.pointer, &options)
        }
        if git_index_has_conflicts(index.pointer) == 1 { return .conflicts(try conflicts(in: index.pointer)) }
        var id = git_oid()
        try git(.writeTree, name) { git_index_write_tree_to(&id, index.pointer, repository) }
        return .clean(tree: try ObjectID(OID(id)))
    }

    func treeHandle(_ id: ObjectID) throws(Failure) -> Owned {
        var raw = try OID(id).raw
        return try git(.readTree, id.short, free: git_tree_free) { git_tree_lookup(&$0, repository, &raw) }
    }

    private func conflicts(in index: OpaquePointer) throws(Failure) -> [MergeConflict] {
        let iterator = try git(.merge, name, free: git_index_conflict_iterator_free) {
            git_index_conflict_iterator_new(&$0, index)
        }
        var found: [MergeConflict] = []
        while true {
            var ancestor: UnsafePointer<git_index_entry>?
            var ours: UnsafePointer<git_index_entry>?
            var theirs: UnsafePointer<git_index_entry>?
            let status = git_index_conflict_next(&ancestor, &ours, &theirs, iterator.pointer)
            if status == GIT_ITEROVER.rawValue { break }
            guard status == 0 else { throw .git(status, .merge, name) }
            guard let path = (ours ?? theirs ?? ancestor)?.pointee.path else { continue }
            let kind: MergeConflict.Kind =
                switch (ancestor != nil, ours != nil, theirs != nil) {
                case (true, true, true): .bothModified
                case (false, true, true): .bothAdded
                case (true, false, true): .deletedByOurs
                case (true, true, false): .deletedByTheirs
                default: .fileAndFolder
                }
            found.append(MergeConflict(path: String(cString: path), kind: kind))
        }
        return found.sorted { $0.path < $1.path }
    }
}
