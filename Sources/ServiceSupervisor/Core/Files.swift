#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The few file operations that need no Foundation.
package enum Files {
    /// Opens, close-on-exec; returns nil where that fails.
    package static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) -> Int32? {
        while true {
            #if canImport(Glibc)
                let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode_t(mode))
            #else
                let descriptor = Darwin.open(path, flags | O_CLOEXEC, mode_t(mode))
            #endif
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { return nil }
        }
    }

    /// The content, at most `limit` bytes of it; nil where it cannot be read.
    package static func read(_ path: String, limit: Int = 1 << 24) -> [UInt8]? {
        guard let descriptor = open(path, O_RDONLY) else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var block = [UInt8](repeating: 0, count: min(limit, 65_536))
        while content.count < limit {
            let count = retry { block.withUnsafeMutableBytes { systemRead(descriptor, $0) } }
            if count < 0 { return nil }
            if count == 0 { break }
            content.append(contentsOf: block[..<min(count, limit - content.count)])
        }
        return content
    }

    /// Writes all of it; false where the disk or the peer refuses.
    @discardableResult
    package static func write(_ bytes: some Sequence<UInt8>, to descriptor: Int32) -> Bool {
        let bytes = Array(bytes)
        return bytes.withUnsafeBytes { write($0, to: descriptor) }
    }

    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = retry { systemWrite(descriptor, rest) }
            if count <= 0 { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    /// Writes beside the file, then renames over it: a reader sees the old content or the new one, never half.
    @discardableResult
    package static func replace(_ path: String, with bytes: some Sequence<UInt8>) -> Bool {
        let draft = "\(path).new"
        guard let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC) else { return false }
        let isWritten = write(bytes, to: descriptor)
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            unlink(draft)
            return false
        }
        return true
    }

    /// Makes the folder and those above it; the mode is that of the last one.
    package static func makeFolder(_ path: String, mode: UInt32) -> Bool {
        if isFolder(path) { return true }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            guard makeFolder(String(path[..<slash]), mode: 0o755) else { return false }
        }
        return mkdir(path, mode_t(mode)) == 0 || isFolder(path)
    }

    package static func isFolder(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, without `.` and `..`, in no order; empty where it cannot be read.
    package static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The system's own words for the last error.
    package static var lastError: String { text(of: errno) }
    package static func text(of number: Int32) -> String { String(cString: strerror(number)) }

    private static func retry(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    private static func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private static func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}

/// A clock that no change of the date moves.
package enum Clock {
    package static var milliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
    }

    /// Milliseconds since 1970.
    package static var wall: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
    }
}
