import Foundation
import Model
import TestSupport
import Testing

@testable import Diagnostics

/// `report.schema.json` says what `host report --json` prints.
@Suite struct ReportSchemaTests {
    /// One with every member.
    private static func report(_ termination: ToolTermination) throws -> FailureReport {
        let service = try #require(ServiceName("shop"))
        let revision = try #require(Revision(String(repeating: "c", count: 40)))
        var finding = Diagnostic(
            .error, code: "swift.compile", message: "no", location: FileLocation(file: "a.swift", line: 1, column: 2))
        finding.notes = [.init(message: "here", location: FileLocation(file: "a.swift")), .init(message: "nowhere")]
        finding.fixIts = [
            FixIt(file: "a.swift", startLine: 1, startColumn: 2, endLine: 1, endColumn: 3, replacement: "x")
        ]
        finding.group = "Group"
        finding.detail = "more"
        finding.stage = .test
        var outcome = StageOutcome(stage: .test, status: .failed, summary: "2 tests failed")
        outcome.diagnostics = [finding, Diagnostic(.warning, code: "c", message: "old")]
        let failed = TestReport.Case(
            name: "bad", result: .failed, duration: 0.5,
            failures: [.init(message: "m", location: FileLocation(file: "T.swift", line: 4)), .init(message: "n")])
        outcome.tests = TestReport(suites: [.init(name: "S", framework: "XCTest", cases: [failed])])
        var context = ReportBuilder.Context(service: service, revision: revision)
        context.cycle = 17
        context.lastGood = Revision(String(repeating: "a", count: 40))
        context.command = ["swift", "test"]
        context.termination = termination
        context.change = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
        context.log = LogExcerpt(head: "head", tail: "tail", omitted: 3)
        var report = try #require(ReportBuilder().report([outcome], context: context, source: { _ in "one\ntwo" }))
        report.group = .init(
            name: "all",
            members: [
                .init(service: service, outcome: "failed"), .init(service: service, outcome: "skipped", note: "n"),
            ])
        report.resolved = .init(revision: revision, cycle: 18, deployedAt: Timestamp(seconds: 1))
        return report
    }

    private static func document(_ report: FailureReport) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(try report.json())) as? [String: Any])
    }

    private static func schema() throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: SchemaCheck.ours("report")))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func itHasEveryMemberAndNoOther() throws {
        let written = try Self.document(try Self.report(.exited(code: 1)))
        let members = try #require(try Self.schema()["properties"] as? [String: [String: Any]])
        #expect(Set(written.keys) == Set(members.keys))
        #expect(members["version"]?["const"] as? Int == written["version"] as? Int)
        let statuses = try #require(members["status"]?["enum"] as? [String])
        #expect(Set(statuses) == Set(StageStatus.allCases.map(\.rawValue)))
        let findings = try #require(written["diagnostics"] as? [[String: Any]])
        let definitions = try #require(try Self.schema()["$defs"] as? [String: [String: Any]])
        let known = try #require(definitions["diagnostic"]?["properties"] as? [String: Any])
        #expect(Set(findings.flatMap(\.keys)) == Set(known.keys))
    }

    @Test(.enabled(if: SchemaCheck.absence == nil, "skipped: \(SchemaCheck.absence ?? "")"))
    func reportsAreValidAndTheSchemaRefusesOthers() throws {
        var reports = try [ToolTermination.exited(code: 1), .signalled(number: 9), .timedOut].map {
            try Self.document(try Self.report($0))
        }
        var bare = try Self.report(.timedOut)
        (bare.cycle, bare.lastGood, bare.command, bare.termination, bare.failedTests) = (nil, nil, nil, nil, nil)
        (bare.log, bare.change, bare.group, bare.diagnostics, bare.sources) = (nil, nil, nil, [], [])
        reports.append(try Self.document(bare))
        let right = reports.count
        for (member, value) in [
            ("version", 2), ("revision", "main"), ("termination", ["exited": 1]), ("status", "odd"), ("sources", "x"),
        ] as [(String, Any)] {
            var wrong = reports[0]
            wrong[member] = value
            reports.append(wrong)
        }
        let lines = try reports.map {
            String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self)
        }
        let problems = try SchemaCheck.problems(lines, schema: SchemaCheck.ours("report"))
        let numbers = Set(problems.compactMap { Int($0.prefix { $0 != ":" }) })
        #expect(numbers == Set((right + 1)...lines.count), "\(problems)")
    }
}
