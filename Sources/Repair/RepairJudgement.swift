import Diagnostics
import Model

/// Whether what was tried is good enough to be committed.
enum RepairJudgement {
    /// A stage that could not be run says nothing about the patch.
    static func refuseInterrupted(_ outcomes: [StageOutcome]) throws(Failure) {
        for outcome in outcomes where [.cancelled, .unavailable, .retryable].contains(outcome.status) {
            throw Failure(
                .init("repair.not-tried"), "\(outcome.stage) could not be run: \(outcome.summary)", scheduling: .retry)
        }
    }

    /// Not green, yet better: everything but tests that failed before is green, something is mended, nothing new is
    /// broken, no test that passed fails.
    ///
    /// A patch that does not build is never better: it would be pushed, and nothing of it could be deployed.
    static func isBetter(_ after: [StageOutcome], than before: [StageOutcome], _ verdict: inout Verdict) -> Bool {
        let comparison = DiagnosticSet.compare(
            from: DiagnosticSet(before.flatMap(\.diagnostics)).errors,
            to: DiagnosticSet(after.flatMap(\.diagnostics)).errors)
        verdict.fixed = comparison.fixed
        verdict.introduced = comparison.introduced
        verdict.remaining = comparison.remaining
        let failed = after.first { !$0.status.allowsProgress }
        let what = failed.map { "\($0.stage): \($0.summary)" } ?? ""
        // Where it does not build no test was run, and that is what its author has to hear.
        let broken = failed?.stage == .build ? [] : broken(after, before)
        let rest = comparison.remaining.first.map { "; still: \($0.line)" } ?? ""
        if !broken.isEmpty {
            verdict.reason =
                "tests fail with the patch that did not before: \(broken.prefix(5).joined(separator: ", "))"
        } else if let first = comparison.introduced.first {
            verdict.reason = "with the patch, \(what); new: \(first.line)"
        } else if let failed, !isOldTestFailure(failed, before: before) {
            verdict.reason = "with the patch, \(what)\(rest)"
        } else if comparison.fixed.isEmpty {
            verdict.reason = "with the patch, \(what)\(rest)"
        } else {
            return true
        }
        return false
    }

    /// Tests that passed and do not with the patch, and tests that fail with it and did not before.
    static func broken(_ after: [StageOutcome], _ before: [StageOutcome]) -> [String] {
        let names = { (outcomes: [StageOutcome], result: TestReport.Case.Result) in
            outcomes.compactMap(\.tests).reduce(into: Set<String>()) { $0.formUnion($1.names(result)) }
        }
        return names(before, .passed).subtracting(names(after, .passed))
            .union(names(after, .failed).subtracting(names(before, .failed))).sorted()
    }

    private static func isOldTestFailure(_ failed: StageOutcome, before: [StageOutcome]) -> Bool {
        failed.stage == .test && failed.status == .failed
            && before.contains { $0.stage == .test && $0.status == .failed }
    }

    static func summary(_ outcomes: [StageOutcome]) -> String {
        guard !outcomes.isEmpty else { return "no stage to run" }
        return outcomes.map { outcome in
            let tests = outcome.tests.map { " (\($0.count(.passed)) passed, \($0.count(.failed)) failed)" } ?? ""
            return "\(outcome.stage) \(outcome.status.rawValue)\(tests)"
        }.joined(separator: ", ")
    }
}

extension TestReport {
    /// `suite.case` of what ended so.
    fileprivate func names(_ result: Case.Result) -> [String] {
        suites.flatMap { suite in suite.cases.filter { $0.result == result }.map { "\(suite.name).\($0.name)" } }
    }
}
