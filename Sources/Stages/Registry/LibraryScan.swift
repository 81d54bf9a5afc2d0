import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The libraries in the folders of the search path, and what tells that one has changed. Costs one stat per file.
struct LibraryScan: Sendable, Hashable {
    /// Changes with every replacement and every write.
    struct Signature: Sendable, Hashable, Codable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var modified: Int64
        var changed: Int64
        var mode: UInt32
        var owner: UInt32
    }
    struct File: Sendable, Hashable {
        var path: String
        var folder: String
        var signature: Signature?
        var name: String { String(path.dropFirst(folder.count + 1)) }
    }
    /// In the order of the search path, then by name.
    var files: [File] = []

    #if canImport(Darwin)
        static let suffix = ".dylib"
    #else
        static let suffix = ".so"
    #endif

    static func of(_ searchPath: [String]) -> LibraryScan {
        var scan = LibraryScan()
        for folder in searchPath {
            for name in Files.names(in: folder).sorted() where name.hasSuffix(suffix) && !name.hasPrefix(".") {
                let path = "\(folder)/\(name)"
                scan.files.append(File(path: path, folder: folder, signature: Signature.of(path)))
            }
        }
        return scan
    }
}

extension LibraryScan.Signature {
    /// Of what lies there, a link itself and not what it leads to; nil where there is nothing.
    static func of(_ path: String) -> LibraryScan.Signature? {
        var information = stat()
        return lstat(path, &information) == 0 ? .init(information) : nil
    }

    init(_ information: stat) {
        device = UInt64(truncatingIfNeeded: information.st_dev)
        inode = UInt64(information.st_ino)
        size = Int64(information.st_size)
        mode = UInt32(information.st_mode)
        owner = information.st_uid
        #if canImport(Darwin)
            let (modification, change) = (information.st_mtimespec, information.st_ctimespec)
        #else
            let (modification, change) = (information.st_mtim, information.st_ctim)
        #endif
        modified = Int64(modification.tv_sec) * 1_000_000_000 + Int64(modification.tv_nsec)
        changed = Int64(change.tv_sec) * 1_000_000_000 + Int64(change.tv_nsec)
    }
}
