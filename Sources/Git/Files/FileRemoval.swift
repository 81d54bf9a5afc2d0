import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// Removing what is at a name, without ever following a link.
enum FileRemoval {
    /// Removes a file, a link or a folder with everything in it. Nothing being there is no error.
    static func remove(_ name: [CChar], in folder: CInt) throws(Failure) {
        if unlinkat(folder, name, 0) == 0 || errno == ENOENT { return }
        let code = errno
        guard code == EISDIR || code == EPERM || code == ENOTEMPTY else { throw .files("remove", text(of: name)) }
        try empty(name, in: folder)
        guard unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw .files("remove", text(of: name))
        }
    }

    static func remove(_ path: String) throws(Failure) { try remove(systemName(path.utf8), in: AT_FDCWD) }

    /// Folders in it are brought up into it one by one: however deep they lie, neither a path nor a stack nor the number of
    /// open files grows with that. Whoever wrote them may have closed them to everybody; that is undone.
    private static func empty(_ name: [CChar], in folder: CInt) throws(Failure) {
        fchmodat(folder, name, 0o700, 0)
        let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .files("open the folder", text(of: name)) }
        defer { close(descriptor) }
        while true {
            let entries = try names(in: descriptor, called: text(of: name))
            if entries.isEmpty { return }
            for entry in entries.map(systemName) where try !isGone(entry, in: descriptor) {
                try lift(entry, in: descriptor)
            }
        }
    }

    /// Removes a file, a link or an empty folder; false for a folder that holds something.
    private static func isGone(_ name: [CChar], in folder: CInt) throws(Failure) -> Bool {
        if unlinkat(folder, name, 0) == 0 || errno == ENOENT { return true }
        guard [EISDIR, EPERM].contains(errno) else { throw .files("remove", text(of: name)) }
        if unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT { return true }
        guard [ENOTEMPTY, EEXIST].contains(errno) else { throw .files("remove", text(of: name)) }
        return false
    }

    /// Empties a folder: what is in its folders comes to lie beside it.
    private static func lift(_ name: [CChar], in folder: CInt) throws(Failure) {
        fchmodat(folder, name, 0o700, 0)
        let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .files("open the folder", text(of: name)) }
        defer { close(descriptor) }
        for entry in try names(in: descriptor, called: text(of: name)).map(systemName)
        where try !isGone(entry, in: descriptor) {
            // A folder that is moved is written to: it says where it lies.
            fchmodat(descriptor, entry, 0o700, 0)
            let place = systemName(".deployer-removing-\(UInt64.random(in: 0...(.max)))".utf8)
            guard renameat(descriptor, entry, folder, place) == 0 else { throw .files("move", text(of: entry)) }
        }
        guard unlinkat(folder, name, AT_REMOVEDIR) == 0 else { throw .files("remove", text(of: name)) }
    }

    /// The names in an open folder, without `.` and `..`.
    static func names(in descriptor: CInt, called path: String) throws(Failure) -> [[UInt8]] {
        let copy = dup(descriptor)
        guard copy >= 0, let stream = fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            throw .files("list", path)
        }
        defer { closedir(stream) }
        rewinddir(stream)
        var found: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0))).map { UInt8(bitPattern: $0) }
                }
            }
            if name != [46] && name != [46, 46] { found.append(name) }
        }
        return found
    }

    /// The names in the folder at `path`; none where there is no folder.
    static func names(in path: String) throws(Failure) -> [String] {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw .files("list", path)
        }
        defer { close(descriptor) }
        return try names(in: descriptor, called: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
