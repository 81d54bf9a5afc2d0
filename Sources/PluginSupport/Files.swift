package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file operations of release folders: each says what it did to the disk, and throws what the system said.
package enum Files {
    package enum Kind { case file, folder, link, other }

    /// nil where there is nothing; a symbolic link is itself, not what it leads to.
    package static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// Follows symbolic links.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Follows symbolic links; true for a regular file that somebody may execute.
    package static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o111 != 0
    }

    /// Names in a folder, sorted, `.` and `..` left out; empty when there is no such folder.
    package static func names(in folder: String) throws(Failure) -> [String] {
        guard let handle = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw failure("read the folder", folder)
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The whole file; nil when there is none.
    /// - Parameter limit: bytes; a longer file throws.
    package static func read(_ path: String, limit: Int = 64 << 20) throws(Failure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Self.read(descriptor, into: &buffer)
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return content }
            content += buffer[..<count]
            if content.count > limit { throw Failure(.file, "\(path) is larger than \(limit) bytes") }
        }
    }

    /// The last bytes of a file; empty when there is none or it cannot be read.
    package static func tail(_ path: String, bytes limit: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        lseek(descriptor, max(0, size - off_t(limit)), SEEK_SET)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while content.count < limit {
            let count = Self.read(descriptor, into: &buffer)
            guard count > 0 else { break }
            content += buffer[..<count]
        }
        return content
    }

    /// Hands a file over piece by piece; nothing when there is none.
    package static func stream(_ path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Self.read(descriptor, into: &buffer)
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return }
            body(buffer[..<count])
        }
    }

    /// Creates the folder with everything above it; fine when it is there.
    package static func createFolder(_ path: String) throws(Failure) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST && isFolder(path) { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("create the folder", path)
        }
        try createFolder(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("create the folder", path) }
    }

    /// Writes a file, in place of one that is there, and waits until it is on the disk. Whoever reads meanwhile sees a part
    /// of it: `replace` is for files that others read.
    package static func write(_ content: [UInt8], to path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("write", path) }
        defer { close(descriptor) }
        guard writeAll(descriptor, content[...]), fsync(descriptor) == 0 else { throw failure("write", path) }
    }

    /// Waits until the folder's entries are on the disk.
    package static func synchronize(folder path: String) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        // Some file systems have no fsync for folders; their rename is as durable as it gets.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("synchronize", path) }
    }

    package static func move(_ source: String, to target: String) throws(Failure) {
        guard rename(source, target) == 0 else { throw failure("rename to \(target):", source) }
    }

    package static func removeFile(_ path: String) throws(Failure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    package static func link(_ path: String, to target: String) throws(Failure) {
        guard symlink(target, path) == 0 else { throw failure("link", path) }
    }

    /// What a symbolic link holds; nil for anything else.
    package static func destination(ofLink path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package static func failure(_ verb: String, _ path: String) -> Failure { failure(verb, path, code: errno) }

    package static func failure(_ verb: String, _ path: String, code: Int32) -> Failure {
        let full = code == ENOSPC || code == EDQUOT
        return Failure(
            full ? .diskFull : .file, "cannot \(verb) \(path)",
            remedy: full ? "Free space on that file system." : nil, cause: String(cString: strerror(code)),
            scheduling: full ? .wait(for: "disk space") : .stop)
    }

    static func read(_ descriptor: Int32, into buffer: inout [UInt8]) -> Int {
        while true {
            #if canImport(Darwin)
                let count = buffer.withUnsafeMutableBytes { Darwin.read(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Musl)
                let count = buffer.withUnsafeMutableBytes { Musl.read(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count >= 0 || errno != EINTR { return count }
        }
    }

    static func writeAll(_ descriptor: Int32, _ content: ArraySlice<UInt8>) -> Bool {
        var rest = content
        while !rest.isEmpty {
            #if canImport(Darwin)
                let count = rest.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Musl)
                let count = rest.withUnsafeBytes { Musl.write(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
