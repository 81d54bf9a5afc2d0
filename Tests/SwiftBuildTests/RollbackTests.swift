import Diagnostics
import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TestSupport
import Testing

@Suite struct RollbackTests {
    /// Deploys in this order; answers with each checkpoint.
    @discardableResult
    private func deploy(_ place: Workplace, _ revisions: String) throws -> [[UInt8]] {
        try revisions.map { revision in
            var call = place.call
            call.revision = Workplace.revision(revision)
            let host = FakeHost()
            _ = try DeployStage(call, Options(), host).install(try place.product(content: "\(revision)"))
            return try #require(host.checkpoints.last)
        }
    }

    private func rollBack(
        _ place: Workplace, _ revision: Character, state: [UInt8]? = nil, previous: Character? = nil
    ) throws -> (result: StageResult, host: FakeHost) {
        var call = place.call
        call.revision = Workplace.revision(revision)
        call.state = state
        call.previousRevision = previous.map(Workplace.revision)
        let host = FakeHost()
        return (StageRun.run(.rollback, call, Options(), host), host)
    }

    /// The releases say where to go; where they do not know either, what runs goes on.
    @Test(arguments: ["", "nonsense", #"{"version": 2, "release": "x"}"#])
    func aStateThatCannotBeReadStopsNothing(_ state: String) async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try deploy(place, "a")
            let (result, host) = try rollBack(place, "a", state: Array(state.utf8))
            #expect(result.status == .failed, "\(result)")
            #expect(host.errors.map(\.code) == ["swift-build.state"])
            #expect(place.live() == "a" && host.stops == 0)
            // One that is known to have been replaced is gone back to.
            try deploy(place, "b")
            #expect(try rollBack(place, "b", state: Array(state.utf8)).result.status == .ok)
            #expect(place.live() == "a")
        }
    }

    @Test func theCheckpointOfTheLastGoodDeploymentLeadsBackToIt() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "abc")
            // b was healthy and is what the daemon remembers; c failed its health check.
            let (result, host) = try rollBack(place, "c", state: states[1], previous: "b")
            #expect(result.status == .ok)
            #expect(place.live() == "b")
            #expect(host.started.map(\.arguments) == [[place.call.store.path(Workplace.revision("b").hex) + "/hello"]])
            #expect(host.outputs["revision"] == Workplace.revision("b").hex)
        }
    }

    @Test func theCheckpointOfTheLiveReleaseLeadsToItsPredecessor() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "abc")
            #expect(try rollBack(place, "c", state: states[2]).result.status == .ok)
            #expect(place.live() == "b")
        }
    }

    @Test(arguments: [nil, Array("not a checkpoint".utf8), []] as [[UInt8]?])
    func withoutACheckpointTheFoldersKnow(_ state: [UInt8]?) async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try deploy(place, "abc")
            #expect(try rollBack(place, "c", state: state).result.status == .ok)
            #expect(place.live() == "b")
        }
    }

    /// The new revision's options are part of what is rolled back.
    @Test func theOldReleaseRunsTheOldWay() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            func options(_ number: String) -> Options {
                var options = Options()
                options.arguments = ["--port", number]
                options.environment = ["MODE": number]
                options.secrets = ["TOKEN": "env:TOKEN_\(number)"]
                options.inherit = ["PROXY_\(number)"]
                options.directory = "/srv/\(number)"
                options.grace = .seconds(Int(number) ?? 0)
                return options
            }
            var states: [[UInt8]] = []
            for (revision, number) in [("a", "1"), ("b", "2")] as [(Character, String)] {
                var call = place.call
                call.revision = Workplace.revision(revision)
                call.environment = ["LEVEL": number]
                let host = FakeHost()
                _ = try DeployStage(call, options(number), host).install(try place.product(content: "\(revision)"))
                states += host.checkpoints
            }
            var call = place.call
            call.revision = Workplace.revision("b")
            call.environment = ["LEVEL": "2", "NEW": "2"]
            call.state = states[0]
            let host = FakeHost()
            #expect(StageRun.run(.rollback, call, options("2"), host).status == .ok)
            let process = try #require(host.started.first)
            #expect(place.live() == "a")
            #expect(process.arguments.dropFirst() == ["--port", "1"])
            #expect(process.environment["MODE"] == "1" && process.environment["LEVEL"] == "1")
            #expect(process.environment["NEW"] == nil)
            #expect(process.secretEnvironment.map(\.reference) == ["env:TOKEN_1"])
            #expect(process.inherit == ["PROXY_1"] && process.directory == "/srv/1" && process.grace == .seconds(1))
        }
    }

    @Test func aReleaseOfAnOlderPluginRunsAsTheOptionsSay() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "ab")
            let file = place.call.store.path(Workplace.revision("a").hex) + "/.release.json"
            let record = try #require(ReleaseRecord([UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))))
            #expect(record.launch != nil && ReleaseRecord(record.bytes) == record)
            var json = try #require(
                try JSONSerialization.jsonObject(with: Data(record.bytes)) as? [String: Any])
            json["launch"] = nil
            try JSONSerialization.data(withJSONObject: json).write(to: URL(fileURLWithPath: file))
            let (result, host) = try rollBack(place, "b", state: states[0])
            #expect(result.status == .ok && host.started.count == 1)
            #expect(place.live() == "a")
        }
    }

    @Test func aReleaseThatIsDeployedAgainRemembersItsNewWay() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try deploy(place, "a")
            var options = Options()
            options.arguments = ["--new"]
            _ = try DeployStage(place.call, options, FakeHost()).install(try place.product(content: "a"))
            #expect(place.call.store.record(of: Workplace.revision("a").hex)?.launch?.arguments == ["--new"])
            #expect(place.live() == "a")
        }
    }

    /// What went from a unit to the daemon's supervision goes back to the unit, and runs once.
    @Test func theOtherWayOfRunningIsStoppedFirst() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "a")
            var options = Options()
            options.systemdUnit = "api.service"
            var call = place.call
            call.revision = Workplace.revision("b")
            call.state = states[0]
            _ = try DeployStage(call, options, FakeHost()).install(try place.product(content: "b"))
            let host = FakeHost()
            host.answer = { _ in ToolEnd(.ended(.exited(code: 0))) }
            #expect(StageRun.run(.rollback, call, options, host).status == .ok)
            #expect(host.commands.map(\.arguments) == [["systemctl", "stop", "api.service"]])
            #expect(host.started.count == 1)
        }
    }

    /// The operator's script does it: a second instance of the service would be in its way.
    @Test func whatTheOperatorsScriptRunsIsLeftToIt() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "ab")
            var call = place.call
            call.revision = Workplace.revision("b")
            call.state = states[0]
            call.isRestartedElsewhere = true
            let host = FakeHost()
            host.conditions = [ServiceCondition(state: .unknown)]
            #expect(StageRun.run(.rollback, call, Options(), host).status == .ok)
            #expect(place.live() == "a")
            #expect(StageRun.run(.health, call, Options(), host).status == .noChange)
            call.revision = Workplace.revision("a")
            call.state = nil
            #expect(StageRun.run(.rollback, call, Options(), host).status == .ok)
            #expect(place.call.store.current == nil)
            #expect(host.started.isEmpty && host.stops == 0)
        }
    }

    @Test func rollingBackTwiceIsRollingBackOnce() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "abc")
            let (first, host) = try rollBack(place, "c", state: states[1])
            #expect(first.status == .ok)
            let (second, _) = try rollBack(place, "c", state: host.checkpoints.last)
            #expect(second.status == .ok)
            #expect(place.live() == "b")
        }
    }

    @Test func whatNeverWentLiveIsNotRolledBack() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "ab")
            let (result, host) = try rollBack(place, "c", state: states[1])
            #expect(result.status == .ok)
            #expect(place.live() == "b")
            #expect(host.started.count == 1)
        }
    }

    @Test func theFirstReleaseHasNothingBeforeItAndIsStopped() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try deploy(place, "a")
            let (result, host) = try rollBack(place, "a")
            #expect(result.status == .ok)
            #expect(result.summary.contains("no release before"))
            #expect(host.stops == 1 && host.started.isEmpty)
            #expect(host.diagnostics.map(\.code) == ["swift-build.no-release"])
            #expect(place.call.store.current == nil)
            #expect(try deploy(place, "a").count == 1)
            #expect(place.live() == "a", "and it can be deployed again")
        }
    }

    @Test func aPredecessorThatIsGoneIsPassedOver() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "abc")
            try FileManager.default.removeItem(atPath: place.call.store.path(Workplace.revision("b").hex))
            #expect(try rollBack(place, "c", state: states[2], previous: "a").result.status == .ok)
            #expect(place.live() == "a")
        }
    }

    @Test func anotherBuildOfTheSameRevisionGoesBackToTheFirst() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let states = try deploy(place, "a")
            var call = place.call
            call.state = states[0]
            _ = try DeployStage(call, Options(), FakeHost()).install(try place.product(content: "other"))
            #expect(place.live() == "other")
            #expect(try rollBack(place, "a", state: states[0]).result.status == .ok)
            #expect(place.live() == "a")
        }
    }

    @Test func thePlanNamesRevisionAndProducts() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            let host = FakeHost()
            #expect(StageRun.run(.plan, place.call, Options(), host).summary.contains("as the first release"))
            #expect(host.changes?.map(\.action) == [.create])
            try deploy(place, "a")
            #expect(StageRun.run(.plan, place.call, Options(), host).status == .noChange)
            #expect(host.changes == [])
            var call = place.call
            call.revision = Workplace.revision("b")
            let result = StageRun.run(.plan, call, Options(), host)
            #expect(result.status == .ok)
            #expect(result.summary == "would build and install bbbbbbbbbbbb in place of aaaaaaaaaaaa: hello")
            let change = PlanChange(
                .update, "release bbbbbbbbbbbb", reason: "it is built and installed in place of aaaaaaaaaaaa: hello")
            #expect(host.changes == [change])
            #expect(host.outputs["live-revision"] == Workplace.revision("a").hex)
            #expect(host.commands.isEmpty)
            #expect(place.live() == "a")
        }
    }
}
