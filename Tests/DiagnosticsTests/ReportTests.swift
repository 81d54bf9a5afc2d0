import Diagnostics
import Foundation
import Model
import Testing

@Suite struct ReportTests {
    private let old = "1111111111111111111111111111111111111111"
    private let new = "2222222222222222222222222222222222222222"

    private func context() throws -> ReportBuilder.Context {
        var context = ReportBuilder.Context(
            service: try #require(ServiceName("gateway/api")), revision: try #require(Revision(new)),
            createdAt: Timestamp(seconds: 1_795_440_512))
        context.cycle = 17
        context.lastGood = Revision(old)
        context.command = ["swift", "build", "--token", "hunter2"]
        context.termination = .exited(code: 1)
        context.change = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+hunter2\n"
        context.log = LogExcerpt(head: "\u{1B}[31mhead\u{1B}[0m hunter2", tail: "tail", omitted: 3)
        return context
    }

    private func outcome() -> StageOutcome {
        var outcome = StageOutcome(stage: .build, status: .failed, summary: "build failed with 1 error")
        var error = Diagnostic(
            .error, code: "swift.compile", message: "cannot find 'hunter2' in scope",
            location: FileLocation(file: "Sources/App/main.swift", line: 10, column: 3))
        error.notes = [.init(message: "here", location: FileLocation(file: "Sources/App/main.swift", line: 12))]
        error.fixIts = [
            FixIt(
                file: "Sources/App/main.swift", startLine: 10, startColumn: 3, endLine: 10, endColumn: 5,
                replacement: "x\u{200B}")
        ]
        outcome.diagnostics = [
            Diagnostic(
                .warning, code: "swift.compile", message: "unused",
                location: FileLocation(file: "Sources/App/main.swift", line: 40)), error,
            Diagnostic(
                .error, code: "swift.compile", message: "foreign",
                location: FileLocation(file: "/usr/include/x.h", line: 1)),
        ]
        outcome.tests = TestReport(suites: [
            .init(
                name: "A", framework: "XCTest",
                cases: [
                    .init(name: "good", result: .passed, duration: 1),
                    .init(name: "bad", result: .failed, duration: 1, failures: [.init(message: "hunter2")]),
                ]),
            .init(name: "B", framework: "XCTest", cases: [.init(name: "good", result: .passed, duration: 1)]),
        ])
        return outcome
    }

    private func report() throws -> (FailureReport, asked: [String]) {
        var asked: [String] = []
        let report = ReportBuilder().report(
            [StageOutcome(stage: .plan, status: .ok, summary: ""), outcome()], context: try context(),
            source: { file in
                asked.append(file)
                return (1...45).map { "line \($0)" }.joined(separator: "\n")
            }, mask: { $0.split(separator: "hunter2", omittingEmptySubsequences: false).joined(separator: "***") })
        return (try #require(report), asked)
    }

    @Test func successMakesNoReport() throws {
        for status in [StageStatus.ok, .noChange, .unsupported] {
            let outcomes = [StageOutcome(stage: .build, status: status, summary: "")]
            #expect(ReportBuilder().report(outcomes, context: try context(), source: { _ in nil }) == nil)
        }
    }

    @Test func errorsComeFirstAndTheirLinesAreShown() throws {
        let (report, asked) = try report()
        #expect(report.diagnostics.map(\.severity) == [.error, .error, .warning])
        #expect(asked == ["Sources/App/main.swift"], "each own file once, foreign ones never")
        #expect(report.sources.map(\.firstLine) == [5, 35])
        #expect(report.sources.map(\.marked) == [[10, 12], [40]])
        #expect(report.sources[0].lines == (5...17).map { "line \($0)" })
        #expect(report.sources[1].lines.last == "line 45")
        #expect(report.id == "17-gateway+api-222222222222-build")
        #expect(report.failedTests?.suites.map(\.name) == ["A"])
        #expect(report.failedTests?.suites[0].cases.map(\.name) == ["bad"])
    }

    @Test func noSecretAndNoControlCharacterIsInTheDocument() throws {
        let (report, _) = try report()
        let text = String(decoding: try report.json(), as: UTF8.self)
        #expect(!text.contains("hunter2"))
        #expect(text.contains("***"))
        #expect(!text.contains("\\u001b") && !text.contains("\u{1B}"))
        #expect(report.log?.head == "head ***")
        #expect(report.diagnostics[0].fixIts[0].replacement == "x\u{200B}", "an edit is not a text for readers")
    }

    @Test func theDocumentReadsBackAsItWas() throws {
        let (report, _) = try report()
        let bytes = try report.json()
        let decoded = try JSONDecoder().decode(FailureReport.self, from: Data(bytes))
        #expect(decoded == report)
    }

    @Test func longDiffsAreCutAtALineEnd() throws {
        var builder = ReportBuilder()
        builder.changeCharacters = 100
        var context = try context()
        context.change = (1...100).map { "+line \($0)\n" }.joined()
        let report = try #require(builder.report([outcome()], context: context, source: { _ in nil }))
        let change = try #require(report.change)
        #expect(change.diff.hasSuffix("\n") && change.diff.count <= 100)
        #expect(change.diff.count + change.omitted == context.change?.count)
        #expect(report.sources.isEmpty)
    }

    @Test func findingsBeyondTheLimitAreCounted() throws {
        var builder = ReportBuilder()
        builder.diagnosticLimit = 1
        let report = try #require(builder.report([outcome()], context: try context(), source: { _ in nil }))
        #expect(report.diagnostics.count == 1)
        #expect(report.omittedDiagnostics == 2)
        #expect(report.fingerprint == DiagnosticSet(outcome().diagnostics).fingerprint)
    }

    @Test func sarifNamesRulesPlacesNotesAndFixes() throws {
        let (report, _) = try report()
        let bytes = try SARIFLog.document(report, version: "1.0", root: "repos/my api")
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        #expect(document["version"]?.string == "2.1.0")
        guard case .array(let runs)? = document["runs"], case .array(let results)? = runs.first?["results"] else {
            Issue.record("no results")
            return
        }
        #expect(results.count == 3)
        #expect(results.map { $0["level"]?.string } == ["error", "error", "warning"])
        let artifacts = results.compactMap { result -> String? in
            guard case .array(let places)? = result["locations"] else { return nil }
            return places.first?["physicalLocation"]?["artifactLocation"]?["uri"]?.string
        }
        #expect(artifacts[0] == "repos/my%20api/Sources/App/main.swift")
        #expect(artifacts[1] == "file:///usr/include/x.h")
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\"startLine\":10"))
        #expect(text.contains("\"deletedRegion\":{\"endColumn\":5,\"endLine\":10,\"startColumn\":3,\"startLine\":10}"))
        #expect(text.contains("\"codexDeployer/v1\""))
        #expect(results[0]["ruleId"]?.string == "swift.compile")
    }
}

@Suite struct LineEndTests {
    @Test func sourcesWithCarriageReturnsHaveLinesToo() throws {
        let diagnostic = Diagnostic(
            .error, code: "swift.compile", message: "no", location: FileLocation(file: "a.swift", line: 2, column: 1))
        let source = "one\r\ntwo\r\nthree\r\n"
        var outcome = StageOutcome(stage: .build, status: .failed, summary: "failed")
        outcome.diagnostics = [diagnostic]
        let context = ReportBuilder.Context(
            service: try #require(ServiceName("x")),
            revision: try #require(Revision("1111111111111111111111111111111111111111")))
        let report = ReportBuilder().report([outcome], context: context, source: { _ in source })
        #expect(report?.sources.first?.lines == ["one", "two", "three", ""])
    }
}
