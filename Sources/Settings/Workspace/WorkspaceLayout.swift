package import Model

/// Where everything of a workspace lies on disk. All paths are absolute; nothing is created or looked at.
package struct WorkspaceLayout: Hashable, Sendable {
    /// Used where neither `--workspace` nor the current directory names one.
    package static let defaultRoot = "/srv/deploy"

    /// The operator's checkout, without a trailing slash.
    package let root: String

    /// - Parameter root: absolute; trailing slashes are dropped.
    package init(root: String) {
        var root = root
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        self.root = root
    }

    private func path(_ relative: String) -> String { root == "/" ? "/\(relative)" : "\(root)/\(relative)" }

    // What people put there.

    package var configurationFile: String { path(Self.configurationName) }
    package var environmentFile: String { path(Self.environmentName) }
    package var repositories: String { path("repos") }
    package var plugins: String { path("plugins") }
    package var commands: String { path("commands") }

    // What the daemon writes for people.

    package var logs: String { path("logs") }
    package var latestLog: String { path("logs/latest.log") }
    package var feedback: String { path("feedback") }
    package var appliedFeedback: String { path("feedback/applied") }
    package var rejectedFeedback: String { path("feedback/rejected") }

    // The daemon's own.

    package var own: String { path(Self.ownName) }
    package var history: String { path(".deployer/history.sqlite") }
    package var deployWorktree: String { path(".deployer/worktrees/deploy") }
    package var worktrees: String { path(".deployer/worktrees") }
    package var scratch: String { path(".deployer/scratch") }
    package var releases: String { path(".deployer/releases") }
    package var services: String { path(".deployer/services") }
    /// Names of services that the running daemon is to forget.
    package var leaving: String { path(".deployer/forget") }
    /// Names of services that the running daemon is to try again.
    package var retrying: String { path(".deployer/retry") }
    /// Private copies of plugins, named by their digest.
    package var pluginCopies: String { path(".deployer/plugins") }
    /// Bare clones of services with a repository of their own.
    package var clones: String { path(".deployer/git") }

    package static let configurationName = "deployer.yaml"
    package static let environmentName = "dispatcher.env"
    package static let ownName = ".deployer"

    // Per service; names with a slash become one path component.

    package func scratch(_ service: ServiceName) -> String { "\(scratch)/\(service.fileName)" }
    /// Where patches for a service are tried.
    package func verificationWorktree(_ service: ServiceName) -> WorktreePlace {
        WorktreePlace(
            name: "deployer-verify-\(service.fileName)", path: "\(worktrees)/verify-\(service.fileName)")
    }
    /// Where a command mends a service.
    package func coderWorktree(_ service: ServiceName) -> WorktreePlace {
        let name = "deployer-coder-\(service.fileName)"
        return WorktreePlace(name: name, path: "\(worktrees)/\(name)")
    }
    package func verificationFolder(_ service: ServiceName) -> String { "\(scratch)/\(service.fileName).verify" }
    /// What is kept of building a service when a patch for `mended` is tried, the same one or another that it depends on:
    /// caches know the folder that they were made in.
    package func verificationScratch(_ service: ServiceName, for mended: ServiceName) -> String {
        "\(verificationFolder(mended))/\(service.fileName)"
    }
    package func releases(_ service: ServiceName) -> String { "\(releases)/\(service.fileName)" }
    package func clone(_ service: ServiceName) -> String { "\(clones)/\(service.fileName).git" }
    /// The worktree of a service with a repository of its own.
    package func worktree(_ service: ServiceName) -> String { "\(worktrees)/service-\(service.fileName)" }

    /// Lines for `.gitignore` or `.git/info/exclude`: what must never be committed.
    package static let ignored = ["/\(environmentName)", "/\(ownName)/", "/logs/", "/feedback/", "/plugins/"]
}
