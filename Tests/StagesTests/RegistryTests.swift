import Foundation
import Model
import PluginAPI
import Synchronization
import TestSupport
import Testing

@testable import Stages

/// Plugins are found, described, and kept apart from each other.
@Suite struct RegistryTests {
    @Test func pluginIsFoundDescribedAndLookedUpByItsKind() async throws {
        try await RegistryFixture.with { fixture in
            let path = try await fixture.drop("alpha")
            let registry = try fixture.registry()
            let info = try #require(await registry.list().first)
            #expect(info.id == "alpha" && info.version == "1.0.0" && info.kinds == ["alpha"])
            #expect(info.stages == [.build, .test, .deploy] && info.abi == "1.\(DEPLOYER_ABI_MINOR)")
            #expect(info.path == path && info.isReady)
            #expect(info.digest == SHA256.hex(of: Array(try Data(contentsOf: URL(fileURLWithPath: path)))))
            let plugin = try #require(await registry.plugin(forKind: "alpha"))
            #expect(plugin.library == "\(fixture.cache)/\(info.digest).so")
            #expect(plugin.description.services?.contains("process/1") == true)
            #expect(await registry.plugin(forKind: "beta") == nil)
        }
    }

    /// Whoever asks while a scan is under way waits for it, and then sees what is there.
    @Test(.timeLimit(.minutes(1))) func scansOfSeveralCallersEndOneAfterTheOther() async throws {
        try await RegistryFixture.with { fixture in
            let registry = try fixture.registry()
            try await fixture.drop("alpha")
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { await registry.rescan() } }
            }
            #expect(await registry.list().map(\.id) == ["alpha"])
        }
    }

    @Test func oneBadPluginHidesNoOther() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("a-crash", ["MOCK_CONSTRUCTOR": "\"segv\""])
            try await fixture.drop("b-exit", ["MOCK_DESCRIBE": "\"exit0\""])
            try await fixture.drop("c-hang", ["MOCK_DESCRIBE": "\"hang\""])
            try await fixture.drop("d-garbage", ["MOCK_DESCRIBE": "\"garbage\""])
            try await fixture.drop("e-id", ["MOCK_DESCRIBE": "\"bad-id\""])
            try await fixture.drop("f-empty", ["MOCK_DESCRIBE": "\"empty\""])
            try await fixture.drop("g-frames", ["MOCK_DESCRIBE": "\"frames\""])
            try await fixture.drop("h-flood", ["MOCK_DESCRIBE": "\"flood\""])
            try await fixture.drop("i-abort", ["MOCK_DESCRIBE": "\"abort\""])
            try await fixture.drop("j-status", ["MOCK_DESCRIBE": "\"status\""])
            try await fixture.drop("k-new", ["LEAST_MINOR": "9"])
            try await fixture.drop("n-run", ["TABLE_SIZE": "(offsetof(deployer_plugin, run))"])
            try await fixture.drop("o-service", ["MOCK_SERVICE": "\"proces/1\""])
            try await fixture.drop("p-permission", ["MOCK_PERMISSION": "\"secret-plane\""])
            try await fixture.drop("q-type", ["MOCK_TYPE": "\"objekt\""])
            try await fixture.drop("l-entry", ["MOCK_NO_ENTRY": ""])
            try await fixture.drop("z-good")
            try Data("no library".utf8).write(to: URL(fileURLWithPath: "\(fixture.workspace)/m-text.so"))
            let registry = try fixture.registry()
            let infos = await registry.list()
            let states = Dictionary(uniqueKeysWithValues: infos.map { ($0.path.split(separator: "/").last!, $0) })
            let expected: [(Substring, isQuarantined: Bool, says: String)] = [
                ("a-crash.so", true, "SIGSEGV"), ("b-exit.so", true, "exit(0)"), ("c-hang.so", true, "within 4.0 s"),
                ("d-garbage.so", true, "not JSON"), ("e-id.so", true, "its id"), ("f-empty.so", true, "not JSON"),
                ("g-frames.so", true, "no message"), ("h-flood.so", false, "too large"),
                ("i-abort.so", true, "SIGABRT"),
                ("j-status.so", false, "UNAVAILABLE (4), and said: no engine"), ("k-new.so", false, "ABI 1.9"),
                ("l-entry.so", false, "codex_deployer_plugin_entry_v1"), ("m-text.so", false, "no ELF"),
                ("n-run.so", false, "has no run"), ("o-service.so", false, "'proces/1'"),
                ("p-permission.so", false, "'secret-plane'"), ("q-type.so", false, "'objekt' at /type"),
            ]
            for (name, isQuarantined, says) in expected {
                let info = try #require(states[name])
                #expect(!info.isReady && info.isQuarantined == isQuarantined, "\(name): \(info.state)")
                #expect(info.reason.contains(says), "\(name): \(info.reason)")
                if isQuarantined { #expect(info.reason.contains("host plugin clear \(info.digest.prefix(12))")) }
            }
            #expect(infos.filter(\.isReady).map(\.id) == ["z-good"])
            #expect(await registry.absence(ofKind: "k-new")?.contains("ABI 1.9") == true)
            #expect(Set(await registry.readyPlugins().map(\.info.id)) == ["z-good"])
        }
    }

    /// `host plugin clear` is another process than the daemon.
    @Test func quarantineClearedByAnotherProcessIsNoticed() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("bad", ["MOCK_DESCRIBE": "\"segv\""])
            let daemon = try fixture.registry()
            let digest = try #require(await daemon.list().first?.digest)
            var quarantine = Quarantine(file: "\(fixture.cache)/quarantine.json")
            #expect(try quarantine.clear(digest) == digest)
            await daemon.rescan()
            // It was tried again: the entry is a new one, made by the daemon.
            let entries = Quarantine(file: "\(fixture.cache)/quarantine.json").entries
            #expect(entries[digest] != nil)

            // What two processes add does not undo what the other did.
            var first = Quarantine(file: "\(fixture.cache)/quarantine.json")
            var second = Quarantine(file: "\(fixture.cache)/quarantine.json")
            let entry = Quarantine.Entry(reason: "it hung", path: "/x.so", since: .now)
            first.add(String(repeating: "a", count: 64), entry)
            second.add(String(repeating: "b", count: 64), entry)
            #expect(Quarantine(file: "\(fixture.cache)/quarantine.json").entries.count == 3)
        }
    }

    @Test func quarantineOutlivesARestartAndIsClearedByDigest() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("bad", ["MOCK_DESCRIBE": "\"segv\""])
            let info = try #require(await fixture.registry().list().first)
            #expect(info.isQuarantined)
            // A new daemon does not run its code again: the worker of this one cannot even be started.
            let second = try fixture.registry { $0.worker = "/no/such/worker" }
            #expect(await second.list().first?.isQuarantined == true)
            let failure = await #expect(throws: Failure.self) { try await second.clear("00000000") }
            #expect(failure?.code.rawValue == "plugin.not-quarantined")
            await #expect(throws: Failure.self) { try await second.clear("") }
            try await second.clear(String(info.digest.prefix(10)))
            #expect(await second.list().first?.reason.contains("/no/such/worker") == true)
            // Let out, it is tried again, and misbehaves again.
            #expect(await (try fixture.registry()).list().first?.isQuarantined == true)
        }
    }

    @Test func descriptionIsAskedForOnce() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("alpha")
            #expect(await (try fixture.registry()).list().first?.isReady == true)
            let second = try fixture.registry { $0.worker = "/no/such/worker" }
            #expect(await second.list().first?.isReady == true)
        }
    }

    @Test func firstInTheSearchPathWins() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("alpha", ["MOCK_VERSION": "\"2.0.0\""])
            try await fixture.drop("alpha", in: fixture.installed)
            try await fixture.drop("zeta", ["MOCK_KIND": "\"alpha\""])
            try await fixture.drop("beta", in: fixture.installed)
            let infos = try await fixture.registry().list()
            #expect(infos.map(\.isReady) == [true, false, false, true])
            #expect(infos[0].version == "2.0.0")
            #expect(infos[1].id == "zeta" && infos[1].reason.contains("the kind 'alpha' is already served by 'alpha'"))
            #expect(infos[2].version == "1.0.0" && infos[2].reason.contains("the id 'alpha' is already there"))
        }
    }

    @Test func pluginThatIsGoneMakesPlaceForItsRival() async throws {
        try await RegistryFixture.with { fixture in
            let first = try await fixture.drop("alpha")
            try await fixture.drop("alpha", in: fixture.installed, ["MOCK_VERSION": "\"0.9.0\""])
            let registry = try fixture.registry()
            #expect(await registry.plugin(forKind: "alpha")?.info.version == "1.0.0")
            try FileManager.default.removeItem(atPath: first)
            #expect(await registry.rescan())
            #expect(await registry.plugin(forKind: "alpha")?.info.version == "0.9.0")
            #expect(await !registry.rescan(), "nothing has changed")
        }
    }

    @Test func quarantinedPluginTakesNobodysPlace() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("alpha", ["MOCK_DESCRIBE": "\"segv\""])
            try await fixture.drop("alpha", in: fixture.installed)
            let registry = try fixture.registry()
            #expect(await registry.plugin(forKind: "alpha")?.info.path.hasPrefix(fixture.installed) == true)
        }
    }

    @Test func droppedReplacedAndRemovedFilesAreNoticed() async throws {
        try await RegistryFixture.with { fixture in
            let registry = try fixture.registry()
            #expect(await registry.list().isEmpty)
            let changes = Mutex(0)
            let watcher = PluginWatcher(registry, interval: .seconds(60)) { changes.withLock { $0 += 1 } }
            let task = Task { await watcher.run() }
            defer { task.cancel() }
            try await Task.sleep(for: .milliseconds(300))
            try await fixture.drop("alpha")
            try await eventually { await registry.plugin(forKind: "alpha") != nil }
            try await fixture.drop("alpha", ["MOCK_VERSION": "\"1.1.0\""])
            try await eventually { await registry.plugin(forKind: "alpha")?.info.version == "1.1.0" }
            try FileManager.default.removeItem(atPath: "\(fixture.workspace)/alpha.so")
            try await eventually { await registry.plugin(forKind: "alpha") == nil }
            try await eventually { changes.withLock { $0 } >= 3 }
            task.cancel()
            await task.value
        }
    }

    @Test func replacedLibraryIsLoadedAnewWhileTheOldCopyGoesOn() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("alpha")
            let registry = try fixture.registry()
            let old = try #require(await registry.plugin(forKind: "alpha"))
            try await fixture.drop("alpha", ["MOCK_VERSION": "\"3.0.0\""])
            await registry.rescan()
            let new = try #require(await registry.plugin(forKind: "alpha"))
            #expect(new.info.version == "3.0.0" && new.library != old.library)
            #expect(FileManager.default.fileExists(atPath: old.library))
        }
    }

    /// What the page says is enough is enough.
    @Test func pluginOfThePageWorks() async throws {
        try await RegistryFixture.with { fixture in
            let page = try String(contentsOfFile: MockPlugins.page, encoding: .utf8)
            let source = try #require(page.firstMatch(of: /```c\n(#include(?s).*?)```/)).1
            try Data(source.utf8).write(to: URL(fileURLWithPath: "\(fixture.folder)/hello.c"))
            try await MockPlugins.compile("\(fixture.folder)/hello.c", to: "\(fixture.workspace)/hello.so")
            chmod("\(fixture.workspace)/hello.so", 0o755)
            let registry = try fixture.registry()
            #expect(await registry.list().first?.isReady == true)
            let runner = PluginRunner(
                catalog: registry, worker: BuiltExecutable.path("PluginWorker"), services: HostServices())
            let request = StageRequest(
                operation: "page", service: Service(name: ServiceName("greeter")!, path: "g", kind: "hello"),
                stage: .build, sourceDirectory: fixture.folder, scratchDirectory: fixture.folder,
                releaseDirectory: fixture.folder, revision: Revision(String(repeating: "0", count: 40))!,
                timeout: .seconds(10))
            let log = WorkerFixture.Log()
            #expect(await runner.run(request) { log.add($0) }.status == .ok)
            #expect(log.texts == ["hello"])
        }
    }

    @Test func pluginWithOptionsOfThePageDeploysAndRollsBack() async throws {
        try await RegistryFixture.with { fixture in
            let page = try String(contentsOfFile: MockPlugins.page, encoding: .utf8)
            let source = try #require(page.matches(of: /```c\n((?s).*?)```/).last).1
            try Data(source.utf8).write(to: URL(fileURLWithPath: "\(fixture.folder)/copied.c"))
            try await MockPlugins.compile("\(fixture.folder)/copied.c", to: "\(fixture.workspace)/copied.so")
            chmod("\(fixture.workspace)/copied.so", 0o755)
            let http = RecordingHTTP()
            let secrets = SecretStore(environment: ["MOCK_TOKEN": "tok-en-123456"], masker: SecretMasker())
            let runner = PluginRunner(
                catalog: try fixture.registry(), worker: BuiltExecutable.path("PluginWorker"),
                services: HostServices(
                    process: ProcessRunner(), http: http, secrets: secrets, environment: ["PATH": "/usr/bin:/bin"]))
            var service = Service(name: ServiceName("copy")!, path: "g", kind: "copied")
            #expect(await runner.check(service).problems?.first?.message.contains("'url'") == true)
            service.options = .object(["url": .string("http://127.0.0.1/x"), "token": .string("env:MOCK_TOKEN")])
            let releases = "\(fixture.folder)/releases"
            for name in ["source", "releases"] {
                try FileManager.default.createDirectory(
                    atPath: "\(fixture.folder)/\(name)", withIntermediateDirectories: true)
            }
            var request = StageRequest(
                operation: "page", service: service, stage: .deploy, sourceDirectory: "\(fixture.folder)/source",
                scratchDirectory: fixture.folder, releaseDirectory: releases,
                revision: Revision(String(repeating: "a", count: 40))!, timeout: .seconds(20))
            let first = await runner.run(request) { _ in }
            #expect(first.status == .ok, "\(first)")
            #expect(http.requests.first?.headers.contains { $0.value == "Bearer tok-en-123456" } == true)
            request.revision = Revision(String(repeating: "b", count: 40))!
            #expect(await runner.run(request) { _ in }.status == .ok)
            let live = { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(releases)/current").prefix(1) }
            #expect(live() == "b")
            request.stage = .rollback
            request.state = first.checkpoint
            #expect(await runner.run(request) { _ in }.status == .ok)
            #expect(live() == "a")
            request.state = nil
            #expect(await runner.run(request) { _ in }.status == .ok)
            #expect(live() == nil)
        }
    }

    private func eventually(_ condition: () async -> Bool) async throws {
        for _ in 0..<500 {
            if await condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it did not come true within ten seconds")
    }
}
