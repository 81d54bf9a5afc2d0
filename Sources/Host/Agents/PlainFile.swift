#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads what lies where others may put things: a pipe there is not waited for, a link not followed, a device not read.
enum PlainFile {
    /// - Parameter limit: bytes.
    /// - Returns: nil for what is no regular file, or a larger one.
    static func contents(_ path: String, limit: Int = 16 << 20) -> Data? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= limit else { return nil }
        var data = Data(count: Int(info.st_size))
        var read = 0
        while read < data.count {
            let count = data.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: read), $0.count - read, off_t(read))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return nil }
            read += count
        }
        return data
    }
}
