import Foundation
import TestSupport
import Testing

/// The daemon's address for webhooks, with the deliveries of each forge. The daemon polls once an hour: what it hears of earlier
/// it was told.
@Suite(.serialized) struct WebhookTests {
    private static let secret = "hook-" + String(repeating: "0123456789abcdef", count: 2)

    private struct Site {
        var workspace: Workspace
        var service: Scripted
        var server: GitHTTPServer
        var daemon: Daemon
        var port: Int
        var repository: String
    }

    private func serving(
        _ kind: ForgeDelivery.Kind, _ variables: String = "DISPATCHER_WEBHOOK_SECRET=\(secret)\n",
        listens word: String = "webhooks are taken at", _ body: (Site) async throws -> Void
    ) async throws {
        let service = try await Scripted.services("alpha")[0]
        let port = try Web.freePorts(1)[0]
        let settings = [
            "DISPATCHER_USE_PRS": "0", "DISPATCHER_INTERVAL": "3600", "DISPATCHER_PUBLISH_LOGS": "0",
            "DISPATCHER_FORGE": kind.rawValue,
            "DISPATCHER_WEB_LISTEN": "127.0.0.1:\(port)",
        ]
        try await Workspace.with(service.files("alpha 1"), environment: settings) { workspace in
            let parent = URL(filePath: workspace.folder).deletingLastPathComponent().path
            let name = URL(filePath: workspace.folder).lastPathComponent
            let server = try GitHTTPServer(root: parent)
            defer { server.stop() }
            try await workspace.setOrigin(server.url("\(name)/origin.git"))
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", variables, mode: 0o600)
            let daemon = try Daemon(workspace)
            await daemon.says(word)
            await service.answers("alpha 1")
            await daemon.says("cycle 1 succeeded")
            try await body(
                Site(
                    workspace: workspace, service: service, server: server, daemon: daemon, port: port,
                    repository: "\(name)/origin"))
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(!daemon.text.contains(Self.secret))
        }
    }

    @Test(arguments: ForgeDelivery.Kind.allCases) func aSignedPushIsFetchedAtOnceAndAForgedOneIsNot(
        kind: ForgeDelivery.Kind
    ) async throws {
        try await serving(kind) { site in
            try await site.workspace.commit([site.service.path("greeting"): "alpha 2"])
            let push = ForgeDelivery.push(kind, site.repository)
            let asked = site.server.log.count
            #expect(try await push.send(to: site.port, nil) == 401)
            #expect(try await push.send(to: site.port, Self.secret + "x") == 401)
            var forged = push
            forged.body = push.body.replacing("me", with: "he")
            if kind != .gitlab {
                let status = try await forged.send(to: site.port, nil, ["headers": push.headers(Self.secret)])
                #expect(status == 401)
            }
            #expect(site.server.log.count == asked)
            #expect(try await push.send(to: site.port, Self.secret) == 202)
            // Which commit that is, the daemon has asked the remote itself.
            await site.service.answers("alpha 2")
            #expect(site.server.log.count > asked)
        }
    }

    @Test func whatIsNoDeliveryIsAnsweredWithANumberAndWakesNobody() async throws {
        try await serving(.github) { site in
            let push = ForgeDelivery.push(.github, site.repository)
            let signed = try push.headers(Self.secret)
            let foreign = ForgeDelivery.push(.github, "somebody/else")
            var broken = push
            broken.body = "[1]"
            let other = ForgeDelivery.push(.github, site.repository, branch: "a-branch-of-somebody")
            let cases: [(request: [String: Any], statuses: Set<Int>)] = [
                (try push.request(nil, ["method": "GET"]), [404]), (try push.request(nil, ["method": "PUT"]), [404]),
                (["path": "/webhook", "method": "GET", "headers": signed], [404]),
                (try push.request(Self.secret, ["path": "/webhook/"]), [404]),
                (try push.request(Self.secret, ["path": "/"]), [404]),
                // Nobody has a token for agents: there is no door for them.
                (try push.request(Self.secret, ["path": "/mcp"]), [404]),
                (["path": "/webhook", "headers": ["Content-Type": "application/json"]], [401]),
                (try push.request(Self.secret, ["more": [["X-Hub-Signature-256", "sha256=00"]]]), [401]),
                (try push.request(Self.secret, ["fill": 1]), [401]),
                (try foreign.request(Self.secret), [400]), (try broken.request(Self.secret), [400]),
                (try push.request(Self.secret, ["fill": 1 << 20]), [413]),
                (try push.request(nil, ["fill": 1 << 20, "chunked": true]), [413]),
                (try push.request(nil, ["fill": 5 << 20]), [413, 0]),
                (try push.request(nil, ["fill": 40 << 20, "chunked": true]), [413, 0]),
                (try other.request(Self.secret), [202]),
                // The event's name is not signed: a push that was called something else is still to be heard.
                (
                    try ForgeDelivery(
                        kind: .github, event: "star",
                        body: foreign.body.replacing(
                            "somebody/else", with: site.repository)
                    ).request(Self.secret), [202]
                ),
            ]
            let asked = site.server.log.count
            let answers = try await AgentClient.raw(port: site.port, cases.map(\.request))
            #expect(answers.count == cases.count)
            for (index, (answer, one)) in zip(answers, cases).enumerated() {
                #expect(one.statuses.contains(answer["status"] as? Int ?? -1), "\(index): \(answer)")
                #expect((answer["body"] as? String ?? "").isEmpty, "\(index): \(answer)")
            }
            #expect(site.server.log.count == asked)

            // Whoever sends slowly keeps nobody else waiting.
            async let slow = push.send(to: site.port, Self.secret, ["missing": 5])
            try await site.workspace.commit([site.service.path("greeting"): "alpha 2"])
            #expect(try await push.send(to: site.port, Self.secret) == 202)
            await site.service.answers("alpha 2")
            await site.daemon.says("cycle 2 succeeded")
            // Said again, it is heard as before, and makes nobody look.
            try await site.workspace.commit([site.service.path("greeting"): "alpha 3"])
            let before = site.server.log.count
            #expect(try await push.send(to: site.port, Self.secret) == 202)
            #expect(try await push.send(to: site.port, Self.secret, ["more": [["X-GitHub-Delivery", "new"]]]) == 202)
            #expect(try await slow == 408)
            #expect(site.server.log.count == before)
            await site.service.answers("alpha 2")
            #expect(
                try await ForgeDelivery.push(.github, site.repository, number: 2).send(to: site.port, Self.secret)
                    == 202)
            await site.service.answers("alpha 3")
            // Told once, and not for each that tries.
            let told = site.daemon.text.components(separatedBy: "signature is missing or wrong").count - 1
            #expect(told == 1, "\(site.daemon.text)")
        }
    }

    @Test func withoutASecretNoDeliveryIsTakenAndAgentsAreAnswered() async throws {
        let token = String(repeating: "0123456789abcdef", count: 3)
        try await serving(
            .github, "DISPATCHER_WEB_TOKENS=looker:read:\(token)\n", listens: "agents may ask at"
        ) { site in
            let push = ForgeDelivery.push(.github, site.repository)
            let statuses = [
                try await push.send(to: site.port, nil), try await push.send(to: site.port, Self.secret),
            ]
            #expect(statuses == [404, 404])
            let list: [String: Any] = [
                "headers": [
                    "Authorization": "Bearer \(token)", "Content-Type": "application/json",
                    "Accept": "application/json, text/event-stream",
                ], "body": #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            ]
            let answer = try await AgentClient.raw(port: site.port, [list])
            #expect(answer.first?["status"] as? Int == 200)
            #expect(!site.daemon.text.contains("webhooks are taken"))
        }
    }
}
