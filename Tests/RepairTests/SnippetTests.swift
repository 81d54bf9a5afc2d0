import Diagnostics
import Model
import Testing

@testable import Repair

/// Bare snippets: never guessed at; an anchor leaves ways open, and trying tells which is right.
@Suite struct SnippetTests {
    static let path = "repos/api/main.swift"
    static let source = "let a = 1\n    let b = BROKEN\nlet c = 3\n"
    static let finding = Diagnostic(
        .error, code: "swift.compile", message: "bad:     let b = BROKEN", location: .init(file: "main.swift", line: 2),
        stage: .build)

    private func decide(
        _ patch: Feedback.Patch, source: String = Self.source, findings: [Diagnostic] = [], target: String = Self.path,
        namesBase: Bool = false
    ) async throws -> (verdict: Verdict, text: String?) {
        let repository = MemoryRepository([Self.path: source, "repos/web/main.swift": "x\n"])
        var verifier = WordVerifier(repository: repository, services: RepairEngineTests.services())
        verifier.findings = findings
        var options = RepairEngine.Options()
        options.proposes = false
        let engine = RepairEngine(
            options: options, repository: repository, verifier: verifier, journal: MemoryJournal(),
            actions: MemoryActions())
        var feedback = Feedback(id: "a", description: "d", target: target, patches: [patch])
        if namesBase { feedback.base = await repository.main }
        let verdict = try await engine.decide(feedback, file: "x.json", digest: "d")
        return (verdict, await repository.text(Self.path))
    }

    @Test(arguments: [Self.path, "api/main.swift"])
    func aTextThatStandsThereOnceMakesWay(target: String) async throws {
        let patch = Feedback.Patch("let b = 2\n", anchor: .replace("let b = BROKEN"))
        let (verdict, text) = try await decide(patch, target: target)
        #expect(verdict.decision == .applied, "\(verdict.reason)")
        // With the indentation of what it replaces.
        #expect(text == "let a = 1\n    let b = 2\nlet c = 3\n")
        #expect(
            verdict.placements.first?.method == "replacement of the text" && verdict.placements.first?.appliedLine == 2)
    }

    @Test func aSnippetThatStandsAtItsLineIsNotPlacedBesideItself() async throws {
        let source = "let a = 1\n    let b = 2\nlet c = 3\n"
        let (verdict, text) = try await decide(.init("let b = 2\n", anchor: .line(2)), source: source)
        #expect(verdict.decision == .alreadyApplied, "\(verdict.reason)")
        #expect(text == source)
    }

    /// What says nothing by itself is put beside its like only where that alone proves good.
    @Test(arguments: [
        ("let a = (1\n)\nlet c = 3\n", Verdict.Decision.needsAnchor), ("let a = (BROKEN\n)\nlet c = 3\n", .needsAnchor),
    ])
    func aLoneBraceIsNotPutBesideAnotherByChance(source: String, decision: Verdict.Decision) async throws {
        let (verdict, text) = try await decide(.init(")\n", anchor: .line(2)), source: source)
        #expect(verdict.decision == decision, "\(verdict.reason)")
        #expect(text == source)
    }

    @Test func theLineOfAFindingIsNoRepairOfIt() async throws {
        let patch = Feedback.Patch("let b = BROKEN\n", anchor: .diagnostic(Self.finding.fingerprint))
        let (verdict, text) = try await decide(patch, findings: [Self.finding])
        #expect(verdict.decision == .needsAnchor && verdict.reason.contains("stands at line 2"), "\(verdict.reason)")
        #expect(text == Self.source)
    }

    /// A dry run right after a repair was told that it mended what the repair had.
    @Test(arguments: [true, false]) func whatOthersHaveMendedIsNotItsMerit(isOfOldSources: Bool) async throws {
        let repository = MemoryRepository([Self.path: Self.source])
        var verifier = WordVerifier(repository: repository, services: RepairEngineTests.services())
        verifier.findings = [Self.finding]
        verifier.findingsRevision = await repository.main
        if isOfOldSources { try await repository.commitToMain(Self.path, "let a = 1\n    let b = 2\nlet c = 3\n") }
        let engine = RepairEngine(
            options: .init(), repository: repository, verifier: verifier, journal: MemoryJournal(),
            actions: MemoryActions())
        let old = isOfOldSources ? "let c = 3" : "let b = BROKEN"
        let feedback = Feedback(
            id: "a", description: "d", target: Self.path, patches: [.init("let d = 4\n", anchor: .replace(old))],
            isDryRun: true)
        let verdict = try await engine.decide(feedback, file: "x.json", digest: "d")
        #expect(verdict.decision == .verified, "\(verdict.reason)")
        #expect(verdict.fixed.isEmpty == isOfOldSources)
    }

    /// Another one is mended, and every way of placing it leaves the one that it was sent for. What nothing here tries, such as a
    /// crash of the running service, is held against no way.
    @Test(arguments: [Stage.test, .health]) func theFindingThatItIsForMustBeGone(stage: Stage) async throws {
        let source = "let a = 1\nlet b = 2\n// test one fails\n// test other fails\n"
        let aim =
            stage == .test
            ? WordVerifier.finding("one", line: 2)
            : Diagnostic(
                .error, code: "runtime.crash", message: "it crashed", location: .init(file: "main.swift", line: 2),
                stage: stage)
        let patch = Feedback.Patch("// mend other\n", anchor: .diagnostic(aim.fingerprint))
        let (verdict, text) = try await decide(patch, source: source, findings: [aim])
        #expect(verdict.decision == .needsAnchor && text == source)
        let why = stage == .test ? "the finding it is for is still there" : "ways of placing the snippet prove good"
        #expect(verdict.reason.contains(why), "\(verdict.reason)")
    }

    @Test func apartOfALineMakesWay() async throws {
        let (verdict, text) = try await decide(.init("2", format: "snippet", anchor: .replace("BROKEN")))
        #expect(verdict.decision == .applied, "\(verdict.reason)")
        #expect(text == "let a = 1\n    let b = 2\nlet c = 3\n")
    }

    /// Before or after the broken line it does not build, in its place it does.
    @Test(arguments: [Feedback.Anchor.line(2), .diagnostic(Self.finding.fingerprint)])
    func theOneWayThatBuildsIsTaken(anchor: Feedback.Anchor) async throws {
        let (verdict, text) = try await decide(.init("let b = 2\n", anchor: anchor), findings: [Self.finding])
        #expect(verdict.decision == .applied, "\(verdict.reason)")
        #expect(text == "let a = 1\n    let b = 2\nlet c = 3\n")
    }

    @Test func theOnlyOpenFindingOfTheFileIsMeant() async throws {
        let (verdict, text) = try await decide(.init("let b = 2\n"), findings: [Self.finding])
        #expect(verdict.decision == .applied, "\(verdict.reason)")
        #expect(text == "let a = 1\n    let b = 2\nlet c = 3\n")
        #expect(verdict.fixed.map(\.fingerprint) == [Self.finding.fingerprint])
    }

    @Test func whereSeveralWaysBuildNobodyGuesses() async throws {
        let source = "let a = 1\nlet c = 3\n"
        let (verdict, text) = try await decide(.init("let b = 2\n", anchor: .line(1)), source: source)
        #expect(verdict.decision == .needsAnchor && verdict.reason.contains("ways of placing"), "\(verdict.reason)")
        #expect(text == source)
    }

    @Test(arguments: [
        ("let b = 2\n", [] as [Diagnostic], "no open finding is there"),
        ("let b = 2\n", [Self.finding, Self.other], "2 open findings are there"),
        ("let b = 2\n// ... existing code ...\nlet d = 3\n", [Self.finding], "leaves lines out"),
    ])
    func whatHasNoPlaceNeedsAnAnchor(text: String, findings: [Diagnostic], why: String) async throws {
        let (verdict, after) = try await decide(.init(text), findings: findings)
        #expect(verdict.decision == .needsAnchor && verdict.reason.contains(why), "\(verdict.reason)")
        #expect(after == Self.source)
    }

    static let other = Diagnostic(
        .error, code: "swift.compile", message: "another", location: .init(file: "main.swift", line: 3))

    @Test(arguments: [
        (Feedback.Anchor.line(9), "has no line 9; it has 3"), (.replace("let"), "more than once"),
        (.replace("let d = 4"), "is not in"), (.diagnostic("0123456789abcdef"), Self.finding.fingerprint),
    ])
    func anAnchorThatIsNowhereIsExplained(anchor: Feedback.Anchor, why: String) async throws {
        let (verdict, _) = try await decide(.init("let b = 2\n", anchor: anchor), findings: [Self.finding])
        #expect(verdict.decision == .needsAnchor && verdict.reason.contains(why), "\(verdict.reason)")
    }

    @Test func anAnchorIsForSnippetsAlone() async throws {
        let patch = Feedback.Patch(RepairEngineTests.patch, anchor: .line(1))
        let (verdict, _) = try await decide(patch, target: "api")
        #expect(verdict.decision == .rejected && verdict.reason.contains("a unified diff"), "\(verdict.reason)")
    }

    @Test func aTargetThatMayBeSeveralFilesListsThem() async throws {
        let (verdict, _) = try await decide(.init("x\n", format: "file"), target: "main.swift")
        #expect(
            verdict.decision == .rejected && verdict.reason.contains("'repos/api/main.swift'")
                && verdict.reason.contains("'repos/web/main.swift'"), "\(verdict.reason)")
    }

    @Test func aWholeFileReplacesTheOneThatIsMeant() async throws {
        // Without a base nobody could tell what became of the file since.
        let patch = Feedback.Patch("let b = 2\n", format: "file")
        let (verdict, text) = try await decide(patch, target: "api/main.swift", namesBase: true)
        #expect(verdict.decision == .applied && verdict.dialect == "file", "\(verdict.reason)")
        #expect(text == "let b = 2\n")
    }

    /// A connection that breaks has it sent again, after the service was deployed or before; a line would take it twice.
    @Test(arguments: [
        (Feedback.Anchor.diagnostic(Self.finding.fingerprint), "let b = 2\n", true),
        (.diagnostic(Self.finding.fingerprint), "let b = 2\n", false), (.line(1), "// Why.\n", false),
    ])
    func whatWasAppliedIsNotPlacedAgain(anchor: Feedback.Anchor, text: String, isDeployed: Bool) async throws {
        let source = anchor == .line(1) ? "let a = BROKEN\n" : Self.source
        let repository = MemoryRepository([Self.path: source])
        var verifier = WordVerifier(repository: repository, services: RepairEngineTests.services())
        verifier.findings = [Self.finding]
        var options = RepairEngine.Options()
        options.proposes = false
        let journal = MemoryJournal()
        let feedback = Feedback(
            id: FeedbackDecoder.id(for: "d"), description: "d", target: Self.path,
            patches: [.init(text, anchor: anchor)])
        func decide() async throws -> Verdict {
            let engine = RepairEngine(
                options: options, repository: repository, verifier: verifier, journal: journal,
                actions: MemoryActions())
            let verdict = try await engine.decide(feedback, file: "x.json", digest: "d")
            await journal.done(feedback.id)
            return verdict
        }
        let first = try await decide()
        #expect(first.decision == .applied, "\(first.reason)")
        let text = await repository.text(Self.path)
        if isDeployed { verifier.findings = [] }
        for _ in 0..<2 {
            let again = try await decide()
            #expect(again.decision == .alreadyApplied && again.commit == first.commit, "\(again.reason)")
        }
        #expect(await repository.text(Self.path) == text)
        // Taken back by somebody, it is placed anew.
        try await repository.commitToMain(Self.path, source)
        verifier.findings = [Self.finding]
        #expect(try await decide().decision == .applied)
    }

    /// So that the next try can be made against the file as it is.
    @Test func aRejectionSaysWhatTheFileIs() async throws {
        let patch = Feedback.Patch("--- a/main.swift\n+++ b/main.swift\n@@ -1 +1 @@\n-nothing like it\n+x\n")
        let (verdict, _) = try await decide(patch, target: "api")
        #expect(verdict.decision == .rejected)
        #expect(
            verdict.subjects == [
                .init(file: Self.path, sha256: SHA256.hex(of: Array(Self.source.utf8)), lines: 3)
            ], "\(verdict.subjects)")
    }
}
