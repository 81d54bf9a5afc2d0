import CGit2
import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// The index of a worktree: which object each file was written from, and what `lstat` said of it then. An ordinary index file,
/// so that git itself can be used in the worktree.
final class WorktreeIndex {
    private let index: OpaquePointer
    private let path: String
    /// When the file was last written, in nanoseconds since 1970; 0 for a new one.
    private let writtenAt: Int64
    private(set) var isChanged = false

    /// The clock that stamps files may stand still for this long (a tick of the kernel); what was written within it of the
    /// index may have been changed again unseen.
    private static let tick: Int64 = 50_000_000

    /// Nil when the file is missing or damaged.
    convenience init?(reading path: String) throws(Failure) {
        guard let status = try FileStatus(path), status.mode == .file || status.mode == .executable else { return nil }
        var pointer: OpaquePointer?
        GitLibrary.start()
        guard git_index_open(&pointer, path) == 0, let pointer else {
            git_error_clear()
            return nil
        }
        self.init(pointer, path: path, writtenAt: status.modified)
    }

    /// An empty one in place of whatever the file holds.
    convenience init(replacing path: String) throws(Failure) {
        try FileRemoval.remove(path)
        var pointer: OpaquePointer?
        try git(.readIndex, path) { git_index_open(&pointer, path) }
        guard let pointer else { throw Failure(.gitFailed, "cannot make the index '\(path)'") }
        self.init(pointer, path: path, writtenAt: 0)
        isChanged = true
    }

    private init(_ index: OpaquePointer, path: String, writtenAt: Int64) {
        self.index = index
        self.path = path
        self.writtenAt = writtenAt
    }

    deinit { git_index_free(index) }

    var count: Int { git_index_entrycount(index) }

    func path(at position: Int) -> [UInt8]? {
        guard let path = git_index_get_byindex(index, position)?.pointee.path else { return nil }
        return Array(UnsafeRawBufferPointer(start: path, count: strlen(path)))
    }

    /// The object and mode a file was written from; nil for a file that is not in the index.
    func entry(_ path: [UInt8]) -> (id: OID, mode: FileMode)? {
        guard let entry = git_index_get_bypath(index, systemName(path), 0)?.pointee else { return nil }
        return (OID(entry.id), FileMode(raw: entry.mode))
    }

    /// Whether the file has not been touched since it was written: by what `lstat` says, and surely.
    func isUntouched(_ path: [UInt8], _ status: FileStatus) -> Bool {
        guard let entry = git_index_get_bypath(index, systemName(path), 0)?.pointee else { return false }
        var expected = git_index_entry()
        Self.fill(&expected, status)
        return entry.mtime.seconds == expected.mtime.seconds && entry.mtime.nanoseconds == expected.mtime.nanoseconds
            && entry.ctime.seconds == expected.ctime.seconds && entry.ctime.nanoseconds == expected.ctime.nanoseconds
            && entry.ino == expected.ino && entry.file_size == expected.file_size
            && status.modified < writtenAt - Self.tick && status.changed < writtenAt - Self.tick
    }

    func put(_ path: [UInt8], _ side: TreeComparison.Side, _ status: FileStatus) throws(Failure) {
        var entry = git_index_entry()
        Self.fill(&entry, status)
        entry.mode = side.mode.rawValue
        entry.id = side.id.raw
        isChanged = true
        try git(.writeIndex, String(decoding: path, as: UTF8.self)) {
            systemName(path).withUnsafeBufferPointer {
                entry.path = $0.baseAddress
                return git_index_add(index, &entry)
            }
        }
    }

    func remove(_ path: [UInt8]) throws(Failure) {
        isChanged = true
        try gitIfFound(.writeIndex, String(decoding: path, as: UTF8.self)) {
            git_index_remove(index, systemName(path), 0)
        }
    }

    /// Only the daemon writes this file, and one process at a time: a lock that is there was left by one that was killed.
    func write() throws(Failure) {
        guard isChanged else { return }
        try FileRemoval.remove(path + ".lock")
        try git(.writeIndex, path) { git_index_write(index) }
    }

    /// An index keeps 32 bits of everything.
    private static func fill(_ entry: inout git_index_entry, _ status: FileStatus) {
        entry.mtime = time(status.modified)
        entry.ctime = time(status.changed)
        entry.ino = UInt32(truncatingIfNeeded: status.inode)
        entry.file_size = UInt32(truncatingIfNeeded: status.size)
    }

    private static func time(_ nanoseconds: Int64) -> git_index_time {
        git_index_time(
            seconds: Int32(truncatingIfNeeded: nanoseconds / 1_000_000_000),
            nanoseconds: UInt32(truncatingIfNeeded: nanoseconds % 1_000_000_000))
    }
}
