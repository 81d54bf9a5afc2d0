import Diagnostics
import Model
package import PluginKit
import PluginSupport

/// `swift test`: what each test came to, and why the failed ones failed.
package struct TestStage<Host: StageHost> {
    package let call: StageCall
    package let options: Options
    package let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        if let refusal = Package.missing(in: call, stage: .test, host: host) { return refusal }
        if !options.test { return .noChange("tests are switched off by the option 'test'") }
        let paths = PathMapper(sourceDirectory: call.sourceDirectory)
        let toolchain = Toolchain(options, call: call)
        // Without tests `swift test` builds everything before it says so. The manifest's text is a hint alone: it
        // decides how to ask, not what is true.
        if try !mentionsTests() {
            switch try Package.describe(toolchain, stage: .test, host: host, paths: paths) {
            case .result(let result): return result
            case .description(let description):
                if description.tests.isEmpty { return .noChange("package '\(description.name)' has no tests") }
            }
        }
        let crashes = "\(call.scratchDirectory)/deployer-test-crashes"
        let events = "\(call.scratchDirectory)/deployer-test-events.jsonl"
        try Files.remove(crashes)
        try Files.createFolder(crashes)
        try Files.remove(events)
        let tool = try ToolRun(
            toolchain.test(events: events, crashes: crashes), stage: .test, host: host, paths: paths)
        let evidence = try Evidence(tool, events: events, crashes: crashes, paths: paths)
        try Files.remove(events)
        return conclude(tool, evidence, toolchain: toolchain, paths: paths)
    }

    private func mentionsTests() throws -> Bool {
        guard let manifest = try Files.read("\(call.sourceDirectory)/Package.swift", limit: 8 << 20) else {
            return false
        }
        return String(decoding: manifest, as: UTF8.self).contains("testTarget")
    }

    /// Everything that the run left: what it printed, the event stream, the reports of crashes.
    struct Evidence {
        var report: TestReport?
        var findings: [Diagnostic]

        init(_ tool: ToolRun, events: String, crashes: String, paths: PathMapper) throws {
            var stream = TestEventStream(paths: paths, stage: .test)
            var hasEvents = false
            try Files.stream(events) { bytes in
                hasEvents = true
                stream.consume(bytes)
            }
            var termination: ToolTermination?
            if case .ended(let end) = tool.end.outcome { termination = end }
            let run = stream.finish(termination)
            report = tool.parser.testReport
            if hasEvents { report = report?.merging(run.report) ?? run.report }
            let reports = LastWords.crashes(in: crashes, paths: paths)
            findings = Self.joined(
                console: tool.parser.diagnostics, stream: hasEvents ? run.diagnostics : [], crashes: reports)
        }

        /// Each failure once, as the source that knows most of it tells it: a crash report has places, the console
        /// has the words, the stream has the name of the test.
        static func joined(
            console: [Diagnostic], stream: [Diagnostic], crashes: [CrashReport]
        ) -> [Diagnostic] {
            var findings = console
            if !stream.isEmpty { findings.removeAll { $0.code == DiagnosticCode.swiftTesting } }
            findings += stream
            let told = findings.filter { $0.code == DiagnosticCode.crash }
            guard !crashes.isEmpty else { return findings }
            findings.removeAll { $0.code == DiagnosticCode.crash }
            let words = told.first { $0.message.hasPrefix("Fatal error") } ?? told.first
            findings += crashes.map { $0.diagnostic(message: words?.message, stage: .test) }
            // What names the test that was running goes along.
            for finding in told where finding != words {
                findings[findings.count - 1].notes.append(.init(message: finding.message, location: finding.location))
            }
            return findings
        }
    }

    private func conclude(
        _ tool: ToolRun, _ evidence: Evidence, toolchain: Toolchain, paths: PathMapper
    ) -> StageResult {
        let report = evidence.report.flatMap { $0.suites.isEmpty ? nil : $0 }
        if let report { host.output("test-report", JSON.text(report)) }
        let interruption = tool.interruption(of: "swift test", toolchain: toolchain)
        var findings = evidence.findings
        if report == nil {
            // It did not come to testing: the findings are the build's, whose fix-its are in its serialized form.
            let serialized = SerializedDiagnostics.load(
                scratchDirectory: Package.compiled(toolchain, .debug), paths: paths, stage: .test)
            findings = SerializedDiagnostics.merge(text: findings, serialized: serialized)
            if tool.succeeded { findings.removeAll(where: \.isError) }
        }
        findings = Findings.relevant(findings, paths: paths)
        if !tool.succeeded, interruption == nil {
            findings = Findings.withError(findings, stage: .test, otherwise: "swift test failed without a reason")
        }
        for finding in findings { host.report(finding) }
        if let interruption { return interruption }
        let passed = report?.count(.passed) ?? 0
        let failed = report?.count(.failed) ?? 0
        let skipped = report?.count(.skipped) ?? 0
        let extra = skipped == 0 ? "" : ", \(skipped) skipped"
        if tool.succeeded {
            return report == nil ? .ok("no test ran") : .ok("\(Self.tests(passed)) passed\(extra)")
        }
        let reason = Findings.headline(findings) ?? "swift test failed"
        if report == nil { return .failed("the tests do not build: \(reason)") }
        if failed == 0 { return .failed("the tests did not end well: \(reason)") }
        return .failed("\(Self.tests(failed)) failed, \(passed) passed\(extra): \(reason)")
    }

    private static func tests(_ count: Int) -> String { count == 1 ? "1 test" : "\(count) tests" }
}
