import Model
import SupervisorCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where one plugin is fetched, built and examined. Nothing of it is left when the command ends.
///
/// The path is the same each time: what a compiler writes of it into a library is then no difference between two builds.
struct BuildFolder: Hashable, Sendable {
    let path: String
    var repository: String { "\(path)/source.git" }
    var sources: String { "\(path)/source" }
    /// What SwiftPM and cargo build into.
    var products: String { "\(path)/products" }
    var home: String { "\(path)/home" }
    var temporary: String { "\(path)/tmp" }
    /// The library as it would be installed.
    var staged: String { "\(path)/staged" }
    var examination: String { "\(path)/examination" }

    /// Makes it empty. What a killed command left is removed; a guard is held, so nobody uses it.
    init(in folder: String, for place: PluginPlace, digest: (String) -> String) throws(Failure) {
        path = "\(folder)/\(digest("\(place)").prefix(16))"
        try remove()
        for made in [path, home, temporary, staged] {
            guard Files.makeFolder(made, mode: 0o700) else {
                throw Failure(
                    .pluginFiles, "the folder '\(made)' cannot be made",
                    remedy: "check the folder's owner and the free space", cause: Files.lastError)
            }
        }
    }

    func remove() throws(Failure) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // Folders without the right to write in them, as some package managers leave them.
            Self.open(path)
            do { try FileManager.default.removeItem(atPath: path) } catch {
                throw Failure(
                    .pluginFiles, "'\(path)' cannot be removed", remedy: "remove it by hand", cause: "\(error)")
            }
        }
    }

    private static func open(_ folder: String) {
        try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
        for name in Files.names(in: folder) {
            let path = "\(folder)/\(name)"
            let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            if type == .typeDirectory { open(path) }
        }
    }
}
