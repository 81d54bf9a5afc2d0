#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the system says of a file. Asked directly: what Foundation's attributes hold is of another type with each of its
/// editions, and a cast that fits one of them fails with the next.
struct FileFacts {
    var isFolder: Bool
    /// Bytes.
    var size: Int
    /// Nanoseconds since 1970.
    var modified: Int

    /// nil where there is nothing. A link is itself, not what it leads to.
    init?(_ path: String) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return nil }
        isFolder = information.st_mode & S_IFMT == S_IFDIR
        size = Int(information.st_size)
        #if canImport(Darwin)
            let time = information.st_mtimespec
        #else
            let time = information.st_mtim
        #endif
        modified = Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}
