import Forge
import Model
import Testing

@Suite struct ProposalTextTests {
    private func feedback(_ description: String) -> Feedback {
        Feedback(id: "fb-1", description: description, patch: "")
    }

    private func verdict(findings: Int = 1) throws -> Verdict {
        var verdict = Verdict(feedback: "fb-1", decision: .proposed, reason: "it builds, and 12 tests pass")
        verdict.dialect = "unified-diff"
        verdict.service = ServiceName("api")
        verdict.base = Revision(String(repeating: "a", count: 40))
        verdict.placements = [
            .init(file: "Sources/A.swift", statedLine: 3, appliedLine: 3, method: "exact"),
            .init(file: "Sources/B.swift", statedLine: 10, appliedLine: 14, method: "offset"),
        ]
        let findings = (0..<findings).map {
            Diagnostic(
                .error, code: "swift.compile", message: "cannot find '@x\($0)'",
                location: .init(file: "A.swift", line: $0 + 1, column: 2))
        }
        verdict.fixed = findings
        var outcome = StageOutcome(stage: .test, status: .ok, summary: "all good")
        outcome.tests = TestReport(suites: [
            .init(name: "S", framework: "XCTest", cases: [.init(name: "a", result: .passed, duration: 0)])
        ])
        verdict.tried = [StageOutcome(stage: .build, status: .ok, summary: "built"), outcome]
        return verdict
    }

    @Test(
        "A title is one line of at most 72 characters that calls nobody and closes nothing",
        arguments: [
            ("Unwrap the port.", "Unwrap the port"), ("", "Apply the change of feedback fb-1"),
            ("First line\nsecond", "First line"),
            ("Thanks @octocat, fixes #12 and !3", "Thanks ＠octocat, fixes ＃12 and ！3"),
            ("WIP: Draft: do it", "do it"), ("/close this", "∕close this"), ("a\u{202E}b\u{1B}[0m", "ab"),
            (
                String(repeating: "word ", count: 30),
                "word word word word word word word word word word word word word word…"
            ),
            (String(repeating: "x", count: 100), String(repeating: "x", count: 71) + "…"),
        ])
    func title(description: String, expected: String) {
        let title = ProposalText.title(of: feedback(description))
        #expect(title == expected)
        #expect(title.count <= 72)
    }

    @Test("The text tells what, why, how each part was found, what it changes, what was run and how to refuse it")
    func body() throws {
        let text = ProposalText(
            feedback: feedback("Unwrap the port.\n\nIt is nil in CI, says @octocat."), verdict: try verdict(),
            occasion: .init(
                summary: "The build failed", command: ["swift", "build"], excerpt: "error: @everyone\n```",
                url: "https://d/r/1"),
            isDraft: true
        ).body(limit: 65_536)
        for part in [
            "**This is a draft", "Unwrap the port.", "says `@octocat.`", "### What went wrong",
            "Command: `swift build`",
            "Report: `https://d/r/1`", "````text\nerror: @everyone\n```\n````", "- Service: `api`",
            "- Tried on: `aaaaaaaaaaaa`",
            "- `Sources/A.swift:3` exact\n", "- `Sources/B.swift:14` offset (the patch said line 10)", "**Fixed: 1**",
            "`A.swift:1:2: error: cannot find '@x0'`", "**New: 0**", "**Still there: 0**",
            "- `test`: ok (tests: 1 passed, 0 failed, 0 skipped) - all good", "To refuse this, close it",
            "Feedback `fb-1`",
        ] { #expect(text.contains(part), "'\(part)' is missing in\n\(text)") }
    }

    @Test(
        "However long all of it is, it keeps to the limit and still says how it was judged and how to refuse it",
        arguments: [3000, 10_000, 65_536])
    func limit(limit: Int) throws {
        let text = ProposalText(
            feedback: feedback(String(repeating: "A very long story. ", count: 2000)),
            verdict: try verdict(findings: 2000),
            occasion: .init(summary: "x", excerpt: String(repeating: "log @all\n", count: 20_000))
        ).body(limit: limit)
        #expect(text.utf16.count <= limit)
        #expect(text.contains("### How it was judged"))
        #expect(text.contains("**Fixed: 2000**"))
        #expect(text.contains("To refuse this, close it"))
        #expect(text.contains("and 19"))
    }

    @Test("Findings become annotations of the repository's files, errors first, each once")
    func annotations() throws {
        var long = Diagnostic(
            .warning, code: "c", message: String(repeating: "é", count: 100_000),
            location: .init(file: "W.swift", line: 2))
        long.notes = [.init(message: "declared here", location: .init(file: "X.swift", line: 1))]
        let error = Diagnostic(
            .fatal, code: "runtime.crash", message: "nil",
            location: .init(file: "../shared/./E.swift", line: 5, column: 3))
        let all = [
            long, Diagnostic(.note, code: "n", message: "m", location: .init(file: "N.swift", line: 1)), error, error,
            Diagnostic(.error, code: "link", message: "no place"),
            Diagnostic(.error, code: "x", message: "elsewhere", location: .init(file: "/usr/include/x.h", line: 1)),
            Diagnostic(.error, code: "x", message: "outside", location: .init(file: "../../../../etc/passwd", line: 1)),
            Diagnostic(.error, code: "x", message: "no line", location: .init(file: "A.swift")),
        ]
        let made = Annotation.of(all, folder: "repos/api")
        #expect(made.map(\.path) == ["repos/shared/E.swift", "repos/api/W.swift", "repos/api/N.swift"])
        #expect(made.map(\.level) == [.failure, .warning, .notice])
        #expect(made[0].column == 3)
        #expect(made[1].message.utf8.count <= 60_000)
        #expect(made.allSatisfy { !$0.message.isEmpty && $0.title.count <= 255 })
    }

    @Test("The comment on the outcome names revision and stages, and says whether it is live")
    func outcome() throws {
        let revision = try #require(Revision(String(repeating: "b", count: 40)))
        let service = try #require(ServiceName("api"))
        let text = OutcomeText.deployed(
            service, revision, isLive: false,
            outcomes: [StageOutcome(stage: .health, status: .failed, summary: "502 from @proxy")])
        #expect(
            text
                == "Not deployed: `api` at `bbbbbbbbbbbb` did not get through.\n\n- `health`: failed - 502 from `@proxy`"
        )
    }

    @Test("Nothing is called healthy that nobody looked at")
    func health() throws {
        let revision = try #require(Revision(String(repeating: "b", count: 40)))
        let service = try #require(ServiceName("api"))
        let cases: [(status: StageStatus?, words: String)] = [
            (.ok, "runs `bbbbbbbbbbbb` and is healthy."), (nil, "runs `bbbbbbbbbbbb`; nobody looked at its health."),
            (.unsupported, "runs `bbbbbbbbbbbb`; nobody looked at its health."),
            (.noChange, "runs `bbbbbbbbbbbb`; its health: no-change."),
        ]
        for (status, words) in cases {
            let outcomes =
                [StageOutcome(stage: .deploy, status: .ok, summary: "")]
                + (status.map { [StageOutcome(stage: .health, status: $0, summary: "")] } ?? [])
            let text = OutcomeText.deployed(service, revision, isLive: true, outcomes: outcomes)
            #expect(text.hasPrefix("Deployed: `api` \(words)"), "\(text)")
        }
    }
}
