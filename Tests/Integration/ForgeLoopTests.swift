import Foundation
import Model
import Net
import TestSupport
import Testing

/// The whole loop against a real forge, Pagure: proposed, merged by a reviewer, deployed, told. The daemon polls once an hour: what
/// people do there it hears by Pagure's own signed webhooks.
@Suite(
    .serialized,
    .enabled(
        if: StartedEngine.absence("pagure") == nil,
        "no real Pagure here: \(StartedEngine.absence("pagure") ?? "")"))
struct ForgeLoopTests {
    private struct Site: Sendable {
        var url: String
        var token: String
        var reviewer: String
        let transport: HTTPTransport

        func login(_ user: String, _ token: String) -> String {
            "http://\(user):\(token)@\(url.dropFirst("http://".count))/workspace.git"
        }

        /// The branches as git shows them.
        func branches() throws -> String {
            try PeerCommand.run(["git", "ls-remote", "--heads", login("deployer", token)]).text
        }

        /// Has every event told to the daemon.
        func hook(to port: Int) async throws {
            let answer = try await transport.send(
                .init(
                    "POST", url + "/api/0/workspace/options/update",
                    headers: [.init("Authorization", "token " + token), .init("Content-Type", "application/json")],
                    body: Array(#"{"Web-hooks":"http://127.0.0.1:\#(port)/webhook"}"#.utf8)))
            #expect(answer.status == 200, "\(answer.text)")
        }

        /// What a reviewer does on the page, or what anybody may read there.
        func ask(_ method: String, _ path: String) async throws -> HTTPTransport.Response {
            try await transport.send(
                .init(
                    method, url + "/api/0/workspace" + path,
                    headers: [
                        .init("Authorization", "token " + reviewer),
                        .init("Content-Type", "application/x-www-form-urlencoded"),
                    ]))
        }

        /// The number of the one pull request of a branch, once there is one.
        func number(of branch: String) async throws -> Int {
            for _ in 0..<300 {
                let answer = try await ask("GET", "/pull-requests?status=all")
                let list = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
                let requests = list?["requests"] as? [[String: Any]] ?? []
                if let found = requests.first(where: { $0["branch_from"] as? String == branch })?["id"] as? Int {
                    return found
                }
                try await Task.sleep(for: .milliseconds(100))
            }
            throw PeerError("nobody proposed '\(branch)'")
        }

        func comments(on number: Int) async throws -> String { try await ask("GET", "/pull-request/\(number)").text }
    }

    @Test(.timeLimit(.minutes(5))) func aRepairIsProposedMergedDeployedAndToldAndARefusedOneIsLeft() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            let engine = try StartedEngine("pagure", in: workspace.folder + "/pagure")
            defer { engine.stop() }
            let site = Site(
                url: try engine.lines("urls")[0], token: try engine.lines("token")[0],
                reviewer: try engine.lines("reviewer")[0], transport: HTTPTransport())
            let address = "\(site.url)/workspace.git"
            let login = site.login("deployer", site.token)
            let pushed = try PeerCommand.run(
                ["git", "-C", workspace.originPath, "push", "-q", "--force", login, "refs/heads/main"])
            let port = try Web.freePorts(1)[0]
            try await site.hook(to: port)
            #expect(pushed.status == 0, "\(pushed.text)")
            try await workspace.setOrigin(address)
            try workspace.write(
                "dispatcher.env",
                """
                GITHUB_TOKEN='\(site.token)'
                DISPATCHER_GIT_USERNAME=deployer
                DISPATCHER_FORGE=pagure
                DISPATCHER_FORGE_API=\(site.url)/api/0
                DISPATCHER_INTERVAL=3600
                DISPATCHER_WEB_LISTEN=127.0.0.1:\(port)
                DISPATCHER_WEBHOOK_SECRET=\(try engine.lines("hook")[0])

                """, mode: 0o600)
            try await Scripted.install(in: workspace)
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            let daemon = try Daemon(workspace)
            await service.answers("alpha 1")

            try workspace.drop("greet", ["id": "greet", "description": "Greet anew", "patch": patch])
            let number = try await site.number(of: "codex/greet")
            await daemon.says("is proposed as \(site.url)/workspace/pull-request/\(number)")
            await service.answers("alpha 1")
            let merged = try await site.ask("POST", "/pull-request/\(number)/merge")
            #expect(merged.status == 200, "\(merged.text)")
            await daemon.says("was merged")
            await service.answers("alpha 2")
            var comments = try await site.comments(on: number)
            for _ in 0..<300 where !comments.contains("is healthy") {
                try await Task.sleep(for: .milliseconds(100))
                comments = try await site.comments(on: number)
            }
            #expect(comments.contains("is healthy") && comments.contains("alpha"), "\(comments)")

            // Closed without a merge, it is remembered, and main stays.
            try workspace.drop(
                "worse",
                [
                    "id": "worse", "description": "Greet worse",
                    "patch": patch.replacing("alpha 2", with: "alpha 3")
                        .replacing("-alpha 1", with: "-alpha 2"),
                ])
            let second = try await site.number(of: "codex/worse")
            let closed = try await site.ask("POST", "/pull-request/\(second)/close")
            #expect(closed.status == 200, "\(closed.text)")
            await daemon.says("was closed without a merge")
            // Pagure's interface deletes no branches, and git does.
            await eventually("the branches are gone", within: 120) {
                let branches = try? site.branches()
                return branches?.contains("codex/") == false && branches?.contains("main") == true
            }
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(!daemon.text.contains(site.token))
            await site.transport.shutdown()
        }
    }
}
