import Foundation
import Git
import Model
import TestSupport
import Testing

/// A bare origin and an ordinary clone of it, in a folder of the test's own. Whatever was started there is ended with it.
struct Workspace: Sendable {
    /// Holds everything: origin, workspace, home and tools.
    let folder: String
    /// The bare repository, as its other users see it.
    let origin: GitRepository
    /// The operator's clone.
    var root: String { folder + "/workspace" }
    var originPath: String { folder + "/origin.git" }
    var environment: [String: String]
    /// The path of the `host` that works here.
    let program: String

    private static let colleague = Signature(Identity(name: "A Colleague", email: "colleague@localhost"))

    /// Runs `body` in a fresh workspace, and ends every process that is left in it.
    ///
    /// - Parameters:
    ///   - files: the first commit.
    ///   - plugins: libraries of this package that are installed beside the program.
    static func with<Result>(
        _ files: [String: String], environment: [String: String] = [:], plugins: [String] = [],
        _ body: (Workspace) async throws -> Result
    ) async throws -> Result {
        GitFixture.isolate()
        return try await ScratchDirectory.with { folder in
            let workspace = try await Workspace(folder, files, environment, plugins: plugins)
            do {
                let result = try await body(workspace)
                await workspace.end()
                return result
            } catch {
                await workspace.end()
                throw error
            }
        }
    }

    private init(
        _ folder: String, _ files: [String: String], _ extra: [String: String], plugins: [String]
    ) async throws {
        self.folder = folder
        program = try HostProcess.install(in: folder + "/lib", plugins: plugins)
        let settings = [
            "DISPATCHER_JITTER": "0", "GIT_USER_NAME": "The Deployer", "GIT_USER_EMAIL": "deployer@localhost",
        ]
        environment = try HostProcess.environment(scratch: folder, extra: settings.merging(extra) { $1 })
        origin = try await GitRepository.initialise(folder + "/origin.git", isBare: true)
        try await commit(files, "The first commit")
        let client = RemoteClient(executable: HostProcess.binaries + "/GitTransport")
        _ = try await client.clone(GitRemote(url: try RemoteURL(originPath)), to: root)
        try GitFixture(folder: folder).checkOutHead(of: root)
    }

    /// Another address for the clone's origin.
    func setOrigin(_ url: String) async throws {
        try await GitRepository.open(root).setRemote("origin", url: url)
    }

    // MARK: the colleague

    /// Commits on top of origin's main. nil deletes a file.
    @discardableResult
    func commit(_ files: [String: String?], _ message: String = "A change", modes: [String: FileMode] = [:])
        async throws -> Revision
    {
        let edits = files.sorted { $0.key < $1.key }.map { path, text -> TreeEdit in
            guard let text else { return .delete(path: path) }
            return .write(path: path, content: Array(text.utf8), mode: modes[path])
        }
        return try await commit(edits, message)
    }

    /// Commits files that are no text.
    @discardableResult
    func commit(bytes: [String: [UInt8]], _ message: String = "A change") async throws -> Revision {
        try await commit(bytes.map { TreeEdit.write(path: $0, content: $1) }, message)
    }

    private func commit(_ edits: [TreeEdit], _ message: String) async throws -> Revision {
        let main = try await origin.revision(of: "refs/heads/main")
        var old: ObjectID?
        if let main { old = try await origin.tree(of: main) }
        let tree = try await origin.edit(tree: old, edits)
        return try await origin.commit(
            CommitDraft(tree: tree, parents: main.map { [$0] } ?? [], message: message + "\n", author: Self.colleague),
            to: "refs/heads/main", expecting: main.map { .revision($0) } ?? .absent)
    }

    /// Where origin's branch is; nil when there is none.
    func tip(_ branch: String = "main") async throws -> Revision? {
        try await origin.revision(of: "refs/heads/\(branch)")
    }

    /// A file of origin's main.
    func content(_ path: String, branch: String = "main") async throws -> String? {
        guard let tip = try await tip(branch), let bytes = try await origin.content(of: path, in: tip) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The unified diff that makes one file of origin's main into another text.
    func patch(_ path: String, to text: String) async throws -> String {
        let main = try #require(try await tip())
        let old = try await origin.tree(of: main)
        let new = try await origin.edit(tree: old, [.write(path: path, content: Array(text.utf8))])
        return try await origin.diff(fromTree: old, toTree: new).text
    }

    /// The files of the log branch whose names end so, the newest last.
    func published(_ suffix: String) async throws -> [(path: String, text: String)] {
        guard let tip = try await tip("deployer/logs") else { return [] }
        var found: [(path: String, text: String)] = []
        for file in try await origin.files(under: "", in: tip) where file.path.hasSuffix(suffix) {
            let bytes = try await origin.content(of: file.id, named: file.path)
            found.append((file.path, String(decoding: bytes, as: UTF8.self)))
        }
        return found
    }

    // MARK: the operator

    /// Runs a command in the workspace.
    func host(_ arguments: String..., with settings: [String: String] = [:]) async throws -> HostProcess.Finished {
        try await host(arguments, with: settings)
    }

    func host(_ arguments: [String], with settings: [String: String] = [:]) async throws -> HostProcess.Finished {
        try await HostProcess.run(
            arguments, in: root, environment: environment.merging(settings) { $1 }, program: program)
    }

    /// `host run --once`.
    func once(_ settings: [String: String] = [:]) async throws -> HostProcess.Finished {
        try await host("run", "--once", with: settings)
    }

    func path(_ relative: String) -> String { "\(root)/\(relative)" }
    func exists(_ relative: String) -> Bool { FileManager.default.fileExists(atPath: path(relative)) }
    func text(_ relative: String) -> String? { try? String(contentsOfFile: path(relative), encoding: .utf8) }
    func names(_ relative: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(relative))) ?? []).sorted()
    }

    func write(_ relative: String, _ text: String, mode: Int = 0o644) throws {
        let file = path(relative)
        let folder = URL(filePath: file).deletingLastPathComponent().path
        if !FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        }
        try Data(text.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    /// Puts a feedback into the inbox, as programs do: under another name first.
    func drop(_ name: String, _ members: [String: String]) throws {
        // Sorted: what is dropped twice is the same file.
        let data = try JSONSerialization.data(withJSONObject: members, options: .sortedKeys)
        try FileManager.default.createDirectory(atPath: path("feedback"), withIntermediateDirectories: true)
        try data.write(to: URL(filePath: path("feedback/\(name).json.part")))
        try FileManager.default.moveItem(
            atPath: path("feedback/\(name).json.part"), toPath: path("feedback/\(name).json"))
    }

    /// The verdict beside a decided feedback.
    func verdict(_ relative: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: path("feedback/\(relative).verdict.json")))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// The newest build log.
    var log: String { text("logs/latest.log") ?? "" }

    /// The stages that the newest build log tells of: `a/build`, `a/test` …
    var stages: Set<String> {
        var found: Set<String> = []
        for line in log.split(separator: "\n") where line.contains(" begins (") {
            let words = line.split(separator: " ", maxSplits: 2)
            if words.count > 1 { found.insert(String(words[1])) }
        }
        return found
    }

    /// The stages of some services, as `stages` names them.
    static func stages(of services: String...) -> Set<String> {
        Set(
            services.flatMap { service in ["build", "test", "deploy", "restart", "health"].map { "\(service)/\($0)" } })
    }

    // MARK: the end

    /// Stops the services and whatever else runs in the workspace; what has to be killed is an issue.
    private func end() async {
        for process in RunningProcess.all(in: folder) where process.isSupervisor { process.signal(SIGTERM) }
        let deadline = ContinuousClock.now + .seconds(15)
        while !RunningProcess.all(in: folder).isEmpty, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(50))
        }
        let left = RunningProcess.all(in: folder)
        for process in left {
            process.signal(SIGKILL)
            Issue.record("left running: \(process)")
        }
    }
}
