import Foundation
import Model
import PluginConformance
import TestSupport
import Testing

/// The checks that deploy an example, against a kind that deploys for itself and, by macro, does one thing wrong.
@Suite struct DeploymentTests {
    private static let source = "\(HarnessFixture.root)/Tests/MockPlugins/deploying.c"

    private func examine(
        _ flags: [String] = [], filters: [String] = ["deploy.", "rollback.", "state.old"], state: String? = nil,
        isUpdate: Bool = false
    ) async throws -> ConformanceReport {
        try await ScratchDirectory.with { folder in
            let library = "\(folder)/deploying.so"
            try await MockPlugins.compile(Self.source, to: library, flags)
            let example = "\(folder)/example"
            try FileManager.default.createDirectory(atPath: example, withIntermediateDirectories: true)
            try Data("something to deploy\n".utf8).write(to: URL(fileURLWithPath: "\(example)/text"))
            return try await HarnessFixture.examine(library, in: folder, filters: filters) { options, _ in
                options.source = example
                if isUpdate { try Self.makeUpdate(&options, folder) }
                guard let state else { return }
                options.state = "\(folder)/state"
                try Data(state.utf8).write(to: URL(fileURLWithPath: "\(folder)/state"))
            }
        }
    }

    /// As for a kind that deploys elsewhere: the author shows what is live, and gives a change that is seen there.
    private static func makeUpdate(_ options: inout ConformanceOptions, _ folder: String) throws {
        options.change = "\(folder)/change"
        try FileManager.default.createDirectory(atPath: "\(folder)/change", withIntermediateDirectories: true)
        try Data("something else\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/change/text"))
        options.live = {
            let places = try FileManager.default.subpathsOfDirectory(atPath: folder)
            let current = try #require(places.first { $0.hasSuffix("/releases/current") })
            let release = "\(folder)/\(current)/"
            return try FileManager.default.contentsOfDirectory(atPath: release).sorted().map {
                "\($0): \(try String(contentsOfFile: release + $0, encoding: .utf8))"
            }.joined()
        }
    }

    @Test func goodPluginPassesAllOfThem() async throws {
        let report = try await examine(state: "1:\(String(repeating: "0", count: 40))")
        #expect(report.isPassed && report.count("passed") == 5, "\(report.text)")
        #expect(report.findings("deploy.killed").hasPrefix("killed "), "\(report.text)")
        #expect(report.findings("deploy.cancelled").hasPrefix("cancelled "), "\(report.text)")
    }

    @Test func goodPluginPassesAllOfThemWhereWhatIsLiveIsShown() async throws {
        let report = try await examine(isUpdate: true)
        #expect(report.isPassed && report.count("passed") == 4, "\(report.text)")
        #expect(report.findings("deploy.killed").hasPrefix("killed "), "\(report.text)")
        #expect(report.findings("rollback.state").isEmpty, "\(report.text)")
    }

    @Test func updateThatIsBrokenOffAndHalfLiveIsShown() async throws {
        let report = try await examine(["-DTRUSTS_HALF"], filters: ["deploy.killed"], isUpdate: true)
        #expect(report.result("deploy.killed")?.word == "failed", "\(report.text)")
        #expect(report.findings("deploy.killed").contains("is shown in place of '"), "\(report.text)")
    }

    @Test func rollbackThatUndoesNothingIsShown() async throws {
        let report = try await examine(["-DUNDOES_NOTHING"], filters: ["rollback.state"], isUpdate: true)
        let found = report.findings("rollback.state")
        #expect(found.contains("'0: something else' is shown in place of '0: something to deploy'"), "\(report.text)")
    }

    @Test func cancelledDeployThatIsTakenForAWholeOneIsFound() async throws {
        let report = try await examine(["-DTRUSTS_HALF"], filters: ["deploy.cancelled"])
        #expect(report.result("deploy.cancelled")?.word == "failed", "\(report.text)")
        #expect(report.findings("deploy.cancelled").contains("is gone in what is live"), "\(report.text)")
    }

    @Test func deployThatDoesNotHeedItsCancellationIsFound() async throws {
        let report = try await examine(["-DDEAF"], filters: ["deploy.cancelled"])
        #expect(report.result("deploy.cancelled")?.word == "failed", "\(report.text)")
        #expect(report.findings("deploy.cancelled").contains("did not heed its cancellation"), "\(report.text)")
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
        #expect(report.isPassed && report.count("skipped") == 5, "\(report.text)")
        #expect(report.findings("deploy.twice").contains("give --source DIR"))
        #expect(report.findings("rollback.state").contains("it has no stage 'rollback'"))
        #expect(report.findings("state.old").contains("give --state FILE"))
    }
}
