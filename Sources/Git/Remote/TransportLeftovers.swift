#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends children of this room and removes what they leave half done.
enum TransportLeftovers {
    /// Kills the child with its whole group, waits for its end and removes the unfinished packs and the lock files that it held open.
    ///
    /// The group is stopped first, so that what it holds open is still what it holds open when it dies: a lock that the
    /// child released in between could already belong to somebody else.
    static func kill(_ pid: pid_t) {
        #if canImport(Glibc)
            _ = Glibc.kill(-pid, SIGSTOP)
        #endif
        if endedBeforeStop(pid) { return }
        let held = unfinishedFiles(heldBy: pid)
        #if canImport(Darwin)
            _ = Darwin.kill(-pid, SIGKILL)
            _ = Darwin.kill(pid, SIGKILL)
        #else
            _ = Glibc.kill(-pid, SIGKILL)
            _ = Glibc.kill(pid, SIGKILL)
        #endif
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        for path in held { unlink(path) }
    }

    /// A pack or index under construction, or a lock, by its name: libgit2's and git's own habits.
    static func isUnfinished(_ name: Substring) -> Bool {
        name.hasSuffix(".lock") || name.hasPrefix("pack_git2_") || name.hasPrefix("tmp_pack_")
            || name.hasPrefix("tmp_idx_") || name.hasPrefix("tmp_obj_") || name.contains("_git2_")
    }

    /// Removes unfinished packs that no process has been writing to for an hour: what crashes of the machine or of the daemon left.
    static func sweepPacks(ofRepository path: String) {
        for folder in ["\(path)/.git/objects/pack", "\(path)/objects/pack"] {
            for name in entries(of: folder) where isUnfinished(name[...]) && !name.hasSuffix(".lock") {
                let file = "\(folder)/\(name)"
                if let age = age(of: file), age > 3600 { unlink(file) }
            }
        }
    }

    /// Names in a folder; empty when it cannot be read.
    static func entries(of folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a folder and everything in it, without following symbolic links.
    static func removeTree(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in entries(of: path) { removeTree("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    private static func age(of file: String) -> Int? {
        var status = stat()
        guard lstat(file, &status) == 0 else { return nil }
        #if canImport(Darwin)
            return time(nil) - status.st_mtimespec.tv_sec
        #else
            return time(nil) - status.st_mtim.tv_sec
        #endif
    }

    /// A signal is delivered some time after `kill` returns; waits for the stop. True when the child ended first.
    private static func endedBeforeStop(_ pid: pid_t) -> Bool {
        for _ in 0..<500 {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG | WUNTRACED) == pid { return status & 0xff != 0x7f }
            usleep(100)
        }
        return false
    }

    private static func unfinishedFiles(heldBy pid: pid_t) -> [String] {
        let folder = "/proc/\(pid)/fd"
        return entries(of: folder).compactMap { descriptor in
            var buffer = [CChar](repeating: 0, count: 4097)
            let count = readlink("\(folder)/\(descriptor)", &buffer, 4096)
            guard count > 0 else { return nil }
            let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard path.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return nil }
            return isUnfinished(path[path.index(after: slash)...]) ? path : nil
        }
    }
}
