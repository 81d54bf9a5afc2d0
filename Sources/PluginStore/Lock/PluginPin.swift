import Git
import Model

/// One plugin of `plugins.lock`: whose sources, at which commit, and what came out where it was pinned.
package struct PluginPin: Hashable, Sendable, Codable {
    package var url: String
    /// Folder of the manifest; absent at the root.
    package var path: String?
    /// As it was asked for; absent for the default branch.
    package var revision: String?
    /// What `update` follows; absent for a commit.
    package var reference: String?
    package var commit: String
    /// SHA-256 of the library as the machine that pinned it built it.
    package var digest: String
    package var id: String
    package var version: String
    package var kinds: [String]
    package var stages: [String]
    package var services: [String]
    package var permissions: [String]

    init(_ source: PluginSource, _ choice: RevisionChoice, digest: String, _ declared: PluginDeclaration) {
        url = source.url.text
        path = source.path.isEmpty ? nil : source.path
        revision = source.revision
        reference = choice.reference
        commit = choice.commit.hex
        self.digest = digest
        (id, version, kinds) = (declared.id, declared.version, declared.kinds)
        (stages, services, permissions) = (declared.stages, declared.services, declared.permissions)
    }

    package var place: PluginPlace { PluginPlace(url: url, path: path ?? "") }
    package var declaration: PluginDeclaration {
        PluginDeclaration(
            id: id, version: version, kinds: kinds, stages: stages, services: services, permissions: permissions)
    }
    /// The name of the library in `plugins/`.
    package var file: String { Self.file(of: id) }
    package static func file(of id: String) -> String { "\(id).so" }

    /// - Parameter folder: what a relative path would be relative to.
    func source(relativeTo folder: String?) throws(Failure) -> PluginSource {
        try PluginSource(argument: url, revision: revision ?? "HEAD", path: path, relativeTo: folder).following(
            revision)
    }

    /// What is wrong with it: it came with a commit, so nothing of it is taken for granted.
    var mistake: String? {
        guard declaration.isPlausible else {
            return "its id, version, kinds, stages, services or permissions are no names"
        }
        guard Self.isHex(commit, 40) else { return "its commit is not 40 hexadecimal digits" }
        guard Self.isHex(digest, 64) else { return "its digest is not 64 hexadecimal digits" }
        do throws(Failure) {
            // A path on another machine's disk need not be here; it has to be one, though.
            _ = try source(relativeTo: nil)
            if let reference { _ = try PluginSource.checked(revision: reference) }
        } catch {
            return error.message
        }
        return nil
    }

    static func isHex(_ text: String, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

extension PluginSource {
    func following(_ revision: String?) -> PluginSource {
        var copy = self
        copy.revision = revision
        return copy
    }
}
