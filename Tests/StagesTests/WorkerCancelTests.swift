import Foundation
import Model
import TestSupport
import Testing

@testable import Stages

/// Cancelling the task ends the stage: politely where the plugin listens, by force where it does not.
@Suite struct WorkerCancelTests {
    @Test func pluginThatListensEndsByItself() async throws {
        try await WorkerFixture.with(grace: .seconds(20)) { fixture in
            let request = fixture.request("heed", timeout: .seconds(60))
            let outcome = await cancelled(fixture, request, after: .milliseconds(300))
            #expect(outcome.status == .cancelled)
            #expect(outcome.outputs["before"] == "0" && outcome.outputs["after"] == "1")
            #expect(outcome.duration.duration < .seconds(10))
        }
    }

    @Test func pluginThatDoesNotListenIsKilled() async throws {
        try await WorkerFixture.with(grace: .milliseconds(300)) { fixture in
            let request = fixture.request("hang", timeout: .seconds(60))
            let outcome = await cancelled(fixture, request, after: .milliseconds(200))
            #expect(outcome.status == .cancelled)
            #expect(outcome.diagnostics.contains { $0.code == "plugin.hang" })
            #expect(outcome.duration.duration < .seconds(10))
            #expect(Remains.of(request.operation).isEmpty)
        }
    }

    @Test func cancellationBeforeTheStartEndsAtOnce() async throws {
        try await WorkerFixture.with { fixture in
            let request = fixture.request("heed", timeout: .seconds(60))
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return await fixture.runner.run(request) { _ in }
            }
            task.cancel()
            #expect(await task.value.status == .cancelled)
        }
    }

    @Test func pluginThatListensToItsDeadlineIsTimedOut() async throws {
        try await WorkerFixture.with(grace: .seconds(20)) { fixture in
            let outcome = await fixture.run("heed", timeout: .milliseconds(300))
            #expect(outcome.status == .timedOut)
            #expect(outcome.diagnostics.contains { $0.code == "stage.timeout" })
        }
    }

    @Test func resultWithinTheGracePeriodCounts() async throws {
        try await WorkerFixture.with(grace: .seconds(20)) { fixture in
            let outcome = await fixture.run("heed-ok", timeout: .milliseconds(300))
            #expect(outcome.status == .ok)
        }
    }

    @Test func commandsOfTheStageEndWithIt() async throws {
        try await WorkerFixture.with(process: ProcessRunner(), grace: .seconds(10)) { fixture in
            let request = fixture.request("shell-hang", timeout: .seconds(60))
            let outcome = await cancelled(fixture, request, after: .milliseconds(500))
            #expect(outcome.status == .cancelled || outcome.status == .ok)
            #expect(outcome.outputs["result"]?.hasPrefix("3 ") == true, "\(outcome.outputs)")
            #expect(Remains.of(request.operation).isEmpty)
        }
    }

    private func cancelled(
        _ fixture: WorkerFixture, _ request: StageRequest, after delay: Duration
    ) async -> StageOutcome {
        let task = Task { await fixture.runner.run(request) { _ in } }
        try? await Task.sleep(for: delay)
        task.cancel()
        return await task.value
    }
}
