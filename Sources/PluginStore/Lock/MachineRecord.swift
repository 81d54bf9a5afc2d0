package import Model
package import Stages
import SupervisorCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the operator of this machine agreed to, and what was installed on it. It belongs to the machine: it lies in the
/// daemon's own folder and never comes by git.
package struct MachineRecord: Hashable, Sendable, Codable {
    /// The operator's word on one place: it may be built here, and what comes of it may be and ask for this much.
    package struct Agreement: Hashable, Sendable, Codable {
        package var place: PluginPlace
        package var declaration: PluginDeclaration
        package var commit: String
        package var digest: String
        package var user: UInt32
        package var at: String
        /// Its build may use the network where builds are shut in.
        package var isOnline: Bool
    }

    /// A library that was put into `plugins/`.
    package struct Installed: Hashable, Sendable, Codable {
        package var place: PluginPlace
        package var id: String
        package var commit: String
        package var digest: String
        package var at: String
        package var file: String { PluginPin.file(of: id) }
    }

    /// What a command was about to do when it wrote this down; the next one finishes or undoes it.
    package enum Pending: Hashable, Sendable, Codable {
        /// What is to stand in record and lock once the library with its digest lies in place.
        case install(Installed, Agreement, pin: PluginPin?)
        case remove(id: String)
    }

    package var agreements: [Agreement] = []
    package var installed: [Installed] = []
    package var pending: Pending?

    package init() {}

    package func agreement(for place: PluginPlace) -> Agreement? { agreements.first { $0.place == place } }
    package func installed(id: String) -> Installed? { installed.first { $0.id == id } }
    package func installed(at place: PluginPlace) -> Installed? { installed.first { $0.place == place } }

    /// Whether a pin may be built here without asking, and is not what is installed.
    package func isDue(_ pin: PluginPin) -> Bool {
        guard agreement(for: pin.place) != nil else { return false }
        let library = installed(at: pin.place)
        return library?.commit != pin.commit || library?.id != pin.id
    }

    mutating func agree(_ agreement: Agreement) {
        agreements.removeAll { $0.place == agreement.place }
        agreements.append(agreement)
        agreements.sort { "\($0.place)" < "\($1.place)" }
    }

    mutating func install(_ library: Installed) {
        installed.removeAll { $0.id == library.id || $0.place == library.place }
        installed.append(library)
        installed.sort { $0.id < $1.id }
    }

    /// Takes out what was installed and what was agreed to about it: putting it back is a new decision.
    mutating func forget(id: String) {
        if let place = installed(id: id)?.place { agreements.removeAll { $0.place == place } }
        agreements.removeAll { $0.declaration.id == id }
        installed.removeAll { $0.id == id }
    }

    /// Which digests each file of `plugins/` may have: two while one is being replaced by the other.
    package var digests: [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        for library in installed { found[library.file, default: []].insert(library.digest) }
        if case .install(let library, _, _) = pending { found[library.file, default: []].insert(library.digest) }
        return found
    }

    // MARK: the file

    private struct Document: Codable {
        var schema = 1
        var record: MachineRecord
    }

    /// - Throws: `config.plugins-lock` when it cannot be read, or others than root and this user can write it.
    package static func load(_ path: String) throws(Failure) -> MachineRecord {
        var information = stat()
        guard lstat(path, &information) == 0 else { return MachineRecord() }
        guard information.st_mode & S_IFMT == S_IFREG, information.st_mode & 0o022 == 0,
            information.st_uid == 0 || information.st_uid == geteuid()
        else {
            throw unusable(path, "it is no regular file, or others can write it")
        }
        guard let bytes = Files.read(path, limit: PluginLock.largest) else { throw unusable(path, Files.lastError) }
        do {
            return try JSONDecoder().decode(Document.self, from: Data(bytes)).record
        } catch {
            throw unusable(path, "it is not what 'host plugin' writes")
        }
    }

    func save(_ path: String) throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Document(record: self)) else { return }
        try DurableFile.replace(path, with: Array(data), mode: 0o600)
    }

    /// For a registry: files in `plugins/` that have to be what was agreed to. What cannot be read pins nothing, and what
    /// it had allowed is judged by the other rules.
    package static func pins(_ path: String) -> InstalledLibraries {
        InstalledLibraries((try? load(path))?.digests ?? [:])
    }

    private static func unusable(_ path: String, _ reason: String) -> Failure {
        Failure(
            .pluginLock, "'\(path)', which remembers the plugins of this machine, cannot be used: \(reason)",
            remedy: "move it away; then `host plugin sync` asks and builds anew")
    }
}
