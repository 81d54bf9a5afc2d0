package import Model
import PluginKit
import PluginSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whose containers are whose: two services may give their projects the same name, in one workspace or in two. An id is made
/// once in the folder of a service's releases, and stands on every container since.
package struct Owner: Sendable, Hashable {
    package var id: String
    /// Name of the service, for people.
    package var service: String
    /// The folder of its releases.
    package var directory: String

    package init(id: String, service: String, directory: String) {
        self.id = id
        self.service = service
        self.directory = directory
    }

    package static let idLabel = "codex-deployer.owner"
    package static let serviceLabel = "codex-deployer.service"
    package static let directoryLabel = "codex-deployer.releases"
    /// On what end-to-end tests make: the id and which tests.
    package static let testLabel = "codex-deployer.test"

    private static func file(_ directory: String) -> String { "\(directory)/owner.json" }

    /// The owner that a call works for; its id is made where there is none.
    package static func of(_ call: StackCall) throws(Failure) -> Owner {
        let directory = call.releaseDirectory
        if let id = id(in: directory) { return Owner(id: id, service: call.service, directory: directory) }
        var id = ""
        for _ in 0..<2 { id += Digest(seed: UInt64.random(in: .min ... .max)).hex }
        let json: PluginJSON = ["id": .string(id)]
        try Files.createFolder(directory)
        try Files.write(Array(json.text.utf8), to: "\(file(directory)).next")
        try Files.move("\(file(directory)).next", to: file(directory))
        return Owner(id: id, service: call.service, directory: directory)
    }

    /// nil where no service has its releases there, or one that was deployed by an older version alone.
    package static func id(in directory: String) -> String? {
        guard let bytes = (try? Files.read(file(directory), limit: 4096)).flatMap({ $0 }) else { return nil }
        return (try? PluginJSON(parsing: bytes))?["id"]?.string
    }

    /// Whether a folder of releases has a live one.
    static func isLive(_ directory: String) -> Bool { Files.destination(ofLink: "\(directory)/current") != nil }

    package var labels: [String: String] {
        [Self.idLabel: id, Self.serviceLabel: service, Self.directoryLabel: directory]
    }

    /// The same folder by whatever path.
    static func isSame(_ one: String, _ other: String) -> Bool { one == other || real(one) == real(other) }

    private static func real(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
