import Foundation
import Model
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What is asked for what runs is of this machine: it waits neither for origin nor behind patches.
@Suite struct ActionAwayTests {
    private static let quick = ["DISPATCHER_USE_PRS": "0", "DISPATCHER_INTERVAL": "1"]

    /// Not by `--wait`, which would wait as long as it takes.
    private func accepted(
        _ action: String, _ workspace: Workspace, _ daemon: Daemon, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        let said = daemon.text.count
        let asked = try await workspace.host("feedback", "submit", "--action", action, "--target", "alpha")
        #expect(asked.status == 0, "\(asked.text)", sourceLocation: place)
        await daemon.says(" accepted: ", after: said, within: 30, place)
    }

    @Test(.timeLimit(.minutes(4))) func actionsAreAcceptedAndCarriedOutWhileOriginIsAway() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            let daemon = try Daemon(workspace)
            await service.answers("alpha 2")
            let away = workspace.originPath + ".away"
            try FileManager.default.moveItem(atPath: workspace.originPath, toPath: away)
            await daemon.says("until origin answers")

            try await accepted("restart", workspace, daemon)
            await daemon.says("restart: asked for by feedback")
            try await accepted("rollback", workspace, daemon)
            await service.answers("alpha 1")
            // It is deployed anew from what is here.
            try await accepted("pause", workspace, daemon)
            try await accepted("resume", workspace, daemon)
            let said = daemon.text.count
            try await accepted("redeploy", workspace, daemon)
            await daemon.says("building", after: said)
            await service.answers("alpha 2")

            // Who is misspelt hears of it now, and not when origin is back.
            _ = try await workspace.host("feedback", "submit", "--action", "restart", "--target", "alhpa")
            await daemon.says("'alhpa' is no service here (a newer commit may know it", within: 30)
            try FileManager.default.moveItem(atPath: away, toPath: workspace.originPath)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    /// A host that takes the connection and says nothing costs whoever asks it the whole deadline.
    @Test(.timeLimit(.minutes(4))) func aRestartDoesNotWaitForAHostThatDoesNotAnswer() async throws {
        let service = try await Scripted.services("alpha")[0]
        let settings = Self.quick.merging(["DISPATCHER_GIT_DEADLINE": "600"]) { $1 }
        try await Workspace.with(service.files("alpha 1"), environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let (stream, connected) = AsyncStream<Void>.makeStream()
            let silent = try LoopbackListener { connection in
                connected.yield()
                var byte: UInt8 = 0
                while read(connection, &byte, 1) > 0 {}
            }
            defer { silent.stop() }
            try await workspace.setOrigin("http://127.0.0.1:\(silent.port)/workspace.git")
            let daemon = try Daemon(workspace)
            for await _ in stream.prefix(1) {}
            try await accepted("restart", workspace, daemon)
            await daemon.says("restart: asked for by feedback")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test(.timeLimit(.minutes(4))) func aRollbackDoesNotWaitBehindPatchesThatAreTried() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("build")] = Scripted.build + "grep -q slow \"$SOURCE/source.txt\" && sleep 600\ntrue\n"
        // Inside a sandbox nobody would see what runs.
        let settings = Self.quick.merging(["DISPATCHER_VERIFY_SANDBOX": "none"]) { $1 }
        try await Workspace.with(files, environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            #expect(try await workspace.once().status == 0)
            let patch = try await workspace.patch(
                service.path("source.txt"), to: Scripted.source.replacingOccurrences(of: "four", with: "slow"))
            for number in 0..<40 {
                try workspace.drop("slow-\(number)", ["description": "Number \(number)", "patch": patch])
            }
            let daemon = try Daemon(workspace)
            await eventually("a patch is being tried") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 600").isEmpty
            }
            try await accepted("rollback", workspace, daemon)
            await service.answers("alpha 1")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(RunningProcess.all(in: workspace.folder, running: "sleep 600").isEmpty)
        }
    }
}
