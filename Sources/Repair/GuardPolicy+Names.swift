/// What files are by their names, in lower case.
extension GuardPolicy {
    /// What brings foreign code in, or is run by every build.
    private static let manifests: Set<String> = [
        "package.swift", "package.resolved", "package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock",
        "pnpm-lock.yaml", "pnpm-workspace.yaml", "bun.lock", "bun.lockb", ".npmrc", ".yarnrc", ".yarnrc.yml",
        "deno.json",
        "deno.lock", "cargo.toml", "cargo.lock", "build.rs", "go.mod", "go.sum", "go.work", "pyproject.toml",
        "setup.py",
        "setup.cfg", "pipfile", "pipfile.lock", "poetry.lock", "uv.lock", "gemfile", "gemfile.lock", "composer.json",
        "composer.lock", "pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts",
        "gradle.properties", "mix.exs", "mix.lock",
    ]
    private static let manifestFolders = [".swiftpm", ".cargo", ".yarn"]

    /// SwiftPM prefers `Package@swift-6.0.swift` to `Package.swift` where the tools' version fits.
    static func isManifest(_ parts: [String]) -> Bool {
        guard let name = parts.last else { return false }
        return manifests.contains(name) || (name.hasPrefix("package@") && name.hasSuffix(".swift"))
            || (name.hasPrefix("requirements") && name.hasSuffix(".txt"))
            || manifestFolders.contains(where: parts.contains)
    }

    private static let ci = [
        ".github", ".gitlab", ".ci", ".circleci", ".forgejo", ".gitea", ".woodpecker", ".buildkite", ".zuul.d",
    ]
    private static let ciFiles = [
        ".gitlab-ci.yml", ".travis.yml", "jenkinsfile", "azure-pipelines.yml", "bitbucket-pipelines.yml", ".drone.yml",
        ".cirrus.yml", "appveyor.yml", ".appveyor.yml", ".zuul.yaml",
    ]
    /// Hooks and editors run what lies there on the machine of whoever opens the sources.
    private static let run = [".husky", ".githooks", ".vscode", ".idea", ".devcontainer"]
    /// Agents take orders from them: one patch would speak to the coder of all that follow.
    private static let orders = ["agents.md", "agents.override.md", "claude.md", "gemini.md", ".cursorrules"]
    private static let orderFolders = [".codex", ".claude", ".cursor"]

    /// Files at the root of the workspace that say how the deployer itself behaves.
    static func isOwnConfiguration(_ path: String) -> Bool {
        ["deployer.yaml", "deployer.yml", "dispatcher.env", "plugins.lock"].contains(path.lowercased())
    }

    /// Why a path is the operator's; nil where it is not.
    static func configuration(_ parts: [String]) -> String? {
        guard let first = parts.first, let last = parts.last else { return nil }
        if parts.count == 1, isOwnConfiguration(last) { return "it is the deployer's own configuration" }
        if ["plugins", "commands", "feedback", "logs"].contains(first) {
            return "'\(first)/' belongs to the operator"
        }
        if [".gitmodules", ".gitattributes", ".gitignore"].contains(last) { return "it steers git" }
        if last == "codeowners" { return "it says who has to review" }
        if ci.contains(where: parts.contains) || ciFiles.contains(last) {
            return "it belongs to the continuous integration"
        }
        if run.contains(where: parts.contains) || last == ".pre-commit-config.yaml" {
            return "it is run on the machines of those who work on the sources"
        }
        if orders.contains(last) || orderFolders.contains(where: parts.contains) { return "it tells agents what to do" }
        return nil
    }

    private static let testFolders: Set<String> = ["tests", "test", "__tests__", "__snapshots__", "__mocks__", "spec"]
    /// They say which tests are run, and how.
    private static let testSettings: Set<String> = [
        "conftest.py", "pytest.ini", "tox.ini", ".mocharc.json", ".mocharc.yml",
    ]
    private static let testConfigurations = [
        "jest.config.", "vitest.config.", "karma.conf.", "playwright.config.", ".mocharc.",
    ]

    /// - Parameter path: as it is written: `CartTest` is a test, `Latest` is none.
    static func isTest(_ parts: [String], named path: String) -> Bool {
        guard let last = parts.last else { return false }
        if parts.dropLast().contains(where: { testFolders.contains($0) || $0.hasSuffix("tests") }) { return true }
        if testSettings.contains(last) || testConfigurations.contains(where: last.hasPrefix) { return true }
        // `cart.test.ts`, `cart.spec.js`.
        let words = last.split(separator: ".")
        if words.dropFirst().dropLast().contains(where: { ["test", "tests", "spec"].contains($0) }) { return true }
        let stem = words.first.map(String.init) ?? last
        if ["tests", "_test", "_spec"].contains(where: stem.hasSuffix) || stem.hasPrefix("test_") { return true }
        let written = path.split(separator: "/").last?.split(separator: ".").first ?? ""
        return written.hasSuffix("Test")
    }
}
