import Foundation
import Model
import Testing

/// What a feedback asks for without a patch, and files of feedback/ that come with a commit.
@Suite(.serialized) struct ActionTests {
    private func ask(_ action: String, _ workspace: Workspace, id: String, target: String = "alpha") async throws
        -> (verdict: [String: Any], text: String)
    {
        try workspace.drop(id, ["id": id, "description": "It is needed", "action": action, "target": target])
        let result = try await workspace.once()
        guard let verdict = try? workspace.verdict("applied/\(id)") else {
            Issue.record("\(result.text)")
            return ([:], result.text)
        }
        return (verdict, result.text)
    }

    private static func log(_ workspace: Workspace) -> String { workspace.text("logs/latest.log") ?? "" }

    @Test func aServiceIsTakenBackPausedAndResumed() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            #expect(try await workspace.once().status == 0)
            await service.answers("alpha 2")

            let back = try await ask("rollback", workspace, id: "back")
            #expect(back.verdict["decision"] as? String == "accepted", "\(back)")
            _ = try await workspace.once()
            await service.answers("alpha 1")
            #expect(Self.log(workspace).contains("rollback: asked for by feedback 'back'"), "\(Self.log(workspace))")
            // That content is not deployed again by itself, nor is the same request carried out twice.
            let held = try await workspace.once()
            #expect(held.output.contains("feedback 'back'"), "\(held.text)")
            await service.answers("alpha 1")
            // What was the first release has none before it.
            let further = try await ask("rollback", workspace, id: "further")
            #expect(further.text.contains("there is no release before"), "\(further.text)")
            let dropped = try await workspace.host("feedback", "show", "further")
            #expect(dropped.output.contains("  dropped: there is no release before"), "\(dropped.text)")
            #expect(try await workspace.host("feedback", "show", "further", "--wait").status == 1)
            let shown = try await workspace.host("feedback", "show", "back")
            #expect(shown.output.contains("  carried out in cycle 3: "), "\(shown.text)")

            // Paused, nothing of it is deployed, whatever is pushed.
            let paused = try await ask("pause", workspace, id: "pause")
            #expect(paused.verdict["decision"] as? String == "accepted", "\(paused)")
            try await workspace.commit([service.path("greeting"): "alpha 3"])
            let still = try await workspace.once()
            #expect(still.output.contains("paused by feedback 'pause'"), "\(still.text)")
            let status = try await workspace.host("status")
            #expect(status.output.contains("paused by feedback 'pause'"), "\(status.text)")
            await service.answers("alpha 1")
            _ = try await ask("resume", workspace, id: "resume")
            _ = try await workspace.once()
            await service.answers("alpha 3")

            // One release further back, what was taken back first stays away as well; neither is it gone back to.
            try await workspace.commit([service.path("greeting"): "alpha 4"])
            #expect(try await workspace.once().status == 0)
            for (id, former) in [("second", "alpha 3"), ("third", "alpha 1")] {
                _ = try await ask("rollback", workspace, id: id)
                let result = try await workspace.once()
                await service.answers(former)
                #expect(!result.text.contains("error: rolled-back"), "\(result.text)")
                let held = try await workspace.once()
                #expect(held.output.contains("was rolled back, as feedback 'second' asked for"), "\(held.text)")
            }
        }
    }

    @Test func aServiceIsStartedAnewOrDeployedAgain() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            _ = try await ask("restart", workspace, id: "anew")
            _ = try await workspace.once()
            let log = Self.log(workspace)
            #expect(log.contains("restart: asked for by feedback 'anew'"), "\(log)")
            #expect(!log.contains("building"), "\(log)")
            _ = try await ask("redeploy", workspace, id: "again")
            _ = try await workspace.once()
            #expect(Self.log(workspace).contains("building"), "\(Self.log(workspace))")
            await service.answers("alpha 1")
        }
    }

    /// Not in that of their ids.
    @Test func whatIsAskedForIsDoneInTheOrderInWhichItWasAsked() async throws {
        let services = try await Scripted.services("alpha", "beta")
        try await Workspace.with(services[0].files("alpha 1").merging(services[1].files("beta 1")) { $1 }) {
            workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            for (id, target) in [("z-first", "alpha"), ("a-second", "beta")] {
                try workspace.drop(id, ["id": id, "description": "Again", "action": "restart", "target": target])
                // Two files may be of the same tick of the clock.
                try FileManager.default.setAttributes(
                    [.modificationDate: Date.now.addingTimeInterval(id == "z-first" ? -20 : -10)],
                    ofItemAtPath: workspace.path("feedback/\(id).json"))
            }
            let texts = [try await workspace.once().text, try await workspace.once().text].joined()
            let first = try #require(texts.firstRange(of: "restart: asked for by feedback 'z-first'"), "\(texts)")
            let second = try #require(texts.firstRange(of: "restart: asked for by feedback 'a-second'"), "\(texts)")
            #expect(first.lowerBound < second.lowerBound, "\(texts)")
        }
    }

    /// A service that is deployed, and is not again while `logs/obstacle` is there.
    private func withObstacle(_ body: (Workspace) async throws -> Void) async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            let obstacle = workspace.path("logs/obstacle")
            try await workspace.commit([service.path("before-deploy"): "test ! -e '\(obstacle)'\n"])
            #expect(try await workspace.once().status == 0)
            try await body(workspace)
        }
    }

    @Test func whatCameOfAnActionIsToldWithItsCycle() async throws {
        try await withObstacle { workspace in
            _ = try await ask("redeploy", workspace, id: "well")
            _ = try await workspace.once()
            let well = try await workspace.host("feedback", "show", "well")
            #expect(well.output.contains("  carried out in cycle 2: "), "\(well.text)")
            // Before its cycle, and after one that failed.
            try workspace.write("logs/obstacle", "")
            try workspace.drop(
                "ill", ["id": "ill", "description": "Again", "action": "redeploy", "target": "alpha"])
            _ = try await workspace.once()
            _ = try await workspace.once()
            let ill = try await workspace.host("feedback", "show", "ill", "--json")
            let document = try JSONSerialization.jsonObject(with: Data(ill.output.utf8)) as? [String: Any]
            let outcome = try #require(document?["outcome"] as? [String: Any], "\(ill.text)")
            #expect(outcome["state"] as? String == "failed" && outcome["cycle"] as? Int == 3, "\(outcome)")
            #expect((outcome["text"] as? String)?.hasPrefix("failed in cycle 3: deploy: ") == true, "\(outcome)")
            // Nothing of what is paused is deployed: whoever waits hears that it has not come, and no success.
            _ = try await ask("pause", workspace, id: "pause")
            _ = try await ask("redeploy", workspace, id: "held")
            let held = try await workspace.host("feedback", "show", "held", "--wait", "--timeout", "5")
            #expect(held.status == 1 && held.output.contains("  its cycle has not come yet"), "\(held.text)")
        }
    }

    @Test func twoThatAskForOneDeploymentAndARestartBeforeOneLearnWhatCameOfIt() async throws {
        try await withObstacle { workspace in
            for id in ["one", "two"] {
                try workspace.drop(id, ["id": id, "description": "Again", "action": "redeploy", "target": "alpha"])
            }
            _ = try await workspace.once()
            _ = try await workspace.once()
            for id in ["one", "two"] {
                let shown = try await workspace.host("feedback", "show", id, "--wait", "--timeout", "5")
                #expect(shown.status == 0 && shown.output.contains("  carried out in cycle 2: "), "\(shown.text)")
            }
            // The deployment that is to start it anew fails: it was not started anew.
            try workspace.write("logs/obstacle", "")
            for (id, action) in [("again", "redeploy"), ("anew", "restart")] {
                try workspace.drop(id, ["id": id, "description": "Now", "action": action, "target": "alpha"])
            }
            let text = try await workspace.once().text + workspace.once().text
            #expect(text.contains("it is about to be deployed, which starts it anew"), "\(text)")
            for id in ["again", "anew"] {
                let shown = try await workspace.host("feedback", "show", id, "--wait", "--timeout", "5")
                #expect(shown.status == 1 && shown.output.contains("  failed in cycle 3: deploy: "), "\(shown.text)")
            }
        }
    }

    @Test func aFileOfACommitCountsOnceAndMayAskForLess() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            func text(_ value: [String: String]) throws -> String {
                String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
            }
            let feedback = try text(["description": "Greet anew", "patch": patch])
            try await workspace.commit([
                "feedback/greet.json": feedback,
                "feedback/stop.json": try text(["description": "Stop", "action": "pause", "target": "alpha"]),
            ])
            _ = try await workspace.once()
            _ = try await workspace.once()
            await service.answers("alpha 2")
            #expect(try workspace.verdict("applied/greet")["decision"] as? String == "applied")
            let refused = try workspace.verdict("rejected/stop")
            #expect((refused["reason"] as? String)?.contains("a commit may not ask for 'pause'") == true, "\(refused)")

            // Reverted by a human, it is not applied again, whatever else is pushed and under whatever name.
            try await workspace.commit([
                service.path("greeting"): "alpha 1", "feedback/again.json": feedback, "README.md": "More.\n",
            ])
            for _ in 0..<3 { _ = try await workspace.once() }
            await service.answers("alpha 1")
            #expect(try workspace.verdict("applied/again")["repeated"] as? Bool == true)
        }
    }
}
