import Foundation
import Logs
import Model
import Testing

@Suite struct HistoryTextTests {
    private func revision(_ digit: Character) throws -> Revision {
        try #require(Revision(String(repeating: digit, count: 40)))
    }
    private func name(_ text: String) throws -> ServiceName { try #require(ServiceName(text)) }
    private let start = Timestamp(microseconds: 1_795_438_440_125_999)

    private func record() throws -> CycleRecord {
        var build = StageOutcome(
            stage: .build, status: .failed, summary: "the compiler found 1 error\nmore of it", startedAt: start,
            duration: .milliseconds(2400), stageTime: .milliseconds(2300))
        var diagnostic = Diagnostic(
            .error, code: "swift.compile", message: "cannot find 'x' in scope\u{1B}[2J",
            location: FileLocation(file: "Sources/App/main.swift", line: 3, column: 5), stage: .build)
        diagnostic.notes = [.init(message: "did you mean 'y'?", location: FileLocation(file: "a.swift", line: 1))]
        build.diagnostics = [diagnostic]
        var test = StageOutcome(
            stage: .test, status: .failed, summary: "1 test failed", startedAt: start, duration: .seconds(65))
        test.tests = TestReport(suites: [
            .init(
                name: "AppTests", framework: "XCTest",
                cases: [
                    .init(name: "adds", result: .passed, duration: 0.1),
                    .init(
                        name: "subtracts", result: .failed, duration: 0.1,
                        failures: [
                            .init(message: "1 is not 2", location: FileLocation(file: "Tests/A.swift", line: 9))
                        ]),
                    .init(name: "crashed", result: .failed, duration: 0),
                ])
        ])
        var record = CycleRecord(
            id: 12, revision: try revision("a"), previousRevision: try revision("b"), startedAt: start,
            outcome: .failed, log: "logs/build-20261123-125400.log",
            services: [
                ServiceResult(
                    service: try name("api"), outcome: .failed,
                    reasons: [.sourcesChanged(from: try revision("b"), to: try revision("a"))], stages: [build, test]),
                ServiceResult(
                    service: try name("gateway/kong"), outcome: .skipped,
                    note: "'api' of its group 'shop' failed at build"),
                ServiceResult(
                    service: try name("web"), outcome: .deployed, reasons: [.neverDeployed],
                    stages: [
                        StageOutcome(stage: .build, status: .ok, summary: "", startedAt: start, duration: .seconds(1))
                    ]
                ),
            ])
        record.endedAt = start.advanced(by: .milliseconds(70_500))
        return record
    }

    private func status() throws -> StatusDocument {
        let (a, b) = (try revision("a"), try revision("b"))
        let release = Release(revision: a, fingerprint: Fingerprint(tree: a), deployedAt: start)
        func failure(_ retry: Timestamp?, _ quarantined: Bool) -> FailedAttempt {
            FailedAttempt(
                revision: b, fingerprint: Fingerprint(tree: b), stage: .health, summary: "no answer\non port 80",
                attempts: 1, retryAt: retry, isQuarantined: quarantined)
        }
        var shared = failure(nil, true)
        (shared.group, shared.culprit, shared.mayBeLive) = ("shop", try name("bad"), true)
        let states = [
            ServiceState(service: try name("kin"), deployed: release, failure: shared),
            ServiceState(service: try name("api"), deployed: release),
            ServiceState(service: try name("bad"), deployed: release, failure: failure(nil, true)),
            ServiceState(service: try name("retry"), failure: failure(start.advanced(by: .seconds(60)), false)),
        ]
        return StatusDocument(
            workspace: "/srv/deploy", daemonRunning: false, revision: a,
            names: [try name("fresh"), try name("api"), try name("busy"), try name("odd")],
            states: Dictionary(uniqueKeysWithValues: states.map { ($0.service, $0) }),
            running: [try name("busy"): .init(stage: .test, startedAt: start)],
            held: [try name("odd"): "no plugin offers it", try name("bad"): "it failed"],
            groups: [try name("bad"): "shop", try name("kin"): "shop"], lastCycle: try record(),
            feedback: [.init(id: "fix-1", phase: "trying", receivedAt: start)],
            warnings: ["the checkout has changes and is left alone"])
    }

    @Test func statusReadsLikeThis() throws {
        #expect(
            HistoryText().status(try status()) == """
                Workspace  /srv/deploy
                Daemon     not running
                Origin     aaaaaaaaaaaa
                Cycle      12 failed in 1 min 10 s, begun 2026-11-23 12:54:00Z, aaaaaaaaaaaa
                Warning    the checkout has changes and is left alone

                SERVICE  STATE        REVISION      DEPLOYED              NOTE
                fresh    new          -             -
                api      deployed     aaaaaaaaaaaa  2026-11-23 12:54:00Z
                busy     running      -             -                     test since 2026-11-23 12:54:00Z
                odd      held         -             -                     no plugin offers it
                bad      quarantined  aaaaaaaaaaaa  2026-11-23 12:54:00Z  bbbbbbbbbbbb health: no answer
                kin      quarantined  aaaaaaaaaaaa  2026-11-23 12:54:00Z  bbbbbbbbbbbb not released with 'bad', whose health failed: no answer; it could not be rolled back
                retry    failed       -             -                     bbbbbbbbbbbb health: no answer, again at 2026-11-23 12:55:00Z

                FEEDBACK  PHASE   RECEIVED
                fix-1     trying  2026-11-23 12:54:00Z
                """)
    }

    @Test func statusSaysHowFarRepairsAre() throws {
        typealias Entry = StatusDocument.RepairEntry
        func entry(_ service: String, _ state: String, _ attempt: Int, _ left: Entry.Budget) -> Entry {
            Entry(
                service: service, revision: String(repeating: "b", count: 40), stage: "build", coder: "openai",
                state: state,
                attempt: attempt, attempts: 3, left: left)
        }
        var document = try status()
        #expect(!HistoryText().status(document).contains("REPAIR"))
        var (trying, waiting) = (
            entry("a", "trying", 1, .init(attempts: 2, requests: 17)), entry("b", "waiting", 0, .init(attempts: 3))
        )
        trying.feedback = "repair-a-1"
        (waiting.waitsUntil, waiting.why, waiting.fixItsTried) = (
            "2026-11-23T13:00:00.125Z", "the server is away\nfor now", 2
        )
        var stopped = entry("c", "stopped", 3, .init(attempts: 0, requests: 0, tokens: 1000, money: "0.25"))
        stopped.why = "3 attempts were made, and none of them mended it"
        document.repairs = [trying, waiting, stopped]
        let text = HistoryText().status(document)
        #expect(
            text.hasSuffix(
                """

                REPAIR  CODER   STATE    ATTEMPT  LEFT                                    NOTE
                a       openai  trying   1 of 3   17 requests                             repair-a-1
                b       openai  waiting  0 of 3   -                                       2 of the compiler's fix-its tried; until 2026-11-23 13:00:00Z; the server is away
                c       openai  stopped  3 of 3   0 requests, 1000 tokens, 0.25 in money  3 attempts were made, and none of them mended it
                """), "\(text)")
        let data = try JSONEncoder().encode(document)
        #expect(try JSONDecoder().decode(StatusDocument.self, from: data) == document)
    }

    @Test func statusSaysWhetherProcessesRunAndKeepsNotesShort() throws {
        let why = String(repeating: "word ", count: 100)
        let document = StatusDocument(
            workspace: "/srv/deploy", names: [try name("a"), try name("b"), try name("c")], states: [:],
            held: [try name("a"): why], processes: [try name("a"): .stopped, try name("b"): .crashing])
        let lines = HistoryText().status(document).split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("SERVICE  STATE  PROCESS ") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("b        new    crashing ") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("c        new    -  ") }, "\(lines)")
        #expect(lines.allSatisfy { $0.count < 220 }, "\(lines)")
        #expect(lines.last?.contains("host status --json") == true)
        #expect(try JSONDocument.text(document).contains(why))
    }

    @Test func whatWasDeployedWithWarningsSaysSo() throws {
        let warning = Diagnostic(
            .warning, code: "kong.empty", message: "it holds nothing but comments",
            location: FileLocation(file: "kong.yaml", line: 1))
        let release = Release(
            revision: try revision("a"), fingerprint: Fingerprint(tree: try revision("a")), deployedAt: start)
        let api = try name("api")
        func document(_ warned: [Diagnostic]) -> StatusDocument {
            StatusDocument(
                workspace: "/srv/deploy", names: [api], states: [api: ServiceState(service: api, deployed: release)],
                warned: [api: warned])
        }
        let one = HistoryText().status(document([warning]))
        #expect(one.hasSuffix("kong.yaml:1: warning: it holds nothing but comments"), "\(one)")
        let many = document(Array(repeating: warning, count: 7))
        #expect(HistoryText().status(many).hasSuffix("it holds nothing but comments (and 6 more)"))
        #expect(many.healthy && many.services[0].warnings?.count == 5 && many.services[0].warningCount == 7)
        #expect(document([]).services[0].warnings == nil)
    }

    @Test func theLogTellsWarningsOfAStageThatWentWell() throws {
        var outcome = StageOutcome(stage: .build, status: .noChange, summary: "nothing to do", startedAt: start)
        outcome.diagnostics = (1...12).map { Diagnostic(.warning, code: "w", message: "number \($0)") }
        let lines = CycleLines.stageEnded(service: try name("api"), outcome: outcome, at: start)
        #expect(lines.count == 12)
        #expect(lines.first?.text == "warning: number 1" && lines.first?.level == .warning)
        #expect(lines[10].text == "and 2 more warnings; `host show` lists them")
        #expect(lines.last?.level == .info)
    }

    @Test func historyReadsLikeThis() throws {
        var running = CycleRecord(
            id: 13, revision: try revision("c"), previousRevision: nil, startedAt: start, log: "l")
        running.services = [ServiceResult(service: try name("api"), outcome: .running)]
        let document = HistoryDocument([running, try record()], limit: 2)
        #expect(
            HistoryText().history(document) == """
                CYCLE  STARTED                     TOOK  REVISION      OUTCOME  SERVICES
                   13  2026-11-23 12:54:00Z           -  cccccccccccc  running  api (running)
                   12  2026-11-23 12:54:00Z  1 min 10 s  aaaaaaaaaaaa  failed   api (failed), gateway/kong (skipped), web
                Older ones: host history --before 12
                """)
        #expect(
            HistoryText(width: 40).history(document) == """
                CYCLE  REVISION    OUTCOME  SERVICES
                   13  ccccccccc…  running  api (runnin…
                   12  aaaaaaaaa…  failed   api (failed…
                Older ones: host history --before 12
                """)
        #expect(HistoryDocument([try record()], limit: 2).next == nil)
        #expect(HistoryText().history(HistoryDocument([], limit: 2)) == "No cycle has run yet.")
    }

    @Test func showReadsLikeThis() throws {
        #expect(
            HistoryText().show(CycleDocument(try record())) == """
                Cycle 12 failed in 1 min 10 s, begun 2026-11-23 12:54:00Z, aaaaaaaaaaaa
                Revision  \(String(repeating: "a", count: 40))
                Before    \(String(repeating: "b", count: 40))
                Log       logs/build-20261123-125400.log

                api: failed
                  because sources changed (bbbbbbbbbbbb -> aaaaaaaaaaaa)
                  STAGE  STATUS       TOOK  SUMMARY
                  build  failed      2.4 s  the compiler found 1 error
                  test   failed  1 min 5 s  1 test failed
                  Sources/App/main.swift:3:5: error: cannot find 'x' in scope
                    note: a.swift:1: did you mean 'y'?
                  tests: 1 passed, 2 failed, 0 skipped
                  failed: AppTests.subtracts: 1 is not 2 (Tests/A.swift:9)
                  failed: AppTests.crashed: failed

                gateway/kong: skipped
                  'api' of its group 'shop' failed at build

                web: deployed
                  because never deployed here
                  STAGE  STATUS   TOOK  SUMMARY
                  build  ok      1.0 s
                """)
    }

    @Test func tablesKeepToTheTerminal() throws {
        let document = try status()
        for width in 12...160 {
            let text = HistoryText(width: width).status(document)
            for line in text.split(separator: "\n") {
                #expect(TerminalText.width(String(line)) <= width, "\(width): \(line)")
            }
            #expect(text.contains("STATE") || width < 20, "\(width): what matters most stays longest")
        }
    }

    @Test func colourChangesNothingButColour() throws {
        for width in [nil, 80, 60] as [Int?] {
            let plain = HistoryText(width: width).status(try status())
            let painted = HistoryText(width: width, colour: true).status(try status())
            #expect(painted.contains("\u{1B}[31mquarantined\u{1B}[0m"))
            if width == nil {
                let stripped = painted.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { TerminalText.neutralised(String($0)) }.joined(separator: "\n")
                #expect(stripped == plain)
            }
        }
    }

    @Test func theJSONKeysAreTheOnesWePromise() throws {
        func keys(_ value: Any, _ path: String = "") -> Set<String> {
            if let object = value as? [String: Any] {
                return object.reduce(into: []) {
                    $0.formUnion(keys($1.value, "\(path).\($1.key)"))
                    $0.insert("\(path).\($1.key)")
                }
            }
            if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(keys($1, path + "[]")) } }
            return []
        }
        let text = try JSONDocument.text(try status())
        let found = keys(try JSONSerialization.jsonObject(with: Data(text.utf8)))
        let cycle: Set = [
            "", ".id", ".schema", ".revision", ".previousRevision", ".startedAt", ".endedAt", ".durationSeconds",
            ".outcome", ".log", ".services", ".services[].note", ".services[].service", ".services[].outcome",
            ".services[].reasons",
            ".services[].stages", ".services[].stages[].stage", ".services[].stages[].status",
            ".services[].stages[].summary", ".services[].stages[].startedAt", ".services[].stages[].durationSeconds",
            ".services[].stages[].stageSeconds", ".services[].stages[].diagnostics",
            ".services[].stages[].diagnostics[].severity", ".services[].stages[].diagnostics[].code",
            ".services[].stages[].diagnostics[].message", ".services[].stages[].diagnostics[].file",
            ".services[].stages[].diagnostics[].line", ".services[].stages[].diagnostics[].column",
            ".services[].stages[].diagnostics[].notes", ".services[].stages[].tests",
            ".services[].stages[].tests.passed", ".services[].stages[].tests.failed",
            ".services[].stages[].tests.skipped", ".services[].stages[].tests.failures",
            ".services[].stages[].tests.failures[].suite", ".services[].stages[].tests.failures[].test",
            ".services[].stages[].tests.failures[].message", ".services[].stages[].tests.failures[].file",
            ".services[].stages[].tests.failures[].line",
        ]
        let expected: Set = [
            ".schema", ".workspace", ".daemonRunning", ".revision", ".healthy", ".services", ".services[].service",
            ".services[].state", ".services[].deployedRevision", ".services[].deployedAt", ".services[].failure",
            ".services[].failure.revision", ".services[].failure.stage", ".services[].failure.summary",
            ".services[].failure.attempts", ".services[].failure.retryAt", ".services[].failure.quarantined",
            ".services[].failure.mayBeLive", ".services[].failure.group", ".services[].failure.because",
            ".services[].group",
            ".services[].running", ".services[].running.stage", ".services[].running.startedAt", ".services[].held",
            ".feedback",
            ".feedback[].id", ".feedback[].phase", ".feedback[].receivedAt", ".proposals", ".warnings",
        ]
        #expect(found == expected.union(cycle.map { ".lastCycle" + $0 }))
        #expect(text.contains(#""startedAt" : "2026-11-23T12:54:00.125Z""#))
        #expect(text.contains(#""durationSeconds" : 70.5"#))
        #expect(try JSONDocument.text(try status()) == text)
        let decoded = try JSONDecoder().decode(StatusDocument.self, from: Data(text.utf8))
        #expect(decoded == (try status()))
    }
}
