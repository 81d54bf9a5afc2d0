import Foundation
import Model
import TestSupport
import Testing

@testable import Stages

/// A plugin that does its worst costs one stage: the outcome says what happened, within its deadline, nothing is left, and
/// the next plugin works.
@Suite struct WorkerFaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var behaviour: String
        var code: String
        /// What the summary must name.
        var says: String
        var testDescription: String { behaviour }
    }

    static let faults = [
        Fault(behaviour: "segv", code: "plugin.crash", says: "SIGSEGV"),
        Fault(behaviour: "ill", code: "plugin.crash", says: "SIGILL"),
        Fault(behaviour: "abort", code: "plugin.crash", says: "SIGABRT"),
        Fault(behaviour: "exit0", code: "plugin.crash", says: "exit(0)"),
        Fault(behaviour: "exit3", code: "plugin.crash", says: "exit(3)"),
        Fault(behaviour: "close-socket", code: "plugin.protocol", says: "closed its connection"),
        Fault(behaviour: "garbage-frames", code: "plugin.protocol", says: "no message"),
        Fault(behaviour: "forged-finish", code: "plugin.protocol", says: "another operation"),
        Fault(behaviour: "half-frame", code: "plugin.protocol", says: "no message"),
        Fault(behaviour: "daemon-segv", code: "plugin.crash", says: "SIGSEGV"),
        Fault(behaviour: "print-segv", code: "plugin.crash", says: "SIGSEGV"),
    ]

    @Test(arguments: faults) func faultIsANamedFailureAndLeavesNothing(_ fault: Fault) async throws {
        try await WorkerFixture.with { fixture in
            let log = WorkerFixture.Log()
            let request = fixture.request(fault.behaviour, timeout: .seconds(15))
            let began = ContinuousClock.now
            let outcome = await fixture.runner.run(request) { log.add($0) }
            #expect(outcome.status == .failed)
            #expect(outcome.summary.contains(fault.says), "\(outcome.summary)")
            #expect(outcome.summary.contains("'mock'"))
            #expect(outcome.diagnostics.contains { $0.code == fault.code && $0.isError })
            #expect(ContinuousClock.now - began < .seconds(10))
            #expect(outcome.stageTime.duration > .zero && outcome.stageTime.duration <= outcome.duration.duration)
            expectNothingLeft(request.operation, outcome)
            if fault.behaviour == "print-segv" { #expect(log.texts.contains("last words")) }
            #expect(await fixture.run("ok").status == .ok)
        }
    }

    @Test(arguments: ["hang", "daemon-hang", "stop-itself"])
    func hangIsEndedAtTheDeadlineAndTheGracePeriod(_ behaviour: String) async throws {
        try await WorkerFixture.with(grace: .milliseconds(300)) { fixture in
            let request = fixture.request(behaviour, timeout: .milliseconds(500))
            let began = ContinuousClock.now
            let outcome = await fixture.runner.run(request) { _ in }
            #expect(outcome.status == .timedOut)
            #expect(outcome.summary.contains("was killed"), "\(outcome.summary)")
            #expect(outcome.diagnostics.contains { $0.code == "plugin.hang" })
            #expect(ContinuousClock.now - began > .milliseconds(790))
            #expect(ContinuousClock.now - began < .seconds(8))
            expectNothingLeft(request.operation, outcome)
            #expect(await fixture.run("ok").status == .ok)
        }
    }

    @Test func constructorThatCrashesOrHangsIsAnOutcomeToo() async throws {
        try await WorkerFixture.with(macros: ["MOCK_CONSTRUCTOR": "\"segv\""]) { fixture in
            let outcome = await fixture.run("ok")
            #expect(outcome.status == .failed)
            #expect(outcome.summary.contains("SIGSEGV"))
        }
        try await WorkerFixture.with(grace: .milliseconds(200), macros: ["MOCK_CONSTRUCTOR": "\"hang\""]) { fixture in
            let outcome = await fixture.run("ok", timeout: .milliseconds(300))
            #expect(outcome.status == .timedOut)
        }
    }

    @Test(arguments: [("open-segv", "SIGSEGV"), ("open-silent", "invalid-config")])
    func faultInOpenIsReported(_ option: String, _ says: String) async throws {
        try await WorkerFixture.with { fixture in
            let outcome = await fixture.run("ok") {
                $0.service.options = .object(["do": .string("ok"), "then": .string(option)])
            }
            #expect(outcome.status == (option == "open-segv" ? .failed : .invalidConfig))
            #expect(outcome.diagnostics.contains { $0.message.contains(says) }, "\(outcome.diagnostics)")
            if option == "open-segv" { #expect(outcome.summary.contains("in open, before"), "\(outcome.summary)") }
        }
    }

    @Test func hangInOpenHoldsUpNoPlan() async throws {
        try await WorkerFixture.with(grace: .milliseconds(200)) { fixture in
            var service = fixture.request("ok").service
            service.options = .object(["do": .string("open-hang")])
            service.timeouts = ["build": .init(.milliseconds(300))]
            let answer = await fixture.runner.check(service)
            #expect(answer.problems == nil)
            #expect(answer.note?.contains("in open, checking the options of 'api'") == true, "\(answer)")
        }
    }

    @Test func faultInCloseDoesNotUndoAResult() async throws {
        try await WorkerFixture.with { fixture in
            for behaviour in ["close-hangs", "close-crashes"] {
                let outcome = await fixture.run(behaviour)
                #expect(outcome.status == .ok)
                #expect(outcome.diagnostics.contains { $0.severity == .warning && $0.message.contains("close") })
            }
        }
    }

    @Test func daemonThatAPluginLeavesBehindIsEndedThoughItHidesWell() async throws {
        try await WorkerFixture.with { fixture in
            let outcome = await fixture.run("daemon")
            #expect(outcome.status == .ok)
            let pid = try #require(outcome.outputs["daemon"].flatMap { Int32($0) })
            #expect(!Remains.isAlive(pid))
        }
    }

    @Test func hundredMegabytesOfOutputAreTakenInConstantMemory() async throws {
        try await WorkerFixture.with { fixture in
            let before = try residentBytes()
            for behaviour in ["print-100mb", "print-long"] {
                let log = WorkerFixture.Log()
                let outcome = await fixture.run(behaviour, timeout: .seconds(120), log: log)
                #expect(outcome.status == .ok, "\(outcome.summary)")
                #expect(log.lines.count > 100 && log.lines.count < 20_000)
            }
            #expect(try residentBytes() - before < 60 << 20)
        }
    }

    @Test func workerThatCannotBeStartedIsAnOutcome() async throws {
        try await WorkerFixture.with { fixture in
            let runner = PluginRunner(
                catalog: fixture.runner.catalog, worker: "/no/such/worker", services: HostServices())
            let outcome = await runner.run(fixture.request("ok")) { _ in }
            #expect(outcome.status == .failed)
            #expect(outcome.summary.contains("/no/such/worker"))
        }
    }

    @Test func descriptorsDoNotGrow() async throws {
        try await WorkerFixture.with { fixture in
            _ = await fixture.run("ok")
            let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            for behaviour in ["ok", "segv", "exit0", "fail"] { _ = await fixture.run(behaviour) }
            // Other tests run beside this one and hold some of their own.
            let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            #expect(after - before < 60)
        }
    }

    /// The plugin has its guardian's rights. What it leaves behind then is found by its marker, and however much that
    /// prints, the stage ends.
    @Test func pluginThatKillsItsGuardianLeavesNothing() async throws {
        try await WorkerFixture.with { fixture in
            let request = fixture.request("kill-guardian")
            let outcome = await fixture.runner.run(request) { _ in }
            #expect(outcome.status == .failed)
            #expect(outcome.summary.contains("SIGKILL"), "\(outcome.summary)")
            #expect(Remains.of(request.operation).isEmpty)
        }
    }

    /// Once, and again and again.
    @Test(arguments: ["stop-guardian", "hold-guardian"])
    func pluginThatStopsItsGuardianLeavesNothing(_ behaviour: String) async throws {
        try await WorkerFixture.with { fixture in
            let request = fixture.request(behaviour, timeout: .seconds(2))
            let outcome = await fixture.runner.run(request) { _ in }
            #expect(outcome.status == .timedOut, "\(outcome.summary)")
            _ = try #require(outcome.outputs["daemon"])
            expectNothingLeft(request.operation, outcome)
        }
    }

    /// Whoever kills the daemon kills its threads: the guardian hears of it and takes everything along, even when its plugin
    /// has stopped it.
    @Test(arguments: ["daemon-hang", "stop-guardian"])
    func workerEndsWithTheThreadThatStartedIt(_ behaviour: String) async throws {
        try await WorkerFixture.with { fixture in
            let request = fixture.request(behaviour)
            let command = WorkerCommand.run(request, options: StageCall.encoded(request.service.options)).frame(
                operation: 1, library: "\(fixture.folder)/mock.so", hostVersion: "1", features: [], offered: [],
                deadline: .max, timeout: .seconds(60))
            let started = await DedicatedThread.run { () -> (pid: Int32, seen: Int)? in
                guard
                    let worker = try? WorkerProcess.start(
                        executable: BuiltExecutable.path("PluginWorker"),
                        environment: ["DEPLOYER_OPERATION": request.operation])
                else { return nil }
                _ = command.withUnsafeBytes { write(worker.socket, $0.baseAddress, $0.count) }
                // The guardian and the worker carry the marker; the daemon threw it away.
                for _ in 0..<500 where Remains.of(request.operation).count < 2 { usleep(10_000) }
                return (worker.pid, Remains.of(request.operation).count)
            }
            let (pid, seen) = try #require(started)
            #expect(seen == 2)
            let reaped = await DedicatedThread.run { () -> Int32 in
                var status: Int32 = 0
                for _ in 0..<500 {
                    if waitpid(pid, &status, WNOHANG) == pid { return status }
                    usleep(10_000)
                }
                return -1
            }
            #expect(reaped == 0)
            #expect(Remains.of(request.operation).isEmpty)
        }
    }

    private func expectNothingLeft(_ operation: String, _ outcome: StageOutcome) {
        #expect(Remains.of(operation).isEmpty)
        if let pid = outcome.outputs["daemon"].flatMap({ Int32($0) }) { #expect(!Remains.isAlive(pid)) }
    }

    private func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
        return (Int(pages) ?? 0) * 4096
    }
}
