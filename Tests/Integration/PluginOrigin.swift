import Foundation
import Git
import Model
import TestSupport
import Testing

/// A git repository with the sources of a plugin, as its author would push it.
struct PluginOrigin: Sendable {
    let repository: GitRepository
    var path: String { repository.path }
    private static let author = Signature(Identity(name: "An Author", email: "author@localhost"))

    init(_ path: String, _ files: [String: String]) async throws {
        repository = try await GitRepository.initialise(path, isBare: true)
        try await push(files)
    }

    /// Commits on top of a branch, which begins at main. nil deletes a file.
    @discardableResult
    func push(_ files: [String: String?], branch: String = "main", rewrites: Bool = false) async throws -> Revision {
        let main = try await repository.revision(of: "refs/heads/main")
        let tip = try await repository.revision(of: "refs/heads/\(branch)") ?? main
        let base = rewrites ? nil : tip
        var tree: ObjectID?
        if let tip { tree = try await repository.tree(of: tip) }
        let edits = files.sorted { $0.key < $1.key }.map { path, text -> TreeEdit in
            text.map { .write(path: path, content: Array($0.utf8)) } ?? .delete(path: path)
        }
        return try await repository.commit(
            CommitDraft(
                tree: try await repository.edit(tree: tree, edits), parents: base.map { [$0] } ?? [],
                message: "A change\n", author: Self.author), to: "refs/heads/\(branch)", expecting: .anything)
    }

    func tag(_ name: String, _ revision: Revision) async throws {
        try await repository.update("refs/tags/\(name)", to: revision, expecting: .anything, reason: "test")
    }

    // MARK: in C

    /// The plugin of `Examples/plugins/smallest`, built by a Makefile.
    static func files(
        id: String = "files", version: String = "1.0.0", kind: String? = nil, services: String = "process/1",
        makefile: String = makefile
    ) throws -> [String: String] {
        let source = try text("Examples/plugins/smallest/files.c")
            .replacing("\\\"id\\\":\\\"files\\\"", with: "\\\"id\\\":\\\"\(id)\\\"")
            .replacing("\\\"version\\\":\\\"1.0.0\\\"", with: "\\\"version\\\":\\\"\(version)\\\"")
            .replacing("\\\"kinds\\\":[\\\"files\\\"]", with: "\\\"kinds\\\":[\\\"\(kind ?? id)\\\"]")
            .replacing("\\\"process/1\\\",", with: "\\\"\(services)\\\",")
        return ["plugin.c": source, "plugin_api.h": try header, "Makefile": makefile]
    }

    static let makefile = """
        plugin.so: plugin.c plugin_api.h
        \t$(CC) -shared -fPIC -fvisibility=hidden -Wl,-Bsymbolic -I . plugin.c -o plugin.so

        """

    static var header: String { get throws { try text("Sources/PluginAPI/include/plugin_api.h") } }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: HostProcess.root.appending(path: path), encoding: .utf8)
    }

    /// Files of one folder put into another.
    static func files(in folder: String, _ files: [String: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: files.map { ("\(folder)/\($0)", $1) })
    }
}

/// What `host plugin` left in a workspace.
extension Workspace {
    func plugin(_ arguments: String..., with settings: [String: String] = [:]) async throws -> HostProcess.Finished {
        try await host(["plugin"] + arguments, with: settings)
    }

    /// `plugins.lock`, member by member.
    func pins() throws -> [[String: Any]] {
        guard let text = text("plugins.lock") else { return [] }
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return try #require(document?["plugins"] as? [[String: Any]])
    }

    func pin(_ member: String, of id: String = "files") throws -> String? {
        try pins().first { $0["id"] as? String == id }?[member] as? String
    }

    /// Plugins with their states, as `list-plugins` has them.
    func states() async throws -> [String: String] {
        let result = try await host("list-plugins", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let plugins = try #require(document?["plugins"] as? [[String: Any]], "\(result.text)")
        var found: [String: String] = [:]
        for plugin in plugins { if let id = plugin["id"] as? String { found[id] = plugin["state"] as? String } }
        return found
    }

    /// Everything that installing a plugin could leave, but for empty folders and the guard's file.
    func traces() -> [String] {
        names("plugins") + names(".deployer/plugin-builds") + (text("plugins.lock").map { [$0] } ?? [])
            + (exists(".deployer/plugin-store.json") ? ["record"] : [])
    }

    /// The digest that a command's words name.
    static func digest(in text: String) -> String? {
        text.firstMatch(of: /\b[0-9a-f]{64}\b/).map { String($0.0) }
    }
}
