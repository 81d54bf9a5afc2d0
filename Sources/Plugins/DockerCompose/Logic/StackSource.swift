package import Documents
import Model
package import PluginKit
import PluginSupport

/// What of a service's folder describes containers.
package enum StackSource: Hashable, Sendable {
    /// Compose files, relative to the folder, each over the ones before.
    case files([String])
    /// No Compose file, but this.
    case dockerfile
    /// A Compose file that holds nothing but comments.
    case empty(String)
    case nothing

    /// In the order in which Compose looks (https://docs.docker.com/reference/compose-file/).
    package static let names = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]
    static let overrides = [
        "compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml",
    ]

    /// Looks into a folder; writes nothing.
    ///
    /// - Parameter chosen: the files that the options name; what of them is missing is the engine's to say.
    package init(in folder: String, chosen: [String]? = nil) {
        if let chosen {
            self = .files(chosen)
        } else if let name = Self.names.first(where: { Self.isFile("\(folder)/\($0)") }) {
            if Self.isEmpty("\(folder)/\(name)") {
                self = .empty(name)
            } else {
                let override = Self.overrides.first { Self.isFile("\(folder)/\($0)") }
                self = .files([name] + (override.map { [$0] } ?? []))
            }
        } else {
            self = Self.isFile("\(folder)/Dockerfile") ? .dockerfile : .nothing
        }
    }

    /// A file, or a link to one.
    static func isFile(_ path: String) -> Bool {
        switch Files.kind(path) {
        case .file: true
        case .link: !Files.isFolder(path)
        default: false
        }
    }

    /// Nothing but comments, blank lines and document marks.
    static func isEmpty(_ path: String) -> Bool {
        guard let bytes = try? Files.read(path, limit: 4 << 20),
            let reading = try? DocumentReader.yaml(bytes, limit: 4 << 20)
        else { return false }
        return reading.root.map { $0.scalar == .null } ?? true
    }

    /// The file as a tree; nil where it cannot be read as one, which the engine says better.
    package static func tree(_ path: String) -> DocumentNode? {
        guard let bytes = try? Files.read(path, limit: 4 << 20) else { return nil }
        return (try? DocumentReader.yaml(bytes, limit: 4 << 20))?.root
    }

    /// Where a service (or one of its members) stands in the last of the files that has it.
    package static func place(of service: String, _ member: String? = nil, files: [String], in folder: String)
        -> PluginDiagnostic.Location?
    {
        for file in files.reversed() {
            guard let services = tree("\(folder)/\(file)")?["services"],
                let entry = services.entries?.first(where: { $0.key == service })
            else { continue }
            let position =
                member.flatMap { member in entry.value.entries?.first { $0.key == member }?.position } ?? entry.position
            return .init(file: file, line: position.line, column: position.column)
        }
        return nil
    }
}
