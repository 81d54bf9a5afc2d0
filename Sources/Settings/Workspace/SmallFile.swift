import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads and makes the small files of a workspace.
enum SmallFile {
    enum Kind: Hashable { case regular, directory, other }

    struct Attributes: Hashable {
        var kind: Kind
        /// The lower twelve bits of the mode.
        var permissions: UInt32
        var owner: UInt32
    }

    /// Follows symbolic links; nil where there is nothing.
    static func attributes(_ path: String) -> Attributes? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return attributes(status)
    }

    private static func attributes(_ status: stat) -> Attributes {
        let kind: Kind
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        default: kind = .other
        }
        return Attributes(kind: kind, permissions: UInt32(status.st_mode & 0o7777), owner: UInt32(status.st_uid))
    }

    /// The whole file, and what it was when it was opened; nil where there is none.
    /// - Parameter limit: bytes; a larger file is refused before it is read.
    /// - Throws: `config.unreadable`.
    static func read(_ path: String, limit: Int) throws(Failure) -> (bytes: [UInt8], attributes: Attributes)? {
        // O_NONBLOCK: a FIFO in its place must not hold the daemon.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw unreadable(path, reason())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, reason()) }
        let attributes = attributes(status)
        guard attributes.kind == .regular else { throw unreadable(path, "it is no regular file") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, reason()) }
            if count == 0 { return (bytes, attributes) }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw unreadable(path, "it has more than \(limit) bytes") }
        }
    }

    /// Makes the file with the content; false, and nothing changed, where something of that name exists.
    /// - Throws: `config.unreadable` naming the file.
    static func create(_ path: String, _ content: String, permissions: UInt32) throws(Failure) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(permissions))
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw unreadable(path, reason(), verb: "made")
        }
        defer { close(descriptor) }
        try write(Array(content.utf8), descriptor, path)
        return true
    }

    /// Puts the content in place of the file in one step; false where that is not possible.
    @discardableResult
    static func replace(_ path: String, _ bytes: [UInt8]) -> Bool {
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(0o644))
        guard descriptor >= 0 else { return false }
        let isWritten = (try? write(bytes, descriptor, temporary)) != nil
        close(descriptor)
        if isWritten, rename(temporary, path) == 0 { return true }
        unlink(temporary)
        return false
    }

    /// Appends to the file, which is made where it is missing.
    static func append(_ path: String, _ content: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode_t(0o644))
        guard descriptor >= 0 else { throw unreadable(path, reason(), verb: "written") }
        defer { close(descriptor) }
        try write(Array(content.utf8), descriptor, path)
    }

    private static func write(_ bytes: [UInt8], _ descriptor: Int32, _ path: String) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unreadable(path, reason(), verb: "written") }
            rest = rest.dropFirst(count)
        }
    }

    // The C functions, out of reach of the members of the same name.
    private static func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
            Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private static func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    private static func unreadable(_ path: String, _ reason: String, verb: String = "read") -> Failure {
        Failure(
            .configurationUnreadable, "'\(path)' cannot be \(verb)",
            remedy: "correct the file or its permissions", cause: reason)
    }
}
