import ForgeDoubles
import Foundation
import Model
import TestSupport
import Testing

/// What goes wrong between the daemon, a forge and the people there. The daemon polls once an hour: what it notices it notices by
/// webhooks.
@Suite(.serialized) struct ForgeFaultTests {
    private func propose(
        _ id: String, _ greeting: String, _ service: Scripted, _ site: GitHubSite, restart: String? = nil
    )
        async throws
    {
        var members = ["id": id, "description": "Greet anew"]
        members["patch"] = try await site.workspace.patch(service.path("greeting"), to: greeting)
        members["restart"] = restart
        try site.workspace.drop(id, members)
    }

    @Test(.timeLimit(.minutes(4))) func whatBecomesOfABranchIsNoticedWithoutAForgeAndByOneThatIsKnownLater()
        async throws
    {
        let services = try await Scripted.services("alpha", "beta")
        let alpha = services[0]
        let files = alpha.files("alpha 1").merging(services[1].files("beta 1")) { $1 }
        try await GitHubSite.with(files) { site in
            let workspace = site.workspace
            try site.forgetApp()
            var daemon = try Daemon(workspace)
            await daemon.says("cycle 1 succeeded")
            for (number, id) in ["lost", "gone", "merged", "theirs", "late", "kept"].enumerated() {
                try await propose(id, "alpha \(number + 2)", alpha, site, restart: id == "merged" ? "beta" : nil)
                await daemon.says("'codex/\(id)' waits for somebody to merge it")
            }
            // The daemon has not seen main since.
            let said = daemon.text.count
            let merged = try #require(try await workspace.tip("codex/merged")).hex
            try PeerCommand.git("update-ref", "refs/heads/main", merged, in: workspace.originPath)
            try site.delete("codex/merged")
            try await site.push(to: "codex/theirs", alpha.path("note.txt"), "mine\n")
            try await site.tellOfPush(1, to: "codex/merged")
            await daemon.says("'codex/merged' was merged")
            await daemon.says("'codex/theirs' has commits of somebody else's")
            await daemon.says("2 service(s) due", after: said)
            await alpha.answers("alpha 4")
            #expect(await daemon.stop() == 0, "\(daemon.text)")

            // One that nobody can judge any more keeps nobody from the others.
            let lost = try #require(try await workspace.tip("codex/lost")).hex
            try FileManager.default.removeItem(
                atPath: workspace.path(".git/objects/\(lost.prefix(2))/\(lost.dropFirst(2))"))
            try site.delete("codex/lost")
            try site.delete("codex/gone")
            daemon = try Daemon(workspace)
            for id in ["lost", "gone"] {
                await daemon.says("'codex/\(id)' was deleted; its commit is not part of 'main'")
            }
            #expect(await daemon.stop() == 0, "\(daemon.text)")

            try site.merge(branch: "codex/late")
            try site.knowApp()
            daemon = try Daemon(workspace)
            #expect(await site.proposed("codex/kept") != nil, "\(daemon.text)")
            await daemon.says("'codex/late' was merged")
            #expect(site.double.repository.requests.map(\.branch) == ["codex/kept"])
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test(.timeLimit(.minutes(4))) func anOutcomeIsToldOnceWhateverBecomesOfTheAnswer() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await GitHubSite.with(service.files("alpha 1")) { site in
            let (workspace, double) = (site.workspace, site.double)
            var daemon = try Daemon(workspace)
            await daemon.says("cycle 1 succeeded")
            func comments(_ request: DoubleRepository.Request) -> [String] {
                double.repository.requests.first { $0.number == request.number }?.comments ?? []
            }

            // It stands there, and the answer is lost.
            try await propose("cut", "alpha 2", service, site)
            let cut = try #require(await site.proposed("codex/cut"), "\(daemon.text)")
            double.server.fail("/comments", .cutOff, method: "POST")
            try await site.merge(cut)
            await daemon.says("is not told again, which would say it twice")
            try await eventually("the branch is gone") { try await workspace.tip("codex/cut") == nil }
            #expect(comments(cut).count == 1)

            // Refused, it is tried again; what was done with the service since is not what came of the merge.
            try await propose("refused", "alpha 3", service, site)
            let refused = try #require(await site.proposed("codex/refused"), "\(daemon.text)")
            double.server.fail(
                "/comments", .reply(DoubleReply(422, .object(["message": .string("Not now")]))), method: "POST")
            try await site.merge(refused)
            await daemon.says("refuses it (422)")
            #expect(comments(refused).isEmpty)
            try workspace.drop(
                "anew", ["id": "anew", "description": "Anew", "action": "restart", "target": "alpha"])
            await daemon.says("restart: asked for by feedback 'anew'")
            await eventually("the outcome is told") { !comments(refused).isEmpty }
            let text = comments(refused).joined()
            #expect(text.contains("and is healthy") && text.contains("`deploy`: ok"), "\(text)")

            // Killed before it knew.
            try await propose("killed", "alpha 4", service, site)
            let killed = try #require(await site.proposed("codex/killed"), "\(daemon.text)")
            double.server.fail("/comments", .slow(milliseconds: 5000), method: "POST")
            try await site.merge(killed)
            await eventually("it stands there") { comments(killed).count == 1 }
            daemon.signal(SIGKILL)
            _ = await daemon.end()
            daemon = try Daemon(workspace)
            await daemon.says("telling it was broken off")
            try await eventually("the branch is gone") { try await workspace.tip("codex/killed") == nil }
            #expect(comments(killed).count == 1)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test(.timeLimit(.minutes(4))) func whatAForgeRefusesForGoodIsSaidOnceAndStopsNobody() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await GitHubSite.with(service.files("alpha 1")) { site in
            let (workspace, double) = (site.workspace, site.double)
            let daemon = try Daemon(workspace)
            await daemon.says("cycle 1 succeeded")
            double.server.fail(
                "/pulls", .reply(DoubleReply(422, .object(["message": .string("Validation Failed")]))), method: "POST",
                times: 3)
            try await propose("never", "alpha 2", service, site)
            for number in 1...3 {
                await eventually("it is tried") {
                    double.server.exchanges.count { $0.request.method == "POST" && $0.request.path.hasSuffix("/pulls") }
                        >= number
                }
                try await site.tellOfPush(number, to: "codex/never")
            }
            await daemon.says("'codex/never' is not proposed, the forge has refused it 3 times")
            try await propose("another", "alpha 3", service, site)
            #expect(await site.proposed("codex/another") != nil, "\(daemon.text)")
            #expect(double.repository.requests.map(\.branch) == ["codex/another"])
            #expect(try await workspace.tip("codex/never") != nil)
            #expect(daemon.text.components(separatedBy: "'codex/never' is not proposed").count == 2, "\(daemon.text)")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }
}
