import Foundation
import Git
import Model
import TestSupport
import Testing

/// The loop over HTTP with basic authentication.
@Suite struct HTTPLoopTests {
    @Test func theTokenOpensTheServerAndIsWrittenNowhere() async throws {
        let services = try await Scripted.services("alpha", "beta")
        let (alpha, beta) = (services[0], services[1])
        let token = "tok-\(UUID().uuidString)"
        try await withServer(token, alpha.files("alpha 1").merging(beta.files("beta 1")) { $1 }) { workspace, server in
            try await Scripted.install(in: workspace)
            try workspace.write(
                "dispatcher.env", "GITHUB_TOKEN='\(token)'\nDISPATCHER_USE_PRS=0\n", mode: 0o600)
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            await alpha.answers("alpha 1")
            await beta.answers("beta 1")

            try await workspace.commit([alpha.path("greeting"): "alpha 2"])
            #expect(try await workspace.once().status == 0)
            #expect(workspace.stages == Workspace.stages(of: "alpha"))
            await alpha.answers("alpha 2")

            try await workspace.commit([alpha.path("source.txt"): Scripted.brokenSource])
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(workspace.log.contains("source.txt:4:1: error: 'wrong' is no number"), "\(workspace.log)")
            await alpha.answers("alpha 2")

            let patch = try await workspace.patch(alpha.path("source.txt"), to: Scripted.source)
            try workspace.drop("mend", ["id": "mend", "description": "Write a number", "patch": patch])
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
            let tip = try #require(try await workspace.tip())
            #expect(try await workspace.origin.commit(tip).message.contains("Feedback-Id: mend"))
            #expect(try await !workspace.published(".log").isEmpty)
            try await Secrecy.expect(token, onlyIn: "dispatcher.env", of: workspace, server)
        }
    }

    /// Whoever can push may name any server as a service's remote; the token is not for it.
    @Test func theTokenGoesToNoServerThatACommitNames() async throws {
        let service = try await Scripted.services("remote")[0]
        let token = "tok-\(UUID().uuidString)"
        try await withServer(token, ["README": "hello"]) { workspace, _ in
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", "GITHUB_TOKEN='\(token)'\n", mode: 0o600)
            let own = try await OwnRepository(workspace.folder + "/own.git", of: service)
            try await own.push("remote 1")
            let login = (user: "x-access-token", password: token)
            let other = try GitHTTPServer(root: workspace.folder, options: .init(login: login))
            defer { other.stop() }
            let url = other.url("own.git")
            try await workspace.commit(["deployer.yaml": own.configuration(url: url)])
            let refused = try await workspace.once()
            #expect(refused.status == 1 && refused.text.contains("DISPATCHER_TOKEN_HOSTS"), "\(refused.text)")
            #expect(!other.log.isEmpty && other.log.allSatisfy { $0.authorization == nil })

            let place = url.split(separator: "/").prefix(2).joined(separator: "//")
            let allowed = try await workspace.once(["DISPATCHER_TOKEN_HOSTS": place])
            #expect(allowed.status == 0, "\(allowed.text)")
            await service.answers("remote 1")
        }
    }

    @Test func aWrongTokenIsOneClearError() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await withServer("right", service.files("alpha 1")) { workspace, _ in
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", "GITHUB_TOKEN=wrong-token-1234\n", mode: 0o600)
            let result = try await workspace.once()
            #expect(result.status == 1, "\(result.text)")
            #expect(result.errors.contains("origin") && result.errors.contains("refused the token"), "\(result.text)")
            #expect(!result.text.contains("wrong-token-1234"))
        }
    }

    private func withServer(
        _ token: String, _ files: [String: String], _ body: (Workspace, GitHTTPServer) async throws -> Void
    ) async throws {
        try await Workspace.with(files) { workspace in
            let server = try GitHTTPServer(
                root: workspace.folder, options: .init(login: (user: "x-access-token", password: token)))
            defer { server.stop() }
            try await workspace.setOrigin(server.url("origin.git"))
            try await body(workspace, server)
        }
    }
}
