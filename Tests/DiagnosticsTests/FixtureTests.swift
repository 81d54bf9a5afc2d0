import Diagnostics
import Foundation
import Model
import Testing

@Suite struct FixtureTests {
    /// With DIAGNOSTICS_RECORD=1 the answers of today are written beside the fixtures, to be read by people before
    /// they are committed; without it they are compared.
    @Test(arguments: Fixture.all) func recordedOutputGivesTheExpectedDiagnostics(_ fixture: Fixture) throws {
        let found = try Expectation(fixture)
        if ProcessInfo.processInfo.environment["DIAGNOSTICS_RECORD"] == "1" {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            let file = folder.appendingPathComponent("Fixtures/\(fixture.name)/expected.json")
            try (encoder.encode(found) + Data("\n".utf8)).write(to: file)
            return
        }
        let expected = try JSONDecoder().decode(Expectation.self, from: Data(fixture.bytes("expected.json")))
        #expect(found.printed == expected.printed)
        #expect(found.combined == expected.combined)
        #expect(found.tests == expected.tests)
    }

    @Test func thereAreFixturesForAtLeastTwentyFiveClasses() {
        #expect(Fixture.all.count >= 25)
    }

    @Test(arguments: Fixture.all) func everyFailedRunHasAnErrorAndEveryGoodOneHasNone(_ fixture: Fixture) throws {
        let errors = try fixture.findings().diagnostics.filter(\.isError)
        // The package manager reports success after its compiler was killed.
        let isGood = fixture.termination.isSuccess && fixture.name != "compiler-killed"
        #expect(errors.isEmpty == isGood)
        #expect(!errors.contains { $0.code == DiagnosticCode.unexplained })
    }

    @Test(arguments: Fixture.all) func whereTheOutputIsCutMakesNoDifference(_ fixture: Fixture) {
        let whole = fixture.console(pieces: [1 << 20])
        for pieces in [[1], [7], [1, 64, 3, 1000]] {
            let cut = fixture.console(pieces: pieces)
            #expect(cut.diagnostics == whole.diagnostics)
            #expect(cut.testReport == whole.testReport)
        }
    }

    @Test(arguments: Fixture.all) func theFindingsAnsweredPieceByPieceAreAllFindings(_ fixture: Fixture) {
        var parser = SwiftOutputParser(paths: fixture.paths, stage: .build)
        var answered: [Diagnostic] = []
        for line in fixture.text("stdout.txt").split(separator: "\n", omittingEmptySubsequences: false) {
            answered += parser.consume(line: line, from: .stdout)
        }
        for line in fixture.text("stderr.txt").split(separator: "\n", omittingEmptySubsequences: false) {
            answered += parser.consume(line: line, from: .stderr)
        }
        answered += parser.finish(fixture.termination)
        #expect(answered == parser.diagnostics)
    }

    @Test func noPathOfTheMachineThatMadeThemIsInTheFixtures() throws {
        let foreign = ["/home/", "/root/", "/opt/", "/work/", "/Users/"]
        for fixture in Fixture.all {
            for file in fixture.files(ending: "") {
                let text = fixture.text(file)
                for prefix in foreign { #expect(!text.contains(prefix), "\(fixture.name)/\(file) holds \(prefix)") }
            }
        }
    }
}
