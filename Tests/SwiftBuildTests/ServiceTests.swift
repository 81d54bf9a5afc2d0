import Diagnostics
import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TestSupport
import Testing

@Suite struct ServiceTests {
    private func deployed(_ root: String, run: String? = "hello") throws -> Workplace {
        let place = Workplace(root)
        _ = try DeployStage(place.call, Options(), FakeHost()).install(try place.product(content: "x", run: run))
        return place
    }

    @Test func theServiceRunsFromItsReleaseWithItsEnvironment() async throws {
        try await ScratchDirectory.with { root in
            var place = try deployed(root)
            place.call.environment = ["PORT": "1", "MODE": "live"]
            var options = Options()
            options.arguments = ["--verbose"]
            options.environment = ["PORT": "2"]
            options.secrets = ["TOKEN": "env:API_TOKEN"]
            options.inherit = ["LANGUAGE"]
            options.grace = .seconds(3)
            let host = FakeHost()
            #expect(StageRun.run(.restart, place.call, options, host).status == .ok)
            let process = try #require(host.started.first)
            let folder = place.call.store.path(Workplace.revision("a").hex)
            #expect(process.arguments == [folder + "/hello", "--verbose"])
            #expect(process.directory == folder)
            #expect(process.environment["PORT"] == "2")
            #expect(process.environment["MODE"] == "live")
            #expect(process.environment["SWIFT_BACKTRACE"]?.contains("output-to=\(root)/releases/.crashes/") == true)
            #expect(process.secretEnvironment == [SecretValue("TOKEN", reference: "env:API_TOKEN")])
            #expect(process.inherit == ["LANGUAGE"])
            #expect(process.grace == .seconds(3))
        }
    }

    @Test func theOperatorsOwnBacktraceSettingStands() async throws {
        try await ScratchDirectory.with { root in
            var place = try deployed(root)
            place.call.environment = ["SWIFT_BACKTRACE": "enable=no"]
            let host = FakeHost()
            _ = StageRun.run(.restart, place.call, Options(), host)
            #expect(host.started.first?.environment["SWIFT_BACKTRACE"] == "enable=no")
        }
    }

    @Test func aLibraryHasNothingToRestart() async throws {
        try await ScratchDirectory.with { root in
            let host = FakeHost()
            #expect(StageRun.run(.restart, Workplace(root).call, Options(), host).status == .noChange)
            #expect(StageRun.run(.health, Workplace(root).call, Options(), host).status == .noChange)
            let place = try deployed(root, run: nil)
            #expect(StageRun.run(.restart, place.call, Options(), host).status == .noChange)
            #expect(StageRun.run(.health, place.call, Options(), host).status == .noChange)
            #expect(host.started.isEmpty)
        }
    }

    @Test func aUnitIsRestartedThroughSystemd() async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            var options = Options()
            options.systemdUnit = "hello.service"
            options.systemdUser = true
            let host = FakeHost()
            host.answer = { _ in ToolEnd(.ended(.exited(code: 0))) }
            #expect(StageRun.run(.restart, place.call, options, host).status == .ok)
            #expect(host.commands.map(\.arguments) == [["systemctl", "--user", "restart", "hello.service"]])
            #expect(host.started.isEmpty)
        }
    }

    @Test func aUnitThatDoesNotStartIsReportedWithItsJournal() async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            var options = Options()
            options.systemdUnit = "hello.service"
            let host = FakeHost()
            host.answer = { command in
                command.arguments[0] == "journalctl"
                    ? ToolEnd(.ended(.exited(code: 0)), output: Array("port in use".utf8))
                    : ToolEnd(.ended(.exited(code: 1)))
            }
            #expect(StageRun.run(.restart, place.call, options, host).status == .failed)
            #expect(host.diagnostics.first?.detail == "port in use")
        }
    }

    @Test func withoutSystemdAUnitIsUnavailable() async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            var options = Options()
            options.systemdUnit = "hello.service"
            for stage in [Stage.restart, .health] {
                let host = FakeHost()
                host.answer = { _ in ToolEnd(.notStarted(2)) }
                #expect(StageRun.run(stage, place.call, options, host).status == .unavailable)
            }
        }
    }

    static let now = Timestamp(seconds: 1_800_000_000)

    @Test(arguments: [
        (ServiceCondition(state: .unknown), "sick"),
        (ServiceCondition(state: .stopped), "sick"),
        (ServiceCondition(state: .backoff, restarts: 2, lastExit: 1), "sick"),
        (ServiceCondition(state: .running, startedAt: now), "wait"),
        (ServiceCondition(state: .running, startedAt: now.advanced(by: .seconds(-1))), "wait"),
        (ServiceCondition(state: .running, startedAt: now.advanced(by: .seconds(-2))), "healthy"),
        (ServiceCondition(state: .running, restarts: 1, startedAt: now), "sick"),
        (ServiceCondition(state: .running, restarts: 9, startedAt: now.advanced(by: .seconds(-5))), "healthy"),
        (ServiceCondition(state: .running, startedAt: now.advanced(by: .seconds(60))), "wait"),
        (ServiceCondition(state: .running), "healthy"),
    ])
    func oneLookIsJudgedByItself(_ condition: ServiceCondition, _ verdict: String) {
        let opinion = HealthStage<FakeHost>.opinion(condition, now: Self.now, settle: .seconds(2))
        switch opinion {
        case .healthy: #expect(verdict == "healthy")
        case .sick: #expect(verdict == "sick")
        case .wait(let left): #expect(verdict == "wait" && left > .zero && left <= .seconds(2))
        }
    }

    @Test func aServiceIsWatchedUntilItHasSettled() async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            let host = FakeHost()
            host.conditions = [ServiceCondition(state: .running, pid: 1, startedAt: host.clock)]
            let start = host.clock
            #expect(StageRun.run(.health, place.call, Options(), host).status == .ok)
            #expect(host.clock - start >= Options().settle)
        }
    }

    @Test func aClockThatWasSetBackDoesNotProlongTheWatch() async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            let host = FakeHost()
            host.conditions = [
                ServiceCondition(state: .running, pid: 1, startedAt: host.clock.advanced(by: .seconds(7200)))
            ]
            let start = host.clock
            #expect(StageRun.run(.health, place.call, Options(), host).status == .ok)
            #expect(host.clock - start < .seconds(10))
        }
    }

    @Test func aServiceThatDiesWhileItIsWatchedIsUnhealthy() async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            let log = root + "/runtime.log"
            try Data("starting\nmain.swift:3: Fatal error: Index out of range\n".utf8)
                .write(to: URL(fileURLWithPath: log))
            let host = FakeHost()
            host.conditions = [
                ServiceCondition(state: .running, pid: 1, startedAt: host.clock),
                ServiceCondition(state: .backoff, lastExit: -4, logPath: log),
            ]
            let result = StageRun.run(.health, place.call, Options(), host)
            #expect(result.status == .failed)
            #expect(result.summary.contains("signal 4"))
            let summary = try #require(host.diagnostics.first { $0.code == "runtime.unhealthy" })
            #expect(summary.isError)
            #expect(summary.detail?.contains("Fatal error: Index out of range") == true)
            #expect(host.diagnostics.contains { $0.code == "runtime.crash" })
        }
    }

    @Test func aServiceThatLivesAgainTellsWhereItCrashed() async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            let log = root + "/runtime.log"
            try Data("starting\nmain.swift:3: Fatal error: Index out of range\n".utf8)
                .write(to: URL(fileURLWithPath: log))
            let host = FakeHost()
            host.conditions = [
                ServiceCondition(
                    state: .running, pid: 1, restarts: 1, lastExit: -4,
                    startedAt: host.clock.advanced(by: .seconds(-60)),
                    logPath: log)
            ]
            #expect(StageRun.run(.health, place.call, Options(), host).status == .ok)
            #expect(host.diagnostics.contains { $0.code == "runtime.restarts" && !$0.isError })
            let crash = try #require(host.diagnostics.first { $0.code == "runtime.crash" })
            #expect(crash.isError && crash.message.contains("Index out of range"))
            #expect(!host.diagnostics.contains { $0.code == "runtime.unhealthy" })
        }
    }

    @Test func aWatchEndsWhenItIsCancelled() async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            let host = FakeHost()
            host.conditions = [ServiceCondition(state: .running, startedAt: host.clock)]
            host.isCancelled = true
            #expect(StageRun.run(.health, place.call, Options(), host).status == .cancelled)
        }
    }

    @Test(arguments: [
        (["ActiveState=active\nMainPID=7\nNRestarts=0\n"], StageResult.Status.ok),
        (["ActiveState=activating\n", "ActiveState=active\nMainPID=7\nNRestarts=0\n"], .ok),
        (["ActiveState=failed\nSubState=failed\nResult=exit-code\n"], .failed),
        (["ActiveState=active\nMainPID=7\nNRestarts=0\n", "ActiveState=active\nMainPID=8\nNRestarts=1\n"], .failed),
        (["ActiveState=inactive\nSubState=dead\n"], .failed),
        ([""], .failed),
    ])
    func aUnitIsWatchedThroughSystemd(_ answers: [String], _ status: StageResult.Status) async throws {
        try await ScratchDirectory.with { root in
            let place = try deployed(root)
            var options = Options()
            options.systemdUnit = "hello.service"
            let host = FakeHost()
            var left = answers
            host.answer = { command in
                guard command.arguments[0] == "systemctl" else { return ToolEnd(.ended(.exited(code: 1))) }
                let text = left.count > 1 ? left.removeFirst() : left[0]
                return ToolEnd(.ended(.exited(code: 0)), output: Array(text.utf8))
            }
            let result = StageRun.run(.health, place.call, options, host)
            #expect(result.status == status)
            #expect(host.hasError == (status == .failed))
        }
    }
}
