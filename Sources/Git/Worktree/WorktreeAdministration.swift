import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// The files that tie a worktree to its repository (gitrepository-layout(5), "worktrees"), written as `git worktree add
/// --detach` would, but without its checkout: libgit2's would bring in the whole tree.
struct WorktreeAdministration {
    /// Of the worktree.
    let path: String
    /// `<repository>/worktrees/<name>`.
    let folder: String

    var indexFile: String { folder + "/index" }
    private var stateFile: String { folder + "/deployer-state" }
    private var lockFile: String { folder + "/deployer-lock" }
    private var linkFile: String { path + "/.git" }

    init(path: String, name: String, commonDirectory: String) {
        self.path = path
        folder = "\(commonDirectory)/worktrees/\(name)"
    }

    /// Makes whatever is missing or wrong.
    /// - Returns: true when the worktree was there and tied to this repository.
    func ensure() throws(Failure) -> Bool {
        try makeRealFolder(path)
        try SmallFile.makeFolder(folder)
        var wasWhole = try put("gitdir: \(folder)\n", in: linkFile)
        wasWhole = try put("\(linkFile)\n", in: folder + "/gitdir") && wasWhole
        _ = try put("../..\n", in: folder + "/commondir")
        // `git worktree prune` by hand leaves a locked one alone.
        _ = try put("kept by codex-deployer\n", in: folder + "/locked")
        return wasWhole
    }

    /// - Returns: true when the file held exactly this before.
    private func put(_ text: String, in file: String) throws(Failure) -> Bool {
        if let status = try FileStatus(file), status.mode == .tree || status.mode == .symbolicLink || status.mode == nil
        {
            try FileRemoval.remove(file)
        }
        if try SmallFile.read(file) == Array(text.utf8) { return true }
        try SmallFile.replace(file, with: text)
        return false
    }

    /// The root itself must not be a link to elsewhere.
    private func makeRealFolder(_ path: String) throws(Failure) {
        if let status = try FileStatus(path), status.mode != .tree { try FileRemoval.remove(path) }
        try SmallFile.makeFolder(path)
    }

    func readState() throws(Failure) -> WorktreeState? {
        try SmallFile.read(stateFile).flatMap { WorktreeState($0) }
    }

    func write(_ state: WorktreeState) throws(Failure) { try SmallFile.replace(stateFile, with: state.encoded) }

    func writeHead(_ revision: Revision) throws(Failure) { _ = try put("\(revision.hex)\n", in: folder + "/HEAD") }

    /// Removes every file of the worktree and what is known of them; its tie to the repository stays.
    func empty() throws(Failure) {
        let root = try FolderCursor(path)
        for name in try FileRemoval.names(in: root.rootDescriptor, called: path) where name != Array(".git".utf8) {
            try FileRemoval.remove(systemName(name), in: root.rootDescriptor)
        }
        try FileRemoval.remove(indexFile)
    }

    func remove() throws(Failure) {
        try FileRemoval.remove(path)
        try FileRemoval.remove(folder)
    }

    /// Runs `body` as the only one that works on this worktree, in this process and any other.
    /// - Throws: `git.locked` when somebody else does.
    func exclusively<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try SmallFile.makeFolder(folder)
        let descriptor = open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .files("open", lockFile) }
        // The lock goes with the process, whatever way that ends.
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .gitLocked, "the worktree '\(path)' is being updated by another process",
                remedy: "Let only one daemon work on a workspace.", scheduling: .retry)
        }
        // A child that is just being forked holds the descriptor until it execs: closing alone would not unlock.
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }
}
