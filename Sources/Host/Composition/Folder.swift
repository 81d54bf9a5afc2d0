import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Folders of the daemon's own; failures name the path.
enum Folder {
    /// The one that the command was given in.
    static var current: String { FileManager.default.currentDirectoryPath }

    static func make(_ path: String) throws(Failure) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failure(
                .init("workspace.folder"), "cannot make the folder '\(path)'",
                remedy: "check the owner of the folder above it and the free space", cause: "\(error)",
                scheduling: .retry)
        }
    }

    /// Removes whatever lies there; nothing being there is no error.
    static func remove(_ path: String) throws(Failure) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw Failure(
                .init("workspace.folder"), "cannot remove '\(path)'", remedy: "remove it by hand", cause: "\(error)",
                scheduling: .retry)
        }
    }
}
