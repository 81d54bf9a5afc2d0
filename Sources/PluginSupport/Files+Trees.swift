package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Files {
    /// Copies a file, or a folder with everything in it, and waits until all of it is on the disk. The execute bits
    /// are kept, owners and times are not; symbolic links are copied as what they hold. A socket, a pipe or a device
    /// throws. The target must not exist.
    package static func copy(_ source: String, to target: String) throws(Failure) {
        switch kind(source) {
        case .file: try copyFile(source, to: target)
        case .link:
            guard let destination = destination(ofLink: source) else { throw failure("read the link", source) }
            try link(target, to: destination)
        case .folder:
            guard mkdir(target, 0o755) == 0 else { throw failure("create the folder", target) }
            for name in try names(in: source) { try copy("\(source)/\(name)", to: "\(target)/\(name)") }
            try synchronize(folder: target)
        case .other: throw Failure(.file, "\(source) is neither a file nor a folder")
        case nil: throw failure("copy", source, code: ENOENT)
        }
    }

    private static func copyFile(_ source: String, to target: String) throws(Failure) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure("read", source) }
        defer { close(input) }
        var status = stat()
        guard fstat(input, &status) == 0 else { throw failure("read", source) }
        let mode: mode_t = status.st_mode & 0o111 != 0 ? 0o755 : 0o644
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard output >= 0 else { throw failure("write", target) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = read(input, into: &buffer)
            guard count >= 0 else { throw failure("read", source) }
            if count == 0 { break }
            guard writeAll(output, buffer[..<count]) else { throw failure("write", target) }
        }
        guard fsync(output) == 0 else { throw failure("write", target) }
    }

    /// Whether both hold the same: kinds, names, link targets, execute bits and every byte.
    package static func areEqual(_ left: String, _ right: String) throws(Failure) -> Bool {
        let kinds = (kind(left), kind(right))
        switch kinds {
        case (.file, .file): return try haveEqualContent(left, right)
        case (.link, .link): return destination(ofLink: left) == destination(ofLink: right)
        case (.folder, .folder):
            let names = try names(in: left)
            guard try names == Self.names(in: right) else { return false }
            for name in names where try !areEqual("\(left)/\(name)", "\(right)/\(name)") { return false }
            return true
        default: return false
        }
    }

    private static func haveEqualContent(_ left: String, _ right: String) throws(Failure) -> Bool {
        var statuses = (stat(), stat())
        guard stat(left, &statuses.0) == 0 else { throw failure("read", left) }
        guard stat(right, &statuses.1) == 0 else { throw failure("read", right) }
        guard statuses.0.st_size == statuses.1.st_size,
            (statuses.0.st_mode & 0o111 == 0) == (statuses.1.st_mode & 0o111 == 0)
        else { return false }
        let descriptors = (open(left, O_RDONLY | O_CLOEXEC), open(right, O_RDONLY | O_CLOEXEC))
        defer {
            for descriptor in [descriptors.0, descriptors.1] where descriptor >= 0 { close(descriptor) }
        }
        guard descriptors.0 >= 0 else { throw failure("read", left) }
        guard descriptors.1 >= 0 else { throw failure("read", right) }
        var buffers = ([UInt8](repeating: 0, count: 256 << 10), [UInt8](repeating: 0, count: 256 << 10))
        while true {
            let counts = (read(descriptors.0, into: &buffers.0), read(descriptors.1, into: &buffers.1))
            guard counts.0 >= 0, counts.0 == counts.1, buffers.0[..<counts.0] == buffers.1[..<counts.1] else {
                return false
            }
            if counts.0 == 0 { return true }
        }
    }

    /// Removes a file or a folder with everything in it; fine when there is nothing. Never follows a link.
    package static func remove(_ path: String) throws(Failure) {
        switch kind(path) {
        case nil: return
        case .folder:
            for name in try names(in: path) { try remove("\(path)/\(name)") }
            guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove the folder", path) }
        default: try removeFile(path)
        }
    }
}
