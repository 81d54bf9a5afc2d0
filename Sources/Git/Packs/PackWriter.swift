import CGit2
import Model

/// Writes packs into a folder and reads them back before anybody relies on them.
struct PackWriter {
    struct Written {
        /// `pack-<checksum>`, without ending.
        var base: String
        var names: [OID]
    }

    private let session: GitSession
    private let folder: String
    /// Content read back from a new pack; beyond it only the objects' headers are.
    private static let readBack = 256 << 20

    init(_ session: GitSession, folder: String) {
        self.session = session
        self.folder = folder
    }

    /// A pack of everything that can be reached; nil when there is nothing.
    mutating func writeReachable(_ roots: PackRoots) throws(Failure) -> Written? {
        let builder = try makeBuilder()
        let walk = try git(.pack, session.name, free: git_revwalk_free) { git_revwalk_new(&$0, session.repository) }
        for root in roots.references { try add(root, to: builder.pointer, walk.pointer) }
        // Logs may tell of what is gone, and an index of what was never written.
        for root in roots.others where exists(root) { try add(root, to: builder.pointer, walk.pointer) }
        try git(.pack, session.name) { git_packbuilder_insert_walk(builder.pointer, walk.pointer) }
        return try write(builder.pointer, expecting: [])
    }

    /// A pack of these objects and no others; nil for none.
    func write(_ names: Set<OID>) throws(Failure) -> Written? {
        if names.isEmpty { return nil }
        let builder = try makeBuilder()
        for name in names {
            var id = name.raw
            try git(.pack, session.name) { git_packbuilder_insert(builder.pointer, &id, nil) }
        }
        return try write(builder.pointer, expecting: names)
    }

    private func makeBuilder() throws(Failure) -> Owned {
        let builder = try git(.pack, session.name, free: git_packbuilder_free) {
            git_packbuilder_new(&$0, session.repository)
        }
        // Builds have a better use for the other cores.
        git_packbuilder_set_threads(builder.pointer, 1)
        return builder
    }

    private func exists(_ id: OID) -> Bool {
        var raw = id.raw
        return git_odb_exists(session.objects, &raw) == 1
    }

    private func add(_ root: OID, to builder: OpaquePointer, _ walk: OpaquePointer) throws(Failure) {
        var (size, type) = (0, GIT_OBJECT_ANY)
        var id = root.raw
        try git(.readObject, root.hex) { git_odb_read_header(&size, &type, session.objects, &id) }
        switch type {
        case GIT_OBJECT_COMMIT: try git(.pack, root.hex) { git_revwalk_push(walk, &id) }
        case GIT_OBJECT_TAG:
            try git(.pack, root.hex) { git_packbuilder_insert(builder, &id, nil) }
            let tag = try git(.readObject, root.hex, free: git_tag_free) {
                git_tag_lookup(&$0, session.repository, &id)
            }
            if let target = git_tag_target_id(tag.pointer) { try add(OID(target.pointee), to: builder, walk) }
        case GIT_OBJECT_TREE: try git(.pack, root.hex) { git_packbuilder_insert_tree(builder, &id) }
        default: try git(.pack, root.hex) { git_packbuilder_insert(builder, &id, nil) }
        }
    }

    private func write(_ builder: OpaquePointer, expecting names: Set<OID>) throws(Failure) -> Written? {
        guard git_packbuilder_object_count(builder) > 0 else { return nil }
        try git(.pack, session.name) { git_packbuilder_write(builder, folder, 0, nil, nil) }
        guard let name = git_packbuilder_name(builder) else { throw unreadable("no name") }
        let base = "pack-\(String(cString: name))"
        let path = "\(folder)/\(base)"
        guard let index = try PackIndexFile(path + ".idx") else { throw unreadable("its index is not whole") }
        if let fault = try PackFile.fault(path + ".pack", index) { throw unreadable(fault) }
        guard index.names.count == git_packbuilder_object_count(builder), names.isSubset(of: index.names) else {
            throw unreadable("objects are missing from it")
        }
        try readBack(index.names, from: path + ".idx")
        return Written(base: base, names: index.names)
    }

    /// Reads the objects from the new pack alone.
    private func readBack(_ names: [OID], from index: String) throws(Failure) {
        let database = try git(.pack, index, free: git_odb_free) { git_odb_new(&$0) }
        var backend: UnsafeMutablePointer<git_odb_backend>?
        try git(.pack, index) { git_odb_backend_one_pack(&backend, index) }
        // The database owns the backend from here on.
        try git(.pack, index) { git_odb_add_backend(database.pointer, backend, 1) }
        var remaining = Self.readBack
        for name in names {
            var id = name.raw
            if remaining > 0 {
                let object = try git(.pack, name.hex, free: git_odb_object_free) {
                    git_odb_read(&$0, database.pointer, &id)
                }
                remaining -= git_odb_object_size(object.pointer)
            } else {
                var (size, type) = (0, GIT_OBJECT_ANY)
                try git(.pack, name.hex) { git_odb_read_header(&size, &type, database.pointer, &id) }
            }
        }
    }

    private func unreadable(_ reason: String) -> Failure {
        Failure(
            .gitDamaged, "the new pack of '\(session.name)' is not used", remedy: "Check the disk.", cause: reason,
            scheduling: .retry)
    }
}
