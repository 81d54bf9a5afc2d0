import Foundation
import Model
import PluginConformance
import TestSupport
import Testing

/// The checks that deploy an example, against a kind that deploys for itself and, by macro, does one thing wrong.
@Suite struct DeploymentTests {
    private static let source = "\(HarnessFixture.root)/Tests/MockPlugins/deploying.c"

    private func examine(
        _ flags: [String] = [], filters: [String] = ["deploy.", "rollback.", "state.old"], state: String? = nil
    ) async throws -> ConformanceReport {
        try await ScratchDirectory.with { folder in
            let library = "\(folder)/deploying.so"
            try await MockPlugins.compile(Self.source, to: library, flags)
            let example = "\(folder)/example"
            try FileManager.default.createDirectory(atPath: example, withIntermediateDirectories: true)
            try Data("something to deploy\n".utf8).write(to: URL(fileURLWithPath: "\(example)/text"))
            return try await HarnessFixture.examine(library, in: folder, filters: filters) { options, _ in
                options.source = example
                guard let state else { return }
                options.state = "\(folder)/state"
                try Data(state.utf8).write(to: URL(fileURLWithPath: "\(folder)/state"))
            }
        }
    }

    @Test func goodPluginPassesAllOfThem() async throws {
        let report = try await examine(state: "1:\(String(repeating: "0", count: 40))")
        #expect(report.isPassed && report.count("passed") == 4, "\(report.text)")
        #expect(report.findings("deploy.killed").hasPrefix("killed "), "\(report.text)")
    }

    @Test func deployThatForgetsWhatIsThereIsNamed() async throws {
        let report = try await examine(["-DFORGETFUL"], filters: ["deploy.twice"])
        #expect(report.findings("deploy.twice").contains("the second deploy of the same revision answered ok"))
        #expect(!report.isPassed)
    }

    @Test func halfAReleaseThatIsTakenForAWholeOneIsFound() async throws {
        let report = try await examine(["-DTRUSTS_HALF"], filters: ["deploy.killed"])
        #expect(report.result("deploy.killed")?.word == "failed", "\(report.text)")
        #expect(
            report.findings("deploy.killed").contains("per cent of its time, and deployed again: '"), "\(report.text)")
        #expect(report.findings("deploy.killed").contains("is gone in what is live"), "\(report.text)")
    }

    @Test func rollbackThatUndoesNothingIsFound() async throws {
        let report = try await examine(["-DUNDOES_NOTHING"], filters: ["rollback.state"])
        #expect(
            report.findings("rollback.state").contains("after the rollback, '0' is another in what is live"),
            "\(report.text)")
        #expect(!report.isPassed)
    }

    @Test func deployWithoutACheckpointCannotBeRolledBack() async throws {
        let report = try await examine(["-DKEEPS_NOTHING"], filters: ["rollback.state"])
        #expect(report.findings("rollback.state").contains("left no checkpoint"), "\(report.text)")
        #expect(!report.isPassed)
    }

    @Test func stateOfAnOlderVersionThatIsRefusedIsFound() async throws {
        let report = try await examine(["-DONLY_ITS_OWN"], filters: ["state.old"], state: "1:abc")
        #expect(report.findings("state.old").contains("the state is another version's"), "\(report.text)")
        #expect(!report.isPassed)
    }

    @Test func withoutAnExampleTheyAreSkippedByName() async throws {
        let report = try await HarnessFixture.examine(mock: [:], filters: ["deploy.", "rollback.", "state.old"])
        #expect(report.isPassed && report.count("skipped") == 4, "\(report.text)")
        #expect(report.findings("deploy.twice").contains("give --source DIR"))
        #expect(report.findings("rollback.state").contains("it has no stage 'rollback'"))
        #expect(report.findings("state.old").contains("give --state FILE"))
    }
}
