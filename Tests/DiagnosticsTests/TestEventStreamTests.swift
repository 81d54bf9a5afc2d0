import Diagnostics
import Foundation
import Model
import Testing

@Suite struct TestEventStreamTests {
    private let fixture = Fixture.named("swift-testing-failure")

    private func run(_ file: String, pieces: Int = 4096) -> TestRun {
        var stream = TestEventStream(paths: fixture.paths, stage: .test)
        var rest = fixture.bytes(file)[...]
        while !rest.isEmpty {
            stream.consume(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        return stream.finish(.exited(code: 1))
    }

    private func outcomes(_ report: TestReport) -> [String: TestReport.Case.Result] {
        var result: [String: TestReport.Case.Result] = [:]
        for suite in report.suites { for test in suite.cases { result["\(suite.name).\(test.name)"] = test.result } }
        return result
    }

    private let expected: [String: TestReport.Case.Result] = [
        "AppTests.topLevel()": .failed, "AppTests.RouteTests.passes()": .passed,
        "AppTests.RouteTests.refuses()": .failed, "AppTests.RouteTests.skipped()": .skipped,
        "AppTests.RouteTests.isOdd(_:)": .failed, "AppTests.RouteTests.pairs(_:_:)": .failed,
        "AppTests.RouteTests.known()": .passed, "AppTests.RouteTests.Nested.deep()": .failed,
        "AppTests.RouteTests.Nested.warned()": .passed, "AppTests.RouteTests.Nested.cancelled()": .failed,
        "AppTests.OffTests.never()": .skipped,
    ]

    @Test(arguments: ["events-0.jsonl", "events-6.3.jsonl"]) func bothVersionsGiveEveryTestItsResult(_ file: String) {
        #expect(outcomes(run(file).report) == expected)
    }

    @Test func failuresSayWhereAndWithWhichArguments() throws {
        for file in ["events-0.jsonl", "events-6.3.jsonl"] {
            let report = run(file).report
            let suite = try #require(report.suites.first { $0.name == "AppTests.RouteTests" })
            let odd = try #require(suite.cases.first { $0.name == "isOdd(_:)" })
            #expect(odd.failures.map(\.location?.description) == ["Tests/AppTests/AppTests.swift:9:61"])
            #expect(odd.failures[0].message.hasPrefix("Expectation failed: (number % 2 → 0) == 1 with "))
            #expect(odd.failures[0].message.hasSuffix("2"))
        }
    }

    @Test func durationsAreThoseBetweenStartAndEnd() throws {
        let report = run("events-6.3.jsonl").report
        let suite = try #require(report.suites.first { $0.name == "AppTests.RouteTests" })
        let passes = try #require(suite.cases.first { $0.name == "passes()" })
        #expect(passes.duration > 0.001 && passes.duration < 0.1)
        let skipped = try #require(suite.cases.first { $0.name == "skipped()" })
        #expect(skipped.duration == 0)
    }

    @Test func knownIssuesAreNoFindingsAndWarningsNoErrors() {
        let found = run("events-6.3.jsonl").diagnostics
        #expect(!found.contains { $0.message.contains("flaky clock") })
        #expect(
            found.filter { !$0.isError }.map(\.message) == [
                "AppTests.RouteTests.Nested.warned(): Issue recorded - slow disk"
            ])
        #expect(found.allSatisfy { $0.code == "swift-testing.issue" && $0.stage == .test })
    }

    @Test(arguments: [1, 13, 1000]) func whereTheStreamIsCutMakesNoDifference(_ pieces: Int) {
        #expect(run("events-6.3.jsonl", pieces: pieces) == run("events-6.3.jsonl", pieces: 1 << 20))
    }

    @Test func aTestThatDidNotEndFailedWithTheSignal() throws {
        let crash = Fixture.named("swift-testing-crash")
        var stream = TestEventStream(paths: crash.paths)
        stream.consume(crash.bytes("events-6.3.jsonl"))
        let run = stream.finish(.signalled(number: 11))
        #expect(outcomes(run.report) == ["AppTests.CrashTests.a()": .passed, "AppTests.CrashTests.b()": .failed])
        #expect(run.diagnostics.map(\.code) == ["runtime.crash"])
        #expect(
            run.diagnostics[0].message
                == "AppTests.CrashTests.b(): the test did not end: its process was ended by signal 11 (segmentation fault)"
        )
        #expect(run.diagnostics[0].location?.line == 5)
    }

    @Test func everyTestThatWasRunningWhenTheStreamBreaksOffFails() {
        let lines = fixture.text("events-6.3.jsonl").split(separator: "\n")
        for count in 0...lines.count {
            var stream = TestEventStream(paths: fixture.paths)
            for line in lines.prefix(count) { stream.consume(line: line) }
            let started = lines.prefix(count).filter {
                $0.contains("\"kind\":\"testStarted\"") && $0.contains("\"Test ")
                    || $0.contains("testStarted") && $0.contains("text\":\"Test ")
            }.count
            let report = stream.finish(.timedOut).report
            #expect(report.count(.passed) + report.count(.failed) == started)
        }
    }

    @Test func foreignLinesAreCountedAndPassedOver() {
        var stream = TestEventStream(paths: fixture.paths)
        stream.consume(line: "no JSON")
        stream.consume(line: "{\"kind\":\"event\"}")
        stream.consume(line: "{\"kind\":\"test\",\"version\":99,\"payload\":{\"kind\":\"function\"}}")
        stream.consume(line: "")
        stream.consume(fixture.bytes("events-0.jsonl"))
        #expect(stream.unread == 3)
        #expect(outcomes(stream.finish().report) == expected)
    }
}
