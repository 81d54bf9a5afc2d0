import Foundation
import Model
import PluginKit
import SwiftBuildLogic
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
            try deploy(place, "a")
            #expect(StageRun.run(.plan, place.call, Options(), host).status == .noChange)
            var call = place.call
            call.revision = Workplace.revision("b")
            let result = StageRun.run(.plan, call, Options(), host)
            #expect(result.status == .ok)
            #expect(result.summary == "would build and install bbbbbbbbbbbb in place of aaaaaaaaaaaa: hello")
            #expect(host.outputs["live-revision"] == Workplace.revision("a").hex)
            #expect(host.commands.isEmpty)
            #expect(place.live() == "a")
        }
    }
}
