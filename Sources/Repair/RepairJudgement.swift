import Diagnostics
import Model

/// Whether what was tried is good enough to be committed.
enum RepairJudgement {
    /// A stage that could not be run says nothing about the patch.
    static func refuseInterrupted(_ outcomes: [StageOutcome]) throws(Failure) {
        // What does not build is refused, whatever could not be run beside it.
        let silent: [StageStatus] = doesBuild(outcomes) ? [.cancelled, .unavailable, .retryable] : [.cancelled]
        for outcome in outcomes where silent.contains(outcome.status) {
            throw Failure(
                .init("repair.not-tried"), "\(outcome.spoken) could not be run: \(outcome.summary)", scheduling: .retry)
        }
    }

    /// Whether no service's build failed.
    static func doesBuild(_ outcomes: [StageOutcome]) -> Bool {
        !outcomes.contains { $0.stage == .build && [.failed, .timedOut].contains($0.status) }
    }

    /// Not green, yet better: everything but what failed before is green, something is mended, nothing new is
    /// broken, no test that passed fails. Each service is compared with itself.
    ///
    /// - Parameter patched: those that the patch is for. One of them that does not build is never better: it would be pushed, and
    ///   nothing of it could be deployed. What only depends on them may be broken for reasons of its own.
    static func isBetter(
        _ after: [StageOutcome], than before: [StageOutcome], patched: [ServiceName], _ verdict: inout Verdict
    ) -> Bool {
        (verdict.fixed, verdict.introduced, verdict.remaining) = ([], [], [])
        for name in services(after + before) {
            let errors = { (outcomes: [StageOutcome]) in
                DiagnosticSet(outcomes.filter { $0.service == name }.flatMap(\.diagnostics)).errors
            }
            let comparison = DiagnosticSet.compare(from: errors(before), to: errors(after))
            verdict.fixed += comparison.fixed
            verdict.introduced += comparison.introduced
            verdict.remaining += comparison.remaining
        }
        let failures = after.filter { !$0.status.allowsProgress }
        let decisive = failures.first { !isOldFailure($0, before: before, patched: patched) }
        // Where only others fail as they did, what is patched is green, and need not have been broken before.
        let isOwn = failures.contains { $0.service.map(patched.contains) ?? true }
        // Of several, the one that keeps it from being good; its own findings before others'.
        let failed = decisive ?? failures.first
        let own = failed.map { Set($0.diagnostics.map(\.line)) } ?? []
        let first = { (found: [Diagnostic]) in found.first { own.contains($0.line) } ?? found.first }
        let what = failed.map { "\($0.spoken): \($0.summary)" } ?? ""
        let broken = broken(after, before)
        let rest = first(verdict.remaining).map { "; still: \($0.line)" } ?? ""
        if !broken.isEmpty, decisive?.stage != .build {
            verdict.reason =
                "tests fail with the patch that did not before: \(broken.prefix(5).joined(separator: ", "))"
        } else if let new = first(verdict.introduced) {
            verdict.reason = "with the patch, \(what); new: \(new.line)"
        } else if decisive != nil || isOwn && verdict.fixed.isEmpty {
            verdict.reason = "with the patch, \(what)\(rest)"
        } else {
            return true
        }
        return false
    }

    /// Tests that passed and do not with the patch, and tests that fail with it and did not before: with their service where
    /// there are several. Nothing of a service that does not build with it: none of its tests was run, and the build is what the
    /// author has to hear.
    static func broken(_ after: [StageOutcome], _ before: [StageOutcome]) -> [String] {
        let services = services(after + before)
        return services.flatMap { name -> [String] in
            let (after, before) = (after.filter { $0.service == name }, before.filter { $0.service == name })
            guard doesBuild(after), after.contains(where: { $0.status != .unsupported }) else { return [] }
            let names = { (outcomes: [StageOutcome], result: TestReport.Case.Result) in
                outcomes.compactMap(\.tests).reduce(into: Set<String>()) { $0.formUnion($1.names(result)) }
            }
            let broken = names(before, .passed).subtracting(names(after, .passed))
                .union(names(after, .failed).subtracting(names(before, .failed))).sorted()
            guard services.count > 1, let name else { return broken }
            return broken.map { "\(name): \($0)" }
        }
    }

    /// In the order in which they were tried.
    private static func services(_ outcomes: [StageOutcome]) -> [ServiceName?] {
        var names: [ServiceName?] = []
        for outcome in outcomes where !names.contains(outcome.service) { names.append(outcome.service) }
        return names
    }

    private static func isOldFailure(_ failed: StageOutcome, before: [StageOutcome], patched: [ServiceName]) -> Bool {
        let ends: [StageStatus] = [.failed, .timedOut]
        let isOthers = failed.service.map { !patched.contains($0) } ?? false
        guard failed.stage == .test && failed.status == .failed || isOthers && ends.contains(failed.status) else {
            return false
        }
        return before.contains {
            $0.service == failed.service && $0.stage == failed.stage && ends.contains($0.status)
        }
    }

    /// What was run of each service, those first that are patched: `api: build ok, test ok (3 passed, 0 failed); web: not tried`.
    static func summary(_ outcomes: [StageOutcome], of services: [ServiceName]) -> String {
        var names = services
        for case let name? in outcomes.map(\.service) where !names.contains(name) { names.append(name) }
        return names.map { name in
            let own = outcomes.filter { $0.service == name }
            guard own.contains(where: { $0.status != .unsupported }) else { return "\(name): not tried" }
            let stages = own.map { outcome in
                if outcome.status == .unsupported { return "\(outcome.stage) not run" }
                let tests = outcome.tests.map { " (\($0.count(.passed)) passed, \($0.count(.failed)) failed)" } ?? ""
                return "\(outcome.stage) \(outcome.status.rawValue)\(tests)"
            }
            return "\(name): \(stages.joined(separator: ", "))"
        }.joined(separator: "; ")
    }
}

extension StageOutcome {
    /// For messages.
    fileprivate var spoken: String { service.map { "\(stage) of '\($0)'" } ?? "\(stage)" }
}

extension TestReport {
    /// `suite.case` of what ended so.
    fileprivate func names(_ result: Case.Result) -> [String] {
        suites.flatMap { suite in suite.cases.filter { $0.result == result }.map { "\(suite.name).\($0.name)" } }
    }
}
