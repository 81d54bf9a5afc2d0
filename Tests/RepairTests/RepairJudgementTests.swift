import Model
import Testing

@testable import Repair

/// Not green and yet better: only where nothing but old test failures is left.
@Suite struct RepairJudgementTests {
    private static func outcome(_ stage: Stage, _ status: StageStatus, errors: [String] = []) -> StageOutcome {
        var outcome = StageOutcome(stage: stage, status: status, summary: "\(stage) \(status.rawValue)")
        outcome.diagnostics = errors.map { Diagnostic(.error, code: "x", message: $0, location: .init(file: "f")) }
        return outcome
    }

    private static func tests(passed: [String], failed: [String]) -> StageOutcome {
        var test = outcome(.test, failed.isEmpty ? .ok : .failed, errors: failed)
        let cases =
            passed.map { TestReport.Case(name: $0, result: .passed, duration: 0) }
            + failed.map { TestReport.Case(name: $0, result: .failed, duration: 0) }
        test.tests = TestReport(suites: [.init(name: "S", framework: "XCTest", cases: cases)])
        return test
    }

    private func isBetter(_ after: [StageOutcome], than before: [StageOutcome]) -> (Bool, Verdict) {
        var verdict = Verdict(feedback: "x", decision: .rejected, reason: "")
        let answer = RepairJudgement.isBetter(after, than: before, patched: [ServiceName("api")!], &verdict)
        return (answer, verdict)
    }

    @Test func oneOfTwoBuildErrorsMendedIsNotEnough() {
        let (answer, verdict) = isBetter(
            [Self.outcome(.build, .failed, errors: ["one"])],
            than: [Self.outcome(.build, .failed, errors: ["one", "two"])])
        #expect(!answer)
        #expect(verdict.fixed.map(\.message) == ["two"])
        #expect(verdict.reason.contains("build") && verdict.reason.contains("one"), "\(verdict.reason)")
    }

    /// Tests that were not run have not failed: the error is what the next attempt has to mend.
    @Test func whatDoesNotBuildIsToldByItsErrorAndNotByTheTestsThatWereNotRun() {
        let (answer, verdict) = isBetter(
            [Self.outcome(.build, .failed, errors: ["missing return"])],
            than: [Self.outcome(.build, .ok), Self.tests(passed: ["a"], failed: [])])
        #expect(!answer && verdict.reason.contains("missing return"), "\(verdict.reason)")
    }

    @Test func oneOfTwoFailingTestsMendedIsBetter() {
        let build = Self.outcome(.build, .ok)
        let before = [build, Self.tests(passed: ["a"], failed: ["b", "c"])]
        #expect(isBetter([build, Self.tests(passed: ["a", "b"], failed: ["c"])], than: before).0)
        #expect(!isBetter([build, Self.tests(passed: ["b"], failed: ["a", "c"])], than: before).0)
        #expect(!isBetter([build, Self.tests(passed: ["a", "b"], failed: ["d"])], than: before).0)
        #expect(!isBetter([build, Self.outcome(.test, .timedOut)], than: before).0)
    }

    /// Nobody knows whether they failed before: there was nothing to run.
    @Test func testsThatFailWhereTheBuildDidAreNotBetter() {
        let (answer, verdict) = isBetter(
            [Self.outcome(.build, .ok), Self.outcome(.test, .failed)],
            than: [Self.outcome(.build, .failed, errors: ["one"])])
        #expect(!answer && verdict.reason.contains("test failed"), "\(verdict.reason)")
    }

    private static func of(_ name: String, _ outcomes: StageOutcome...) -> [StageOutcome] {
        outcomes.map { outcome in
            var outcome = outcome
            outcome.service = ServiceName(name)
            return outcome
        }
    }

    /// What one service had and another has now is not the same finding, however alike they look.
    @Test func whatIsMendedInOneServiceAndBrokenInAnotherIsNotBetter() {
        let build = Self.outcome(.build, .ok)
        let before =
            Self.of("api", build, Self.tests(passed: ["x"], failed: ["a", "b"]))
            + Self.of("web", build, Self.tests(passed: ["a"], failed: ["x"]))
        let after =
            Self.of("api", build, Self.tests(passed: ["x", "b"], failed: ["a"]))
            + Self.of("web", build, Self.tests(passed: ["x"], failed: ["a"]))
        let (answer, verdict) = isBetter(after, than: before)
        #expect(!answer && verdict.reason.contains("web: S.a") && !verdict.reason.contains("api"), "\(verdict.reason)")
        #expect(verdict.introduced.map(\.message) == ["a"])
    }

    @Test func everyServiceHasToBuild() {
        let before = Self.of("api", Self.outcome(.build, .ok), Self.tests(passed: [], failed: ["a", "b"]))
        let after =
            Self.of("api", Self.outcome(.build, .ok), Self.tests(passed: ["b"], failed: ["a"]))
            + Self.of("web", Self.outcome(.build, .failed))
        let (answer, verdict) = isBetter(after, than: before + Self.of("web", Self.outcome(.build, .ok)))
        #expect(!answer && verdict.reason.contains("build of 'web'"), "\(verdict.reason)")
    }

    /// A service that nothing was run of is not said to be verified.
    @Test func whatWasNotTriedIsSaidNotToBe() throws {
        let tried = Self.of("api", Self.outcome(.build, .ok), Self.tests(passed: ["a"], failed: []))
        let skipped = Self.of("web", Self.outcome(.build, .unsupported))
        let names = [
            try #require(ServiceName("api")), try #require(ServiceName("web")), try #require(ServiceName("db")),
        ]
        #expect(
            RepairJudgement.summary(tried + skipped, of: names)
                == "api: build ok, test ok (1 passed, 0 failed); web: not tried; db: not tried")
    }
}
