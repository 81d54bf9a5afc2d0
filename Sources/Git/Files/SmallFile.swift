import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// Reading and replacing whole files.
enum SmallFile {
    /// Nil where there is no file.
    static func read(_ path: String) throws(Failure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .files("read", path)
        }
        defer { close(descriptor) }
        return try read(descriptor, called: path)
    }

    static func read(_ descriptor: CInt, called path: String) throws(Failure) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .files("read", path) }
        var content = [UInt8](repeating: 0, count: max(Int(status.st_size), 0) + 1)
        var length = 0
        while true {
            if length == content.count { content.append(contentsOf: repeatElement(0, count: max(4096, length / 2))) }
            let start = length
            let got = content.withUnsafeMutableBytes { buffer in
                #if canImport(Darwin)
                    Darwin.read(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
                #else
                    Glibc.read(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
                #endif
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .files("read", path) }
            if got == 0 { break }
            length += got
        }
        content.removeLast(content.count - length)
        return content
    }

    static func write(_ content: [UInt8], to descriptor: CInt, called path: String) throws(Failure) {
        var written = 0
        while written < content.count {
            let start = written
            let count = content.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.write(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
                #else
                    Glibc.write(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
                #endif
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .files("write", path) }
            written += count
        }
    }

    /// Puts a file in place as a whole: whoever reads it sees the old content or the new, never a part.
    static func replace(_ path: String, with content: [UInt8]) throws(Failure) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw .files("write", temporary) }
        do throws(Failure) {
            defer { close(descriptor) }
            try write(content, to: descriptor, called: temporary)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else { throw .files("replace", path) }
    }

    static func replace(_ path: String, with text: String) throws(Failure) {
        try replace(path, with: Array(text.utf8))
    }

    /// Makes a folder and the ones above it.
    static func makeFolder(_ path: String) throws(Failure) {
        if mkdir(path, 0o777) == 0 { return }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0, UInt32(status.st_mode) & UInt32(S_IFMT) == UInt32(S_IFDIR) else {
                errno = ENOTDIR
                throw .files("make the folder", path)
            }
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
                throw .files("make the folder", path)
            }
            try makeFolder(String(path[..<slash]))
            guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .files("make the folder", path) }
        default: throw .files("make the folder", path)
        }
    }
}
