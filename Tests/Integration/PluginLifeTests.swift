import Foundation
import Git
import Model
import TestSupport
import Testing

/// What becomes of a pinned plugin: updates, other machines, the daemon.
@Suite struct PluginLifeTests {
    private static func withPlugin(
        _ files: [String: String] = ["README": "hello"], _ body: (Workspace, PluginOrigin) async throws -> Void
    ) async throws {
        try await Workspace.with(files) { workspace in
            let origin = try await PluginOrigin(workspace.folder + "/p.git", try PluginOrigin.files())
            let added = try await workspace.plugin("add", origin.path, "--yes")
            try #require(added.status == 0, "\(added.text)")
            try await body(workspace, origin)
        }
    }

    @Test func anUpdateMovesToTheBranchesTipAndAsksOnlyForWhatIsNew() async throws {
        try await Self.withPlugin { workspace, origin in
            let still = try await workspace.plugin("update")
            #expect(still.status == 0 && still.output.contains("branch main has not moved"), "\(still.text)")
            let second = try await origin.push(try PluginOrigin.files(version: "1.1.0"))
            let updated = try await workspace.plugin("update", "files")
            #expect(updated.status == 0 && updated.output.contains("version 1.0.0 -> 1.1.0"), "\(updated.text)")
            #expect(try workspace.pin("commit") == second.hex && workspace.pin("version") == "1.1.0")

            // More than was agreed to: the old one stays until somebody agrees.
            let old = try Data(contentsOf: URL(filePath: workspace.path("plugins/files.so")))
            let lock = workspace.text("plugins.lock")
            try await origin.push(try PluginOrigin.files(version: "2.0.0", services: "process/1\\\",\\\"http/1"))
            let refused = try await workspace.plugin("update")
            #expect(
                refused.status == 1 && refused.errors.contains("new demand  the host service 'http/1'"),
                "\(refused.text)")
            #expect(refused.output.contains("files: refused"), "\(refused.text)")
            #expect(try Data(contentsOf: URL(filePath: workspace.path("plugins/files.so"))) == old)
            #expect(workspace.text("plugins.lock") == lock)
            let agreed = try await workspace.plugin("update", "--yes")
            #expect(agreed.status == 0 && agreed.output.contains("services + http/1"), "\(agreed.text)")

            // One that does not build, or is another's kind, changes nothing.
            let current = workspace.text("plugins.lock")
            try await origin.push(["Makefile": "all:\n\tfalse\n"])
            let broken = try await workspace.plugin("update", "--yes")
            #expect(broken.status == 1 && broken.output.contains("files: failed"), "\(broken.text)")
            #expect(workspace.text("plugins.lock") == current)
            #expect(try await workspace.states() == ["files": "ready"])
            #expect(try await workspace.plugin("update", "nothing").status == 1)
        }
    }

    @Test func aRewrittenHistoryAndAMovedTagAreMentioned() async throws {
        try await Self.withPlugin { workspace, origin in
            try await origin.push(try PluginOrigin.files(version: "1.1.0"), rewrites: true)
            let updated = try await workspace.plugin("update")
            #expect(updated.status == 0 && updated.output.contains("the history was rewritten"), "\(updated.text)")
            // The old commit is on no branch any more: a machine that has it pinned says so.
            #expect(try await workspace.plugin("remove", "files").status == 0)
            try await origin.tag("v1", try #require(try await origin.repository.revision(of: "refs/heads/main")))
            #expect(try await workspace.plugin("add", "\(origin.path)@v1", "--yes").status == 0)
            try await origin.tag("v1", try await origin.push(try PluginOrigin.files(version: "1.2.0")))
            let moved = try await workspace.plugin("update")
            #expect(moved.status == 0 && moved.output.contains("the tag was moved"), "\(moved.text)")
            #expect(try workspace.pin("version") == "1.2.0")
        }
    }

    /// The second machine is another clone with nothing of the first one's state.
    @Test func anotherMachineComesToTheSameSetOnceItsOperatorAgrees() async throws {
        try await Self.withPlugin { first, origin in
            let lock = try #require(first.text("plugins.lock"))
            try await first.commit(["plugins.lock": lock])
            try await Self.secondMachine(of: first) { second in
                // Nobody agreed here: it is said, nothing is built, and the rest goes on.
                let cycle = try await second.once()
                #expect(cycle.status == 0 && cycle.text.contains("nobody on this machine agreed"), "\(cycle.text)")
                for command in ["status", "plan", "list-plugins"] {
                    let told = try await second.host(command)
                    #expect(
                        told.status == 0 && told.text.contains("nobody on this machine agreed"),
                        "\(command): \(told.text)")
                }
                #expect(second.names("plugins").isEmpty)
                let silent = try await second.plugin("sync")
                #expect(silent.status == 1 && silent.output.contains("files: refused"), "\(silent.text)")
                #expect(second.names("plugins").isEmpty && second.names(".deployer/plugin-builds").isEmpty)
                // The digest of the lock is agreed to: building and installing exactly that.
                let digest = try #require(try second.pin("digest"))
                let synced = try await second.plugin("sync", "--agree", digest, "--exact")
                #expect(synced.status == 0 && synced.output.contains("bit for bit"), "\(synced.text)")
                #expect(second.text("plugins.lock") == lock)
                #expect(try await second.states() == ["files": "ready"])
                #expect(try await second.plugin("verify").status == 0)
                #expect(try await !second.host("status").text.contains("nobody on this machine"))

                // A commit pins the next version of the same place: it is built without another question.
                try await origin.push(try PluginOrigin.files(version: "1.1.0"))
                #expect(try await first.plugin("update").status == 0)
                try await first.commit(["plugins.lock": first.text("plugins.lock")])
                let followed = try await second.once()
                #expect(followed.status == 0 && followed.text.contains("plugin 'files': updated"), "\(followed.text)")
                let listed = try await second.host("list-plugins")
                #expect(listed.output.contains("files 1.1.0 - ready"), "\(listed.text)")

                // One that asks for more is not.
                try await origin.push(try PluginOrigin.files(version: "2.0.0", services: "process/1\\\",\\\"http/1"))
                #expect(try await first.plugin("update", "--yes").status == 0)
                try await first.commit(["plugins.lock": first.text("plugins.lock")])
                let held = try await second.once()
                #expect(held.status == 0 && held.text.contains("plugin 'files': refused"), "\(held.text)")
                #expect(try await second.host("list-plugins").output.contains("files 1.1.0 - ready"))

                // The set without it.
                #expect(try await first.plugin("remove", "files").status == 0)
                try await first.commit(["plugins.lock": first.text("plugins.lock")])
                let without = try await second.once()
                #expect(without.text.contains("plugins.lock that is followed does not have it"), "\(without.text)")
                #expect(second.names("plugins") == ["files.so"])
                let cleared = try await second.plugin("sync")
                #expect(cleared.status == 0 && cleared.output.contains("it is pinned no more"), "\(cleared.text)")
                #expect(second.names("plugins").isEmpty)
            }
        }
    }

    /// Another clone of the same origin.
    private static func secondMachine(of first: Workspace, _ body: (Workspace) async throws -> Void) async throws {
        try await Workspace.with(["README": "another"]) { second in
            try FileManager.default.removeItem(atPath: second.root)
            let client = RemoteClient(executable: HostProcess.binaries + "/GitTransport")
            _ = try await client.clone(GitRemote(url: try RemoteURL(first.originPath)), to: second.root)
            try GitFixture(folder: second.folder).checkOutHead(of: second.root)
            try await body(second)
        }
    }

    @Test func aMachineThatLostItsRecordIsAskedAnew() async throws {
        try await Self.withPlugin { workspace, _ in
            try FileManager.default.removeItem(atPath: workspace.path(".deployer"))
            let silent = try await workspace.plugin("sync")
            #expect(silent.status == 1 && silent.output.contains("files: refused"), "\(silent.text)")
            let synced = try await workspace.plugin("sync", "--yes")
            #expect(synced.status == 0 && synced.output.contains("files: installed"), "\(synced.text)")
            #expect(try await workspace.plugin("verify").status == 0)
        }
    }

    @Test func aPluginThatDeployerYAMLNamesIsPinnedBySync() async throws {
        try await Workspace.with(["README": "hello"]) { workspace in
            let origin = try await PluginOrigin(
                workspace.folder + "/p.git", PluginOrigin.files(in: "k", try PluginOrigin.files()))
            let yaml = "plugins:\n  - {url: \(origin.path), path: k, revision: main}\n"
            try await workspace.commit(["deployer.yaml": yaml])
            let told = try await workspace.once()
            #expect(told.status == 0 && told.text.contains("plugins.lock does not pin it"), "\(told.text)")
            let silent = try await workspace.plugin("sync")
            #expect(silent.status == 1 && silent.text.contains("nobody on this machine agreed"), "\(silent.text)")
            #expect(workspace.traces().isEmpty, "\(workspace.traces())")
            let synced = try await workspace.plugin("sync", "--yes", "--json")
            #expect(synced.status == 0 && synced.output.contains("\"installed\""), "\(synced.text)")
            #expect(try workspace.pin("revision") == "main" && workspace.pin("path") == "k")
            try await workspace.commit(["plugins.lock": workspace.text("plugins.lock")])
            #expect(try await !workspace.once().text.contains("plugins.lock"))
            // The file asks for another revision than the lock has.
            let next = try await origin.push(["k/Makefile": PluginOrigin.makefile + "\n"], branch: "next")
            try await workspace.commit(["deployer.yaml": yaml.replacing("revision: main", with: "revision: next")])
            let differs = try await workspace.host("plan")
            #expect(differs.output.contains("plugins.lock pins it at main"), "\(differs.text)")
            #expect(try await workspace.once().status == 0)
            #expect(try await workspace.plugin("sync").status == 0)
            #expect(try workspace.pin("commit") == next.hex)
        }
    }

    @Test func aRunningDaemonBuildsANewPinOfAnAgreedPlaceBesideItsCycles() async throws {
        try await Self.withPlugin { workspace, origin in
            try await workspace.commit(["plugins.lock": workspace.text("plugins.lock")])
            let daemon = try Daemon(workspace, ["DISPATCHER_INTERVAL": "1"])
            await daemon.says("watching")
            let lock = try #require(workspace.text("plugins.lock"))
            // As a colleague's `host plugin update` would push it.
            let next = try await origin.push(try PluginOrigin.files(version: "1.1.0"))
            let pinned = lock.replacing(try #require(try workspace.pin("commit")), with: next.hex)
                .replacing("1.0.0", with: "1.1.0")
            try await workspace.commit(["plugins.lock": pinned])
            await daemon.says("plugin 'files': updated")
            await daemon.says("the plugins have changed")
            #expect(try await workspace.host("list-plugins").output.contains("files 1.1.0 - ready"))
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }
}
