package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Files {
    /// Writes beside the file and renames over it: whoever reads sees the old or the new, nothing between, also after a
    /// loss of power. Mode and owner of a file that is there already stay, as far as we may set them.
    package static func replace(_ path: String, with content: [UInt8]) throws(Failure) {
        let next = path + ".new"
        try removeFile(next)
        try write(content, to: next)
        var status = stat()
        if stat(path, &status) == 0 {
            // Who may not give files away leaves the owner as it is.
            if status.st_uid != getuid() || status.st_gid != getgid() { _ = chown(next, status.st_uid, status.st_gid) }
            guard chmod(next, status.st_mode & 0o7777) == 0 else { throw failure("set the mode of", next) }
        }
        try move(next, to: path)
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        try synchronize(folder: folder.isEmpty ? "/" : folder)
    }

    /// When it was last written, in seconds since 1970; 0 when there is none.
    package static func modified(_ path: String) -> Double {
        var status = stat()
        guard stat(path, &status) == 0 else { return 0 }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Seconds since it was last written; nil when there is none.
    package static func age(_ path: String) -> Double? {
        let written = modified(path)
        guard written > 0 else { return nil }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - written
    }
}
