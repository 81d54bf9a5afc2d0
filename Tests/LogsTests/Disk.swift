#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Plain files for the tests.
enum Disk {
    struct Refused: Error { var path: String, reason: Int32 }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Refused(path: path, reason: errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
        return bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw Refused(path: path, reason: errno) }
        let written = fwrite(bytes, 1, bytes.count, file)
        let closed = fclose(file)
        guard written == bytes.count, closed == 0 else { throw Refused(path: path, reason: errno) }
    }

    /// Appends zeros; throws when they do not fit.
    static func append(_ count: Int, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        guard descriptor >= 0 else { throw Refused(path: path, reason: errno) }
        defer { close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: count)
        #if canImport(Glibc)
            let written = Glibc.write(descriptor, zeros, count)
        #else
            let written = Darwin.write(descriptor, zeros, count)
        #endif
        guard written == count else { throw Refused(path: path, reason: errno) }
    }

    static func names(_ folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { throw Refused(path: folder, reason: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    /// A small file system of a test's own, when the test runs as root.
    static func withVolume(kilobytes: Int, in folder: String, _ body: (String) async throws -> Void) async throws {
        #if os(Linux)
            let path = "\(folder)/volume"
            mkdir(path, 0o755)
            guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
                throw Refused(path: path, reason: errno)
            }
            defer { umount2(path, Int32(MNT_DETACH)) }
            try await body(path)
        #endif
    }

    static func remountReadOnly(_ path: String) throws {
        #if os(Linux)
            guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else {
                throw Refused(path: path, reason: errno)
            }
        #endif
    }

    /// Whether this user may mount a small file system: tried, not guessed.
    static let canMount: Bool = {
        #if os(Linux)
            let path = "/tmp/deployer-mount-\(getpid())"
            guard mkdir(path, 0o755) == 0 else { return false }
            defer { rmdir(path) }
            guard mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0 else { return false }
            umount2(path, Int32(MNT_DETACH))
            return true
        #else
            return false
        #endif
    }()
}
