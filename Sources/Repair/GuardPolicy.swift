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
        guard !parts.contains(where: { Self.isGit($0.lowercased()) }) else {
            throw Self.refusal(path, "it lies in git's own folder")
        }
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
        if !allowsManifests, let last = lowered.last, Self.isManifest(last) || lowered.contains(".swiftpm") {
            throw Self.refusal(path, "it is a manifest that names dependencies")
        }
        if !allowsTests, Self.isTest(lowered) {
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

    private static let manifests: Set<String> = [
        "package.swift", "package.resolved", "package.json", "package-lock.json", "cargo.toml", "cargo.lock", "go.mod",
        "go.sum", "requirements.txt", "pyproject.toml", "gemfile", "gemfile.lock",
    ]

    /// SwiftPM prefers `Package@swift-6.0.swift` to `Package.swift` where the tools' version fits.
    private static func isManifest(_ name: String) -> Bool {
        manifests.contains(name) || (name.hasPrefix("package@") && name.hasSuffix(".swift"))
    }

    private static func configuration(_ parts: [String]) -> String? {
        guard let first = parts.first, let last = parts.last else { return nil }
        if parts.count == 1, ["deployer.yaml", "deployer.yml", "dispatcher.env", "plugins.lock"].contains(last) {
            return "it is the deployer's own configuration"
        }
        if ["plugins", "commands", "feedback", "logs"].contains(first) {
            return "'\(first)/' belongs to the operator"
        }
        if [".gitmodules", ".gitattributes", ".gitignore"].contains(last) { return "it steers git" }
        let isCI =
            [".github", ".gitlab", ".ci", ".circleci", ".forgejo", ".gitea", ".woodpecker"].contains {
                parts.contains($0)
            }
            || [".gitlab-ci.yml", ".travis.yml", "jenkinsfile"].contains(last)
        return isCI ? "it belongs to the continuous integration" : nil
    }

    private static func isTest(_ parts: [String]) -> Bool {
        guard let last = parts.last else { return false }
        if parts.dropLast().contains(where: {
            ["tests", "test", "__tests__", "spec"].contains($0) || $0.hasSuffix("tests")
        }) {
            return true
        }
        let stem = last.split(separator: ".").first.map(String.init) ?? last
        return stem.hasSuffix("tests") || stem.hasSuffix("_test") || stem.hasPrefix("test_")
    }
}
