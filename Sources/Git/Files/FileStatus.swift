import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// What `lstat` says of a file, as far as git cares.
struct FileStatus: Hashable {
    /// Nil for what git does not keep: devices, sockets, pipes.
    var mode: FileMode?
    var size: Int64
    var inode: UInt64
    /// Nanoseconds since 1970.
    var modified: Int64
    var changed: Int64
    var permissions: UInt32

    init(_ status: stat) {
        permissions = UInt32(status.st_mode) & 0o7777
        mode =
            switch UInt32(status.st_mode) & UInt32(S_IFMT) {
            case UInt32(S_IFREG): status.st_mode & 0o100 != 0 ? .executable : .file
            case UInt32(S_IFLNK): .symbolicLink
            case UInt32(S_IFDIR): .tree
            default: nil
            }
        size = Int64(status.st_size)
        inode = UInt64(status.st_ino)
        #if canImport(Darwin)
            modified = Int64(status.st_mtimespec.tv_sec) * 1_000_000_000 + Int64(status.st_mtimespec.tv_nsec)
            changed = Int64(status.st_ctimespec.tv_sec) * 1_000_000_000 + Int64(status.st_ctimespec.tv_nsec)
        #else
            modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
            changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
        #endif
    }

    /// Nil where nothing is. A link is looked at, not followed.
    init?(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .files("look at", path)
        }
        self.init(status)
    }

    /// As `init(_:)`, for a name in an open folder.
    init?(_ name: [CChar], in folder: CInt) throws(Failure) {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .files("look at", text(of: name))
        }
        self.init(status)
    }

    /// `path`, or with a number where that is taken: `path-2`.
    static func freeName(for path: String) throws(Failure) -> String {
        var candidate = path
        var number = 1
        while try FileStatus(candidate) != nil {
            number += 1
            candidate = "\(path)-\(number)"
        }
        return candidate
    }

    static func target(ofLink path: String) throws(Failure) -> [UInt8] {
        try target(ofLink: systemName(path.utf8), in: AT_FDCWD)
    }

    static func target(ofLink name: [CChar], in folder: CInt) throws(Failure) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let length = readlinkat(folder, name, &buffer, buffer.count)
        guard length >= 0 else { throw .files("read the link", text(of: name)) }
        return buffer.prefix(length).map { UInt8(bitPattern: $0) }
    }
}

/// A name as the system's calls take it.
func systemName(_ bytes: some Sequence<UInt8>) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

/// For messages: such a name as text.
func text(of name: [CChar]) -> String {
    String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

extension Failure {
    /// What the system said no to, from `errno`.
    static func files(_ action: String, _ path: String) -> Failure {
        let code = errno
        let words = String(cString: strerror(code))
        let message = "cannot \(action) '\(path)'"
        switch code {
        case ENOSPC, EDQUOT:
            return Failure(
                .gitDiskFull, message, remedy: "Free some disk space.", cause: words,
                scheduling: .wait(for: "disk space"))
        case EACCES, EPERM, EROFS:
            return Failure(
                .gitPermission, message, remedy: "Let the daemon's user read and write there.", cause: words)
        default: return Failure(.gitFiles, message, cause: words, scheduling: .retry)
        }
    }
}
