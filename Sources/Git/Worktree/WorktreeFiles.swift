import CGit2
import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// Writes and removes the files of a worktree. Every folder is opened without following links, so nothing a build or a
/// commit puts there can lead outside.
final class WorktreeFiles {
    private let session: GitSession
    private let cursor: FolderCursor
    /// Files are made under this name in the root and moved into place as a whole.
    private static let temporary = systemName(".deployer-writing".utf8)

    init(_ path: String, _ session: GitSession) throws(Failure) {
        self.session = session
        cursor = try FolderCursor(path)
        try FileRemoval.remove(Self.temporary, in: cursor.rootDescriptor)
    }

    /// What is at `path` now; nil where nothing is or a folder above it is none.
    func status(_ path: [UInt8]) throws(Failure) -> FileStatus? {
        let (parts, name) = try Self.split(path)
        guard let folder = try cursor.folder(parts, creating: false) else { return nil }
        return try FileStatus(systemName(name), in: folder)
    }

    /// Puts an object at `path`, in place of whatever is there.
    /// - Returns: what `lstat` says of it.
    func write(_ path: [UInt8], _ side: TreeComparison.Side) throws(Failure) -> FileStatus {
        let (parts, name) = try Self.split(path)
        let target = systemName(name)
        if side.mode == .commit { return try makeSubmoduleFolder(parts, target, path) }
        let content = try session.blob(side.id)
        let root = cursor.rootDescriptor
        if side.mode == .symbolicLink {
            guard !content.contains(0), symlinkat(systemName(content), root, Self.temporary) == 0 else {
                throw .files("make the link", text(path))
            }
        } else {
            try writeTemporary(content, isExecutable: side.mode == .executable, path)
        }
        guard let folder = try cursor.folder(parts, creating: true) else {
            throw .files("open the folder of", text(path))
        }
        if renameat(root, Self.temporary, folder, target) != 0 {
            guard errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST else { throw .files("replace", text(path)) }
            // A folder where the commit has a file: what is in it is in the way.
            try FileRemoval.remove(target, in: folder)
            guard renameat(root, Self.temporary, folder, target) == 0 else { throw .files("replace", text(path)) }
        }
        guard let status = try FileStatus(target, in: folder) else { throw .files("look at", text(path)) }
        return status
    }

    private func writeTemporary(_ content: [UInt8], isExecutable: Bool, _ path: [UInt8]) throws(Failure) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(cursor.rootDescriptor, Self.temporary, flags, isExecutable ? 0o777 : 0o666)
        guard descriptor >= 0 else { throw .files("write", text(path)) }
        do throws(Failure) {
            defer { close(descriptor) }
            try SmallFile.write(content, to: descriptor, called: text(path))
        } catch {
            unlinkat(cursor.rootDescriptor, Self.temporary, 0)
            throw error
        }
    }

    /// A submodule's files are not ours to fetch; git, too, leaves an empty folder for them.
    private func makeSubmoduleFolder(
        _ parts: [[UInt8]], _ name: [CChar], _ path: [UInt8]
    ) throws(Failure) -> FileStatus {
        guard let folder = try cursor.folder(parts, creating: true) else {
            throw .files("open the folder of", text(path))
        }
        if let status = try FileStatus(name, in: folder), status.mode != .tree {
            try FileRemoval.remove(name, in: folder)
        }
        guard mkdirat(folder, name, 0o777) == 0 || errno == EEXIST,
            let status = try FileStatus(name, in: folder)
        else { throw .files("make the folder", text(path)) }
        return status
    }

    /// Removes the file at `path` and the folders that are empty without it.
    func remove(_ path: [UInt8]) throws(Failure) {
        let (parts, name) = try Self.split(path)
        guard let folder = try cursor.folder(parts, creating: false) else { return }
        if try FileStatus(systemName(name), in: folder)?.mode == .tree {
            // A submodule's folder, or one that a build put in the file's place: what lies in it is not ours.
            unlinkat(folder, systemName(name), AT_REMOVEDIR)
        } else {
            try FileRemoval.remove(systemName(name), in: folder)
        }
        var above = parts
        while let last = above.popLast() {
            guard let folder = try cursor.folder(above, creating: false) else { return }
            guard unlinkat(folder, systemName(last), AT_REMOVEDIR) == 0 else { return }
        }
    }

    /// Whether the file at `path` holds exactly the object's content.
    func holds(_ path: [UInt8], _ side: TreeComparison.Side, _ status: FileStatus) throws(Failure) -> Bool {
        if side.mode == .commit { return status.mode == .tree }
        guard status.mode == side.mode, try Int64(session.size(side.id)) == status.size else { return false }
        let (parts, name) = try Self.split(path)
        guard let folder = try cursor.folder(parts, creating: false) else { return false }
        let content: [UInt8]
        if side.mode == .symbolicLink {
            content = try FileStatus.target(ofLink: systemName(name), in: folder)
        } else {
            let descriptor = openat(folder, systemName(name), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            content = try SmallFile.read(descriptor, called: text(path))
        }
        var id = git_oid()
        try git(.status, text(path)) { git_odb_hash(&id, content, content.count, GIT_OBJECT_BLOB) }
        return OID(id) == side.id
    }

    private static func split(_ path: [UInt8]) throws(Failure) -> (folder: [[UInt8]], name: [UInt8]) {
        var parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        // A tree is made by whoever may push: its names are checked before they become files.
        guard parts.allSatisfy({ TreePath.isSafe($0[...]) }), let name = parts.popLast() else {
            throw .unsafePath(String(decoding: path, as: UTF8.self))
        }
        return (parts, name)
    }

    private func text(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }
}
