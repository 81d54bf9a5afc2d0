package import Model

/// What a repair may touch. Everything is refused that could change how the deployer itself behaves, or make a
/// failure look mended; a configuration may loosen it.
package struct GuardPolicy: Hashable, Sendable {
    package var allowsTests = false
    package var allowsManifests = false
    package var allowsExecutables = false
    package var allowsConfiguration = false
    /// Files one patch may touch.
    package var maximumFiles = 50
    /// Bytes of a file after the patch.
    package var maximumFileBytes = 2_000_000

    package init() {}

    /// Bytes of one part of a path, which file systems limit, and of a whole one, with room for the worktree's folder.
    private static let partLimit = 255
    private static let pathLimit = 3000
    /// Folders in each other; git reads no deeper ones.
    private static let depthLimit = 500

    /// Refuses what no reading of the path could make good: what leads out of the repository, into git's own folder, or
    /// cannot be a file's name. To be asked before anything is looked up; git is as strict.
    func checkShape(_ path: String) throws(Failure) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, !path.hasPrefix("/"), !parts.contains(where: { ["", ".", ".."].contains($0) }),
            !path.utf8.contains(0)
        else { throw Self.refusal(path, "it leaves the repository or is no plain path") }
        guard path.utf8.count <= Self.pathLimit, parts.count <= Self.depthLimit,
            parts.allSatisfy({ $0.utf8.count <= Self.partLimit })
        else {
            throw Self.refusal(path, "its name is too long")
        }
        guard !path.unicodeScalars.contains(where: Self.isInvisible) else {
            throw Self.refusal(path, "its name has invisible characters")
        }
        guard !parts.contains(where: { Self.isGit($0.lowercased()) }) else {
            throw Self.refusal(path, "it lies in git's own folder")
        }
    }

    /// Some file systems pass over them, and people see another name than there is.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }

    /// `.git` by any name that some file system takes for it: case, `git~1`, dots and blanks behind, a stream of NTFS.
    private static func isGit(_ part: String) -> Bool {
        if part == "git~1" || part.hasPrefix(".git~") || part.hasPrefix(".git:") { return true }
        return part.utf8.starts(with: ".git".utf8)
            && part.utf8.dropFirst(4).allSatisfy { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ") }
    }

    /// Throws `feedback.refused` with the rule that a path of the workspace repository breaks.
    package func check(_ path: String) throws(Failure) {
        try checkShape(path)
        let lowered = path.split(separator: "/").map { $0.lowercased() }
        if lowered.contains(".deployer") { throw Self.refusal(path, "it lies in the deployer's own folder") }
        if !allowsConfiguration, let why = Self.configuration(lowered) { throw Self.refusal(path, why) }
        if !allowsManifests, Self.isManifest(lowered) {
            throw Self.refusal(path, "it is a manifest that names dependencies, or is run by every build")
        }
        if !allowsTests, Self.isTest(lowered, named: path) {
            throw Self.refusal(path, "it is a test; a repair must not change what judges it")
        }
    }

    package func checkMode(_ path: String, isExecutable: Bool, wasExecutable: Bool) throws(Failure) {
        if isExecutable, !wasExecutable, !allowsExecutables {
            throw Self.refusal(path, "it would become executable")
        }
    }

    static func refusal(_ path: String, _ why: String) -> Failure {
        Failure(
            .refused, "the patch may not touch '\(path)': \(why)",
            remedy: "leave that file out, or ask the operator to make the change")
    }
}
