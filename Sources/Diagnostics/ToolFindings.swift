package import Model

/// What one build or test came to, out of everything it left: printed text, `.dia` files, event stream and
/// crash reports tell of the same findings, each knowing something the others do not.
package struct ToolFindings: Sendable, Hashable {
    package var diagnostics: [Diagnostic]
    /// Nil when no tests ran.
    package var tests: TestReport?

    /// - Parameter console: after its `finish`.
    /// - Parameter serialized: of `SerializedDiagnostics.load`.
    /// - Parameter events: of `TestEventStream.finish`; takes the place of what the console said of Swift Testing.
    /// - Parameter crashes: of `CrashReport.load`; each gives its frames to the crash that the console told of.
    package init(
        console: SwiftOutputParser, serialized: [Diagnostic] = [], events: TestRun? = nil,
        crashes: [CrashReport] = [], stage: Stage? = nil
    ) {
        var found = SerializedDiagnostics.merge(text: console.diagnostics, serialized: serialized)
        if let events, !events.report.suites.isEmpty {
            found.removeAll { $0.code == DiagnosticCode.swiftTesting }
            found += Self.without(crashesOf: events, in: found)
        }
        for crash in crashes { Self.attach(crash, to: &found, stage: stage) }
        diagnostics = found
        let reports = [console.testReport, events?.report].compactMap { $0 }
        tests = reports.first.map { first in reports.dropFirst().reduce(first) { $0.merging($1) } }
        place(crashes.first)
    }

    /// The event stream knows which test did not end; the console knows why. One finding says both.
    private static func without(crashesOf events: TestRun, in found: [Diagnostic]) -> [Diagnostic] {
        guard found.contains(where: { $0.code == DiagnosticCode.crash }) else { return events.diagnostics }
        return events.diagnostics.filter { $0.code != DiagnosticCode.crash }
    }

    private static func attach(_ crash: CrashReport, to found: inout [Diagnostic], stage: Stage?) {
        var full = crash.diagnostic(stage: stage)
        guard let place = found.firstIndex(where: { $0.code == DiagnosticCode.crash && !$0.hasFrames }) else {
            if !found.contains(where: { $0.code == DiagnosticCode.crash && $0.location == full.location }) {
                found.append(full)
            }
            return
        }
        // Without words of the runtime, the report's own (`Bad pointer dereference`) say more than the signal.
        let told = found[place].message
        let isNews = told.hasPrefix("signal ") && !told.contains(crash.reason.lowercased())
        full.message = isNews ? "\(crash.reason): \(told)" : told
        full.location = full.location ?? found[place].location
        full.notes = found[place].notes + full.notes
        full.detail = found[place].detail
        full.stage = found[place].stage ?? stage
        found[place] = full
    }

    /// A test that a crash ended has failed where the crash was.
    private mutating func place(_ crash: CrashReport?) {
        guard let location = crash?.diagnostic().location, var report = tests else { return }
        for suite in report.suites.indices {
            for test in report.suites[suite].cases.indices {
                for failure in report.suites[suite].cases[test].failures.indices
                where report.suites[suite].cases[test].failures[failure].message.hasPrefix("the test did not end") {
                    report.suites[suite].cases[test].failures[failure].location = location
                }
            }
        }
        tests = report
    }
}

extension Diagnostic {
    fileprivate var hasFrames: Bool { notes.contains { $0.location != nil } }
}
