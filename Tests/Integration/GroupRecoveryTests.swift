import Foundation
import Model
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whatever ends the daemon in the middle of a group, none of it stays half way.
@Suite(.serialized) struct GroupRecoveryTests {
    /// The script of `Shop.waits` is at it for the nth time.
    private func isWaiting(_ workspace: Workspace, time: Int = 1) async {
        await eventually("a script waits for time \(time)") {
            let mark = try? String(contentsOfFile: workspace.folder + "/mark", encoding: .utf8)
            return mark == "\(time)\n"
        }
    }

    @Test func aGroupThatAKillLeftHalfLiveIsRolledBackAtTheNextStart() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files()) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            var files = shop.journaled(workspace).merging(shop.version(2)) { $1 }
            let script = files[shop.api.path("before-deploy")] ?? ""
            files[shop.api.path("before-deploy")] = Shop.waits(workspace.folder + "/mark", after: script)
            try await workspace.commit(files)
            let daemon = try Daemon(workspace)
            await isWaiting(workspace)
            daemon.signal(SIGKILL)
            _ = await daemon.end()
            await shop.schema.answers("schema 2")

            // What comes meanwhile does not even build: the old state is back all the same.
            try await workspace.commit([shop.route.path("source.txt"): Scripted.brokenSource])
            let next = try await workspace.once()
            #expect(next.status == 1, "\(next.text)")
            #expect(next.output.contains("what is live of group 'shop' is rolled back"), "\(next.text)")
            #expect(
                shop.journal(workspace) == ["deploy schema", "deploy api", "rollback api", "rollback schema"],
                "\(next.text)")
            await shop.answer(1)
            let shown = try await workspace.host("show", "2")
            #expect(
                shown.output.contains("interrupted") && shown.output.contains("was rolled back, because the daemon"))

            // Nothing of it has failed, so nothing is held.
            try await workspace.commit([shop.route.path("source.txt"): Scripted.source])
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
            await shop.answer(2)
        }
    }

    @Test func aRollbackThatAKillBrokeOffIsFinishedAtTheNextStart() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files()) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            var files = shop.journaled(workspace).merging(shop.version(2, ill: shop.route)) { $1 }
            let script = files[shop.api.path("before-rollback")] ?? ""
            files[shop.api.path("before-rollback")] = Shop.waits(
                workspace.folder + "/mark", times: 2, after: script)
            try await workspace.commit(files)
            // Once in the cycle, once at the start after it.
            for time in 1...2 {
                let daemon = try Daemon(workspace)
                await isWaiting(workspace, time: time)
                daemon.signal(SIGKILL)
                _ = await daemon.end()
            }
            await shop.schema.answers("schema 2")

            let next = try await workspace.once()
            // What failed once is not tried again: nothing is deployed a second time.
            #expect(next.status == 1, "\(next.text)")
            #expect(
                shop.journal(workspace) == [
                    "deploy schema", "deploy api", "deploy route", "rollback route", "rollback api", "rollback api",
                    "rollback api", "rollback schema",
                ], "\(next.text)")
            await shop.answer(1)
            let states = try await shop.status(workspace)
            for service in shop.all { #expect(states[service.name]?["state"] as? String == "quarantined") }
            #expect((states["api"]?["failure"] as? [String: Any])?["because"] as? String == "route")
            let reports = try await workspace.published(".json").map(\.path)
            #expect(reports.contains { $0.hasSuffix("report-route.json") }, "\(reports)")
        }
    }

    @Test func askedToEndItFinishesTheGroupFirst() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files()) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            var files = shop.journaled(workspace).merging(shop.version(2)) { $1 }
            files[shop.schema.path("before-deploy"), default: ""] += "sleep 3.5\n"
            try await workspace.commit(files)
            let once = try Daemon(workspace, [:], ["run", "--once"])
            await eventually("the first deploy is under way") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 3.5").isEmpty
            }
            #expect(await once.stop() == 0, "\(once.text)")
            #expect(shop.journal(workspace) == ["deploy schema", "deploy api", "deploy route"])
            await shop.answer(2)
        }
    }

    @Test func whatIsNotDoneAfterTheGraceIsRolledBackAndDueAgain() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files()) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            var files = shop.journaled(workspace).merging(shop.version(2)) { $1 }
            let script = files[shop.api.path("before-deploy")] ?? ""
            files[shop.api.path("before-deploy")] = Shop.waits(workspace.folder + "/mark", after: script)
            try await workspace.commit(files)
            let daemon = try Daemon(workspace, ["DISPATCHER_SHUTDOWN_GRACE": "1"])
            await isWaiting(workspace)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(
                shop.journal(workspace) == ["deploy schema", "deploy api", "rollback api", "rollback schema"],
                "\(daemon.text)")
            await shop.answer(1)
            let next = try await workspace.once()
            #expect(next.status == 0, "\(next.text)")
            await shop.answer(2)
        }
    }

    @Test func aNewerCommitWaitsUntilTheGroupIsLive() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files(), environment: ["DISPATCHER_INTERVAL": "1"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            var files = shop.journaled(workspace).merging(shop.version(2)) { $1 }
            files[shop.schema.path("before-deploy"), default: ""] += "sleep 3.5\n"
            try await workspace.commit(files)
            let daemon = try Daemon(workspace)
            await eventually("the first deploy is under way") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 3.5").isEmpty
            }
            try await workspace.commit([shop.api.path("greeting"): "api 3"])
            await daemon.says("a newer commit is there")
            await shop.api.answers("api 3")
            await shop.route.answers("route 2")
            await daemon.says("succeeded", after: 0)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(shop.journal(workspace).prefix(3) == ["deploy schema", "deploy api", "deploy route"])
            #expect(!shop.journal(workspace).contains { $0.hasPrefix("rollback") }, "\(daemon.text)")
        }
    }
}
