import Foundation
import Model
import TestSupport
import Testing

@testable import Stages

/// What a plugin is told arrives, what it says arrives, and what it must not say is refused.
@Suite struct WorkerContractTests {
    @Test func requestArrivesWholeAndEventsComeBack() async throws {
        try await WorkerFixture.with { fixture in
            let log = WorkerFixture.Log()
            var request = fixture.request("echo", timeout: .seconds(11))
            request.previousRevision = Revision(String(repeating: "b2", count: 20))
            request.changedPaths = ["Sources/ä.swift", "x"]
            request.state = Array("old".utf8)
            request.service.environment = ["PORT": "8080"]
            request.releaseDirectory = "/srv/releases"
            let outcome = await fixture.runner.run(request) { log.add($0) }
            #expect(outcome.status == .ok)
            let told = outcome.outputs
            #expect(told["stage"] == "build" && told["service"] == "api" && told["kind"] == "mock")
            #expect(told["operation"] == request.operation)
            #expect(told["source"] == fixture.folder && told["release"] == "/srv/releases")
            #expect(told["revision"] == request.revision.hex && told["previous"] == request.previousRevision?.hex)
            #expect(told["paths"] == "2" && told["path"] == "Sources/ä.swift")
            #expect(told["name"] == "PORT" && told["value"] == "8080" && told["state"] == "old")
            #expect(told["flags"] == "3" && told["timeout"] == "11000" && told["deadline"] == "1")
            #expect(outcome.checkpoint == Array("new\0state".utf8))
            let progress = log.events.compactMap {
                if case .progress(let share, let text) = $0 { (share, text) } else { nil }
            }
            #expect(progress.map(\.0) == [0.5, nil])
            #expect(progress.map(\.1) == ["half", "unknown"])
        }
    }

    @Test func diagnosticArrivesWithNotesAndFixIts() async throws {
        try await WorkerFixture.with { fixture in
            let outcome = await fixture.run("fail")
            #expect(outcome.status == .failed)
            #expect(outcome.summary == "it does not compile")
            var expected = Diagnostic(
                .error, code: "mock.compile", message: "cannot find 'x'",
                location: FileLocation(file: "a.c", line: 3, column: 9), stage: .build)
            expected.group = "Naming"
            expected.detail = "in scope"
            expected.notes = [
                .init(message: "declared here", location: FileLocation(file: "b.c", line: 7, column: 2)),
                .init(message: "no place"),
            ]
            expected.fixIts = [
                FixIt(file: "a.c", startLine: 3, startColumn: 1, endLine: 3, endColumn: 4, replacement: "var")
            ]
            #expect(outcome.diagnostics == [expected])
        }
    }

    @Test(arguments: [
        ("ok", StageStatus.ok), ("no-change", .noChange), ("unavailable", .unavailable), ("fail", .failed),
        ("status-99", .failed), ("status-negative", .failed), ("fail-silently", .failed),
    ])
    func statusesAreRead(_ behaviour: String, _ status: StageStatus) async throws {
        try await WorkerFixture.with { fixture in
            let outcome = await fixture.run(behaviour)
            #expect(outcome.status == status)
            #expect(!outcome.summary.isEmpty)
            let contract = outcome.diagnostics.filter { $0.code == "plugin.contract" }
            #expect(contract.count == (["status-99", "status-negative", "fail-silently"].contains(behaviour) ? 1 : 0))
            if behaviour == "status-99" { #expect(contract[0].message.contains("99")) }
        }
    }

    @Test func retryCarriesItsDelay() async throws {
        try await WorkerFixture.with { fixture in
            let outcome = await fixture.run("retry")
            #expect(outcome.status == .retryable)
            #expect(outcome.retryAfter?.duration == .seconds(90))
        }
    }

    @Test func structsOfOtherSizesAreReadByTheRuleOfGrowth() async throws {
        try await WorkerFixture.with { fixture in
            let outcome = await fixture.run("sizes")
            #expect(outcome.status == .ok)
            let byCode = Dictionary(grouping: outcome.diagnostics, by: \.code)
            #expect(byCode["mock.longer"]?.first?.location == FileLocation(file: "a.c", line: 3, column: 4))
            let shorter = try #require(byCode["mock.shorter"]?.first)
            #expect(shorter.message == "shorter" && shorter.detail == nil && shorter.location == nil)
            #expect(shorter.notes.isEmpty && shorter.fixIts.isEmpty)
            #expect(outcome.outputs["null"] == "2")
        }
    }

    @Test(arguments: [
        ["MOCK_LONG_TABLE": ""], ["TABLE_SIZE": "(~0ull)"], ["TABLE_SIZE": "(1000000)"], ["BUILT_MINOR": "700"],
        ["MOCK_HELLO": ""],
    ])
    func tableOfALaterHeaderIsAccepted(_ macros: [String: String]) async throws {
        try await WorkerFixture.with(macros: macros) { fixture in
            #expect(await fixture.run("ok").status == .ok)
        }
    }

    @Test func tableOfAnEarlierHeaderLacksWhatItLacks() async throws {
        // Ends with `detect`: no run.
        try await WorkerFixture.with(macros: ["TABLE_SIZE": "(offsetof(deployer_plugin, run))"]) { fixture in
            let outcome = await fixture.run("ok")
            #expect(outcome.status == .failed)
            #expect(outcome.summary.contains("has no run"), "\(outcome.summary)")
        }
        for size in ["0", "8", "20"] {
            try await WorkerFixture.with(macros: ["TABLE_SIZE": size]) { fixture in
                let outcome = await fixture.run("ok")
                #expect(outcome.status == .failed)
                #expect(outcome.summary.contains("describe"), "\(outcome.summary)")
            }
        }
    }

    @Test(arguments: [
        (["LEAST_MINOR": "1000"], "ABI 1.1000"), (["MOCK_REFUSES": ""], "this mock wants no host"),
        (["MOCK_REFUSES_SILENTLY": ""], "without a reason"), (["MOCK_NO_ENTRY": ""], "codex_deployer_plugin_entry_v1"),
    ])
    func refusalIsToldWithItsReason(_ macros: [String: String], _ reason: String) async throws {
        try await WorkerFixture.with(macros: macros) { fixture in
            let outcome = await fixture.run("ok")
            #expect(outcome.status == .failed)
            #expect(outcome.summary.contains(reason), "\(outcome.summary)")
            #expect(outcome.diagnostics.contains { $0.code == "plugin.refused" })
        }
    }

    @Test func stringsThatAreNoneAreRefusedOrRepaired() async throws {
        try await WorkerFixture.with { fixture in
            let log = WorkerFixture.Log()
            let outcome = await fixture.run("strings", log: log)
            #expect(outcome.status == .ok)
            #expect(log.texts.contains { $0.contains("\u{FFFD}") })
            #expect(outcome.outputs["null"] == "2" && outcome.outputs["no-key"] == "2")
            #expect(outcome.outputs["no-detection"] == "2" && outcome.outputs["empty"] == "0")
            for key in ["large-value", "large-key", "large-state"] { #expect(outcome.outputs[key] == "3") }
            #expect(outcome.outputs["long-line"] == "0")
            #expect(log.lines.contains { $0.text.utf8.count == 65_536 })
            #expect(outcome.checkpoint == nil)
        }
    }

    @Test func lateAndForeignCallsAreRefused() async throws {
        try await WorkerFixture.with { fixture in
            let log = WorkerFixture.Log()
            #expect(await fixture.run("late", log: log).status == .ok)
            #expect(log.texts.contains("late call answered 1 1"))
            #expect(!log.texts.contains("too late"))
            let outcome = await fixture.run("foreign-token")
            #expect(outcome.outputs["foreign"] == "1" && outcome.outputs["zero"] == "1")
        }
    }

    @Test func sinksTakeCallsFromManyThreads() async throws {
        try await WorkerFixture.with { fixture in
            let log = WorkerFixture.Log()
            #expect(await fixture.run("threads", log: log).status == .ok)
            #expect(log.texts.filter { $0 == "from a thread" }.count == 8000)
        }
    }

    @Test func diagnosticsAndOutputsAreBounded() async throws {
        try await WorkerFixture.with { fixture in
            let log = WorkerFixture.Log()
            #expect(await fixture.run("diagnostics", log: log).diagnostics.count == 10_000)
            #expect(log.texts.contains { $0.contains("2000 further diagnostics") })
            #expect(await fixture.run("outputs").outputs.count == 1000)
        }
    }

    @Test func whatAPluginPrintsBecomesLogLines() async throws {
        try await WorkerFixture.with { fixture in
            let log = WorkerFixture.Log()
            _ = await fixture.run("print", log: log)
            #expect(log.lines.contains { $0.text == "on stdout" && $0.stream == .stdout })
            #expect(log.lines.contains { $0.text == "no line end" && $0.stream == .stdout })
            #expect(log.lines.contains { $0.text == "on stderr" && $0.stream == .stderr })
            #expect(log.lines.allSatisfy { $0.service?.text == "api" && $0.stage == .build })
        }
    }

    @Test func workerHasNothingOfTheHost() async throws {
        setenv("MOCK_HOST_VARIABLE", "a-secret-of-the-host", 1)
        defer { unsetenv("MOCK_HOST_VARIABLE") }
        // A descriptor that would leak: not close-on-exec.
        let leak = open("/dev/null", O_RDONLY)
        defer { close(leak) }
        try await WorkerFixture.with { fixture in
            let told = await fixture.run("own-process").outputs
            #expect(told["leaks"] == "0" && told["open"] == "2")
            #expect(told["secret"] == "absent" && told["blocked"] == "0")
            #expect(told["session"] != "\(getsid(0))")
        }
    }

    @Test func testReportIsRead() async throws {
        try await WorkerFixture.with { fixture in
            let report = try #require(await fixture.run("report").tests)
            #expect(report.passed == ["S.c"])
        }
    }

    @Test func stagesThatAreNotOfferedAndVerificationAreHeldApart() async throws {
        try await WorkerFixture.with { fixture in
            #expect(await fixture.run("ok") { $0.stage = .rollback }.status == .unsupported)
            #expect(await fixture.run("ok") { $0.service.kind = "other" }.status == .unavailable)
            let deploy = await fixture.run("ok") {
                $0.stage = .deploy
                $0.mended = $0.service.name
            }
            #expect(deploy.status == .unsupported)
            let build = await fixture.run("unknown-service") { $0.mended = $0.service.name }
            #expect(build.outputs["supervise"] == "no" && build.outputs["offered"] == "no")
        }
    }

    /// Legal by the header in each part, and too much in all: refused, and no reason to kill anybody.
    @Test func diagnosticThatIsTooLargeIsRefused() async throws {
        try await WorkerFixture.with { fixture in
            let outcome = await fixture.run("huge-diagnostic")
            #expect(outcome.status == .ok, "\(outcome.summary)")
            #expect(outcome.outputs["all"] == "3" && outcome.outputs["some"] == "0")
            #expect(outcome.diagnostics.map(\.code) == ["mock.huge"])
        }
    }

    @Test func whatOneOperationMakesTheHostKeepIsBounded() async throws {
        try await WorkerFixture.with(keptBytes: 1 << 20) { fixture in
            let log = WorkerFixture.Log()
            let outcome = await fixture.run("many-outputs", log: log)
            #expect(outcome.status == .ok)
            #expect(outcome.outputs.values.reduce(0) { $0 + $1.utf8.count } <= 1 << 20)
            #expect(outcome.outputs.count == 10)
            #expect(log.texts.contains { $0.contains("20 further outputs are not kept") })
            let failed = await fixture.run("huge-diagnostic")
            #expect(failed.diagnostics.isEmpty)
            let lines = WorkerFixture.Log()
            #expect(await fixture.run("empty-lines", log: lines).status == .ok)
            #expect(lines.lines.count < 50_000, "a frame of many lines is many lines")
            let long = WorkerFixture.Log()
            #expect(await fixture.run("long-lines", log: long).status == .ok)
            #expect(long.texts.reduce(0) { $0 + $1.utf8.count } < 20 << 20, "few lines of many bytes are a flood")
        }
    }

    @Test func optionsAreCheckedByThePlugin() async throws {
        try await WorkerFixture.with { fixture in
            var service = fixture.request("ok").service
            #expect(await fixture.runner.check(service).problems == [])
            service.options = .object(["do": .string("ok"), "x": .string("invalid")])
            let problems = try #require(await fixture.runner.check(service).problems)
            #expect(problems.map(\.group) == ["/do"])
            #expect(problems.map(\.message) == ["must be a word"])
        }
    }

    @Test func detectAsksThePlugin() async throws {
        try await WorkerFixture.with { fixture in
            let nothing = await fixture.runner.detect(sourceDirectory: fixture.folder)
            #expect(nothing.found.isEmpty && nothing.isComplete)
            #expect(FileManager.default.createFile(atPath: "\(fixture.folder)/mock.mock", contents: nil))
            #expect(
                await fixture.runner.detect(sourceDirectory: fixture.folder).found == [
                    Detection(plugin: "mock", kind: "mock", confidence: 80, evidence: "mock.mock found")
                ])
        }
    }

    /// What a plugin that crashed would have said is not known: nobody may take it for "none of mine".
    @Test(arguments: ["segv", "exit0"]) func pluginThatFailsInDetectHasNotAnswered(how: String) async throws {
        try await WorkerFixture.with(macros: ["MOCK_DETECT": "\"\(how)\""]) { fixture in
            let answer = await fixture.runner.detect(sourceDirectory: fixture.folder)
            #expect(answer.found.isEmpty && !answer.isComplete)
        }
    }
}
