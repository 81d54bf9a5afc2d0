import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that a kill or a loss of power leaves as they were or as they are to be.
enum DurableFile {
    static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(Failure) {
        let draft = draft(of: path)
        unlink(draft)
        guard let descriptor = Files.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode) else {
            throw failure(path)
        }
        // The umask has its say on open.
        let isWritten =
            Files.write(bytes, to: descriptor) && fchmod(descriptor, mode_t(mode)) == 0 && fsync(descriptor) == 0
        let reason = errno
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            let code = isWritten ? errno : reason
            unlink(draft)
            throw failure(path, code)
        }
        sync(folderOf: path)
    }

    /// Hidden: whoever looks for files by their ending passes it by.
    static func draft(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast().joined(separator: "/") + "/.\(parts.last ?? "").new"
    }

    /// False where nothing was there.
    @discardableResult
    static func remove(_ path: String) throws(Failure) -> Bool {
        guard unlink(path) == 0 else {
            if errno == ENOENT { return false }
            throw failure(path)
        }
        sync(folderOf: path)
        return true
    }

    private static func sync(folderOf path: String) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        guard let descriptor = Files.open(folder, O_RDONLY) else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String, _ code: Int32 = errno) -> Failure {
        Failure(
            .pluginFiles, "'\(path)' cannot be written or removed",
            remedy: "check the folder's owner and the free space", cause: Files.text(of: code), scheduling: .retry)
    }
}
