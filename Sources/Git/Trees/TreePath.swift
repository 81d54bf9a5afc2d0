import Model

/// Which names a tree may give to files on this machine.
enum TreePath {
    /// The parts of a path that comes from a patch, a request or a configuration.
    /// - Throws: `git.unsafe-path` for an absolute or empty path and for parts a checkout would refuse.
    static func parts(_ path: String) throws(Failure) -> [[UInt8]] {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        for part in parts where !isSafe(part[...]) {
            throw .unsafePath(path)
        }
        return parts
    }

    /// Whether every part of a path is a name that a tree may give.
    static func isSafePath(_ path: [UInt8]) -> Bool {
        path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy(isSafe)
    }

    /// A tree can be made to hold any bytes as a name; these would leave the worktree or change the repository.
    static func isSafe(_ name: ArraySlice<UInt8>) -> Bool {
        guard !name.isEmpty, name.count <= 255, !name.contains(0), !name.contains(UInt8(ascii: "/")) else {
            return false
        }
        if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { return false }
        // Case-insensitive file systems take `.GIT` for `.git`; NTFS also knows it as `git~1` and with dots and spaces behind.
        let lowered = name.map { (65...90).contains($0) ? $0 + 32 : $0 }
        if lowered.elementsEqual("git~1".utf8) { return false }
        guard lowered.starts(with: ".git".utf8) else { return true }
        return !lowered.dropFirst(4).allSatisfy { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ") }
    }
}

extension Failure {
    static func unsafePath(_ path: String) -> Failure {
        Failure(
            .gitUnsafePath, "the path '\(path)' cannot be used in a tree",
            remedy: "Name a path inside the repository, without '..' and '.git'.")
    }
}
