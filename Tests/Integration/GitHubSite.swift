import ForgeDoubles
import Foundation
import Git
import Model
import TestSupport
import Testing

/// A workspace whose origin lies on the strict double of GitHub: its git over HTTP lets in whoever shows a token that the double has
/// given out to the App, and its branches are the double's.
struct GitHubSite: Sendable {
    static let repository = "fountain/workspace"
    static let secret = "hook-" + String(repeating: "0123456789abcdef", count: 2)

    var workspace: Workspace
    var double: GitHubDouble
    var server: GitHTTPServer
    var port: Int
    var keyFile: String { workspace.folder + "/key.pem" }

    /// A daemon that comes as an App, polls once an hour and takes webhooks. Nothing that it asks of the interface may break the
    /// interface's rules.
    static func with(
        _ files: [String: String], _ settings: [String: String] = [:], _ body: (GitHubSite) async throws -> Void
    ) async throws {
        let port = try Web.freePorts(1)[0]
        try await Workspace.with(files, environment: settings) { workspace in
            let folder = workspace.folder
            try FileManager.default.createDirectory(atPath: folder + "/fountain", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/fountain/workspace.git", withDestinationPath: workspace.originPath)
            try makeKeys(in: folder)
            var options = GitHubDouble.Options()
            options.repository = repository
            options.app = ("123", 77, folder + "/public.pem")
            let origin = workspace.originPath
            options.branches = { branches(of: origin) }
            options.deleted = { _ = try? PeerCommand.git("update-ref", "-d", "refs/heads/\($0)", in: origin) }
            let double = try GitHubDouble(options)
            defer { double.stop() }
            let server = try GitHTTPServer(
                root: folder, options: .init(login: (user: "x-access-token", password: UUID().uuidString)))
            defer { server.stop() }
            server.update { $0.passwords = { double.tokens } }
            let site = GitHubSite(workspace: workspace, double: double, server: server, port: port)
            try await workspace.setOrigin(server.url("\(repository).git"))
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", site.variables, mode: 0o600)
            try await body(site)
            #expect(double.server.violations == [])
        }
    }

    /// The next daemon comes as nobody, and no forge can be asked; git lets everybody in.
    func forgetApp() throws {
        server.update { $0.login = nil }
        let lines = variables.split(separator: "\n").filter { !$0.contains("GITHUB_APP") }
        try workspace.write("dispatcher.env", lines.joined(separator: "\n") + "\n", mode: 0o600)
    }

    /// The next daemon comes as the App.
    func knowApp() throws { try workspace.write("dispatcher.env", variables, mode: 0o600) }

    private var variables: String {
        """
        DISPATCHER_FORGE=github
        DISPATCHER_FORGE_API=\(double.server.url)
        DISPATCHER_GITHUB_APP=123
        DISPATCHER_GITHUB_APP_KEY_FILE=\(keyFile)
        DISPATCHER_INTERVAL=3600
        DISPATCHER_WEB_LISTEN=127.0.0.1:\(port)
        DISPATCHER_WEBHOOK_SECRET=\(Self.secret)

        """
    }

    private static func makeKeys(in folder: String) throws {
        let made = try PeerCommand.run(["openssl", "genrsa", "-out", folder + "/key.pem", "2048"])
        let shown = try PeerCommand.run([
            "openssl", "rsa", "-in", folder + "/key.pem", "-pubout", "-out", folder + "/public.pem",
        ])
        guard made.status == 0, shown.status == 0 else { throw PeerError("openssl made no key") }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/key.pem")
    }

    private static func branches(of origin: String) -> [String: String] {
        let lines = try? PeerCommand.git(
            "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads", in: origin)
        var found: [String: String] = [:]
        for line in lines?.split(separator: "\n") ?? [] {
            let parts = line.split(separator: " ").map(String.init)
            if parts.count == 2 { found[parts[0]] = parts[1] }
        }
        return found
    }

    // MARK: what people do there

    /// Waits until a branch is proposed.
    func proposed(_ branch: String) async -> DoubleRepository.Request? {
        await eventually("'\(branch)' is proposed", within: 30) {
            double.repository.requests.contains { $0.branch == branch }
        }
        return double.repository.requests.first { $0.branch == branch }
    }

    /// Merges as the button on the page does, and tells of it.
    func merge(_ request: DoubleRepository.Request) async throws {
        let commit = try merge(branch: request.branch)
        double.change { $0.merge(request.number, as: commit) }
        try await tell("closed", request, more: #","merged":true,"merge_commit_sha":"\#(commit)""#)
    }

    /// Merges with git, without a word to anybody.
    @discardableResult
    func merge(branch: String) throws -> String {
        let origin = workspace.originPath
        let tree = try PeerCommand.git("rev-parse", "\(branch)^{tree}", in: origin)
        let identity = ["-c", "user.name=Reviewer", "-c", "user.email=reviewer@localhost"]
        let made = try PeerCommand.run(
            ["git", "-C", origin] + identity
                + ["commit-tree", tree, "-p", "main", "-p", branch, "-m", "Merge \(branch)"])
        let commit = made.text.trimmingCharacters(in: .whitespacesAndNewlines)
        try PeerCommand.git("update-ref", "refs/heads/main", commit, in: origin)
        return commit
    }

    func delete(_ branch: String) throws {
        try PeerCommand.git("update-ref", "-d", "refs/heads/\(branch)", in: workspace.originPath)
    }

    /// Commits on top of somebody's branch.
    func push(to branch: String, _ path: String, _ text: String) async throws {
        let origin = workspace.origin
        let tip = try #require(try await workspace.tip(branch))
        let tree = try await origin.edit(
            tree: try await origin.tree(of: tip), [.write(path: path, content: Array(text.utf8))])
        let identity = ["-c", "user.name=Reviewer", "-c", "user.email=reviewer@localhost"]
        let made = try PeerCommand.run(
            ["git", "-C", workspace.originPath] + identity + ["commit-tree", "\(tree)", "-p", tip.hex, "-m", "Mine"])
        try PeerCommand.git(
            "update-ref", "refs/heads/\(branch)", made.text.trimmingCharacters(in: .whitespacesAndNewlines),
            in: workspace.originPath)
    }

    /// GitHub's webhook for a pull request.
    func tell(_ action: String, _ request: DoubleRepository.Request, more: String = "") async throws {
        let delivery = ForgeDelivery.pullRequest(
            action, request.number, Self.repository, branch: request.branch, more: more)
        #expect(try await delivery.send(to: port, Self.secret) == 202)
    }

    /// - Parameter number: another one for each.
    func tellOfPush(_ number: Int, to branch: String = "main") async throws {
        let delivery = ForgeDelivery.push(.github, Self.repository, branch: branch, number: number)
        #expect(try await delivery.send(to: port, Self.secret) == 202)
    }
}
