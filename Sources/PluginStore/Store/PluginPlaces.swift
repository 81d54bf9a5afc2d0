import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where things of the plugin store lie in a workspace.
package struct PluginPlaces: Hashable, Sendable {
    /// Of the workspace.
    package let root: String
    /// The operator's place for libraries; ignored by git.
    package let plugins: String
    /// Agreements and what was installed; the machine's own.
    package let record: String
    /// Taken while something is changed.
    package let guardFile: String
    /// Builds; each is removed when its command ends.
    package let builds: String
    package var lock: String { "\(root)/\(PluginLock.name)" }

    /// - Parameter own: the daemon's own folder.
    package init(root: String, plugins: String, own: String) {
        self.root = root
        self.plugins = plugins
        record = Self.record(own: own)
        guardFile = "\(own)/plugin-store.guard"
        builds = "\(own)/plugin-builds"
    }

    package static func record(own: String) -> String { "\(own)/plugin-store.json" }

    func library(_ file: String) -> String { "\(plugins)/\(file)" }
}

/// One `host plugin` at a time; the kernel lets go of it when its process ends, however it ends.
final class StoreGuard: Sendable {
    private let descriptor: Int32

    /// - Throws: `plugin.busy`.
    init(_ path: String) throws(Failure) {
        guard let descriptor = Files.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600) else {
            throw Failure(.pluginFiles, "'\(path)' cannot be opened", cause: Files.lastError)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Failure(
                .pluginBusy,
                "another `host plugin`, or the daemon's own build of a plugin, is at work in this workspace",
                remedy: "wait for its end", scheduling: .retry)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
