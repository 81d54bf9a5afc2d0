package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads Swift Testing's JSON lines (`--event-stream-output-path`), versions 0 and 6.3.
///
/// Parameterised tests are one case whose failures name their arguments; nested suites are joined by dots behind their
/// module (`AppTests.RouteTests.Nested`). Known issues are no failures.
package struct TestEventStream: Sendable {
    private struct Test {
        var suite: String
        var name: String
        var location: FileLocation?
        var started: Double?
        var isEnded = false
        var failures: [TestReport.Failure] = []
        var running: [String] = []
    }

    private let paths: PathMapper
    private let stage: Stage?
    private var tests: [String: Test] = [:]
    private var order: [String] = []
    private var ledger = TestLedger()
    private var diagnostics: [Diagnostic] = []
    private var partial: [UInt8] = []
    private let decoder = JSONDecoder()

    /// Lines that were no record of a known version; the last line of a crashed run often is one.
    package private(set) var unread = 0

    private static let lineLimit = 1 << 20

    package init(paths: PathMapper, stage: Stage? = nil) {
        self.paths = paths
        self.stage = stage
    }

    /// Takes a piece of the file, cut anywhere.
    package mutating func consume(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == 0x0A {
                take(partial)
                partial.removeAll(keepingCapacity: true)
            } else if partial.count <= Self.lineLimit {
                partial.append(byte)
            }
        }
    }

    /// Takes one record. Lines that are no record of a known version are counted in `unread` and passed over.
    package mutating func consume(line: some StringProtocol) { take(Array(line.utf8)) }

    private mutating func take(_ line: [UInt8]) {
        if line.allSatisfy(\.isBlank) { return }
        guard line.count <= Self.lineLimit, let event = try? decoder.decode(TestEvent.self, from: Data(line)),
            event.version.isKnown
        else {
            unread += 1
            return
        }
        if event.kind == "test" {
            define(event.payload)
        } else if event.kind == "event" {
            apply(event.payload)
        }
    }

    private mutating func define(_ payload: TestEvent.Payload) {
        guard payload.kind == "function", let id = payload.id, let name = payload.name else { return }
        // `AppTests.RouteTests/Nested/deep()/AppTests.swift:13:10`, `AppTests.topLevel()/AppTests.swift:4:2`
        let scrubbed = TextScrubber.scrub(name)
        let whole = Substring(id)
        let path = whole.range(lastOf: name).map { whole[..<$0.lowerBound] } ?? whole
        let suite = path.split(separator: "/").joined(separator: ".")
        if tests[id] == nil { order.append(id) }
        tests[id] = Test(
            suite: TextScrubber.scrub(suite.hasSuffix(".") ? String(suite.dropLast()) : suite), name: scrubbed,
            location: location(payload.sourceLocation))
    }

    private mutating func apply(_ payload: TestEvent.Payload) {
        switch payload.kind {
        case "issueRecorded":
            if let issue = payload.issue { record(issue, payload) }
            return
        default: break
        }
        guard let id = payload.testID, tests[id] != nil else { return }
        switch payload.kind {
        case "testStarted": tests[id]?.started = payload.instant?.absolute ?? 0
        case "testCaseStarted":
            let arguments = arguments(payload)
            tests[id]?.running.append(arguments)
        case "testCaseEnded":
            if let running = tests[id]?.running, !running.isEmpty { tests[id]?.running.removeFirst() }
        case "testSkipped", "testCancelled": end(id, .skipped, at: nil)
        case "testEnded":
            let hasFailed = tests[id]?.failures.isEmpty == false || payload.messages?.first?.symbol == "fail"
            end(id, hasFailed ? .failed : .passed, at: payload.instant?.absolute)
        default: break
        }
    }

    private mutating func record(_ issue: TestEvent.Issue, _ payload: TestEvent.Payload) {
        if issue.isKnown == true { return }
        let severity = issue.severity ?? issue._severity ?? "error"
        let isFailure = issue.isFailure ?? (severity != "warning")
        let words = (payload.messages ?? []).compactMap(\.text).map { TextScrubber.scrub($0) }
        let message = words.isEmpty ? "Issue recorded" : words.joined(separator: " - ")
        let place = location(issue.sourceLocation)
        let test = payload.testID.flatMap { tests[$0] }
        var with = payload._testCase?.displayName.map { " with \($0)" } ?? ""
        // 6.3 does not say which case an issue belongs to; while only one runs there is no doubt.
        if with.isEmpty, let running = test?.running, running.count == 1, !running[0].isEmpty {
            with = " with \(running[0])"
        }
        if isFailure, let id = payload.testID {
            tests[id]?.failures.append(.init(message: message + with, location: place))
        }
        let name = test.map { "\($0.suite).\($0.name)\(with): " } ?? ""
        diagnostics.append(
            Diagnostic(
                isFailure ? .error : .warning, code: DiagnosticCode.swiftTesting, message: name + message,
                location: place ?? test?.location, stage: stage))
    }

    private mutating func end(_ id: String, _ result: TestReport.Case.Result, at instant: Double?) {
        guard let test = tests[id], !test.isEnded else { return }
        tests[id]?.isEnded = true
        let duration = instant.flatMap { end in test.started.map { max(0, end - $0) } } ?? 0
        ledger.record(
            .init(
                name: test.name, result: result, duration: (duration * 1_000_000).rounded() / 1_000_000,
                failures: test.failures), suite: test.suite, framework: SwiftTestingConsole.framework)
    }

    /// Ends the run. A test that started and did not end failed.
    /// - Parameter crashReason: why the process died, such as `SwiftOutputParser.crashReason`; without it, the reason
    ///   is `termination`.
    package mutating func finish(_ termination: ToolTermination? = nil, crashReason: String? = nil) -> TestRun {
        if !partial.isEmpty { take(partial) }
        partial = []
        let reason = crashReason ?? Self.words(termination)
        for id in order {
            guard let test = tests[id], test.started != nil, !test.isEnded else { continue }
            let with = test.running.first { !$0.isEmpty }.map { " (with \($0))" } ?? ""
            let message = "the test did not end: \(reason)\(with)"
            tests[id]?.failures.append(.init(message: message, location: test.location))
            end(id, .failed, at: nil)
            diagnostics.append(
                Diagnostic(
                    .error, code: DiagnosticCode.crash, message: "\(test.suite).\(test.name): \(message)",
                    location: test.location, stage: stage))
        }
        return TestRun(report: ledger.report, diagnostics: diagnostics)
    }

    private static func words(_ termination: ToolTermination?) -> String {
        switch termination {
        case .signalled(let number): "its process was ended by \(Signals.describe(number))"
        case .timedOut: "its process was stopped at its deadline"
        case .exited(let code): "its process exited with status \(code) before it"
        case nil: "its process ended before it"
        }
    }

    /// `Test case passing 1 argument number → 2 to isOdd(_:) started.`
    private func arguments(_ payload: TestEvent.Payload) -> String {
        if let name = payload._testCase?.displayName { return TextScrubber.scrub(name) }
        let text = Substring(TextScrubber.scrub(payload.messages?.first?.text ?? ""))
        guard let start = text.firstRange(ofText: " argument ") ?? text.firstRange(ofText: " arguments "),
            let end = text.range(lastOf: " to ")
        else { return "" }
        return start.upperBound <= end.lowerBound ? String(text[start.upperBound..<end.lowerBound]) : ""
    }

    private func location(_ place: TestEvent.Place?) -> FileLocation? {
        guard let place, let path = place.filePath ?? place._filePath else { return nil }
        return SourceLocation.make(TextScrubber.scrub(path), line: place.line, column: place.column, paths: paths)
    }
}
