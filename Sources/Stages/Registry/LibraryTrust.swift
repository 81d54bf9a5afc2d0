import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether a file may be loaded as a plugin: a library runs with the daemon's rights, so nobody but root and the daemon's
/// user may be able to change it, or to put another in its place.
struct LibraryTrust: Sendable {
    /// The daemon's user.
    let user: UInt32

    struct Refusal: Error, Hashable {
        var reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// Checks a folder and all that lead to it, as they really are: links on the way are resolved first.
    ///
    /// A folder that anybody may write to passes on the way when it is sticky and root's (`/tmp`): there nobody can
    /// replace what belongs to others. It never passes as the folder of the plugins itself.
    ///
    /// - Returns: the folder without links, below which the library is to be opened.
    @discardableResult
    func checkFolder(_ path: String) throws(Refusal) -> String {
        guard let resolved = Self.resolved(path) else {
            throw Refusal("its folder '\(path)' cannot be resolved: \(Files.lastError)")
        }
        var folder = resolved
        var isOwn = true
        while true {
            var information = stat()
            guard lstat(folder, &information) == 0 else {
                throw Refusal("the folder '\(folder)' cannot be looked at: \(Files.lastError)")
            }
            try check(information, "the folder '\(folder)'", allowsSticky: !isOwn)
            isOwn = false
            guard folder != "/", let slash = folder.lastIndex(of: "/") else { return resolved }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
    }

    static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Opens a library without following a link, and checks what was opened: a regular file, its owner, its mode.
    ///
    /// - Returns: a descriptor that the caller closes, and what the system says of the file.
    func open(_ path: String) throws(Refusal) -> (descriptor: Int32, information: stat) {
        guard let descriptor = Files.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else {
            throw Refusal(
                errno == ELOOP
                    ? "it is a symbolic link; put the library itself there" : "it cannot be read: \(Files.lastError)"
            )
        }
        var information = stat()
        do throws(Refusal) {
            guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
                throw Refusal("it is not a regular file")
            }
            try check(information, "it", allowsSticky: false)
        } catch {
            close(descriptor)
            throw error
        }
        return (descriptor, information)
    }

    private func check(_ information: stat, _ subject: String, allowsSticky: Bool) throws(Refusal) {
        guard information.st_uid == 0 || information.st_uid == user else {
            throw Refusal("\(subject) belongs to user \(information.st_uid), not to root or the daemon's user \(user)")
        }
        guard information.st_mode & 0o022 != 0 else { return }
        if allowsSticky, information.st_uid == 0, information.st_mode & S_ISVTX != 0 { return }
        throw Refusal("\(subject) can be written to by its group or by others; chmod go-w it")
    }
}
