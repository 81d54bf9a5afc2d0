import CGit2
import Model

/// The entries of a tree object, parsed from its own bytes: `mode name NUL id`, again and again (gitformat: tree objects).
///
/// Names stay bytes, because a file must be written under exactly the name the tree gives it.
struct RawTree {
    struct Entry {
        var mode: FileMode
        var name: ArraySlice<UInt8>
        var id: OID
        /// The entry as it stands in the object, to be copied into a reduced tree.
        var encoded: ArraySlice<UInt8>

        var isTree: Bool { mode == .tree }
    }

    let entries: [Entry]

    /// - Throws: `git.damaged` for bytes that are no tree.
    init(_ data: [UInt8], id: OID) throws(Failure) {
        var entries: [Entry] = []
        entries.reserveCapacity(data.count / 36)
        var position = 0
        while position < data.count {
            let start = position
            var mode: UInt32 = 0
            while position < data.count, (48...55).contains(data[position]) {
                mode = mode << 3 | UInt32(data[position] - 48)
                position += 1
            }
            guard position > start, position < data.count, data[position] == 32,
                let end = data[position...].firstIndex(of: 0), end + 20 < data.count
            else { throw .damaged("the tree \(id.hex) cannot be read") }
            let name = data[(position + 1)..<end]
            position = end + 21
            let oid = data.withUnsafeBytes { bytes in
                bytes.baseAddress.map { OID($0 + end + 1) } ?? .zero
            }
            entries.append(
                Entry(mode: FileMode(raw: mode), name: name, id: oid, encoded: data[start..<position]))
        }
        self.entries = entries
    }
}

extension GitSession {
    /// The bytes of an object and its type, without libgit2's cache in between.
    func object(_ id: OID, expecting type: git_object_t) throws(Failure) -> [UInt8] {
        var raw = id.raw
        let object = try git(.readObject, id.hex, free: git_odb_object_free) { git_odb_read(&$0, objects, &raw) }
        guard git_odb_object_type(object.pointer) == type else {
            throw Failure(.gitNotFound, "the object \(id.hex) of '\(name)' is not of the expected type")
        }
        let size = git_odb_object_size(object.pointer)
        guard size > 0, let data = git_odb_object_data(object.pointer) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: data, count: size))
    }

    func rawTree(_ id: OID) throws(Failure) -> RawTree {
        try RawTree(try object(id, expecting: GIT_OBJECT_TREE), id: id)
    }

    func blob(_ id: OID) throws(Failure) -> [UInt8] { try object(id, expecting: GIT_OBJECT_BLOB) }

    /// The size of an object in bytes, without reading its content where the format allows.
    func size(_ id: OID) throws(Failure) -> Int {
        var (size, type) = (0, GIT_OBJECT_ANY)
        var raw = id.raw
        try git(.readObject, id.hex) { git_odb_read_header(&size, &type, objects, &raw) }
        return size
    }

    /// The entry at `path` below `tree`; reads each tree on the way, see `TreeLookup` for many paths. nil where there is none, the tree itself for the empty path.
    func entry(at path: String, in tree: OID) throws(Failure) -> (mode: FileMode, id: OID)? {
        var found: (mode: FileMode, id: OID) = (.tree, tree)
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            guard found.mode == .tree,
                let entry = try rawTree(found.id).entries.first(where: { $0.name.elementsEqual(part) })
            else { return nil }
            found = (entry.mode, entry.id)
        }
        return found
    }
}
