import Model
import Testing

@testable import Repair

/// What is asked for without a patch, ids that come again, and dry runs.
@Suite struct RepairActionTests {
    private func decide(
        _ action: Feedback.Action, target: String, origin: FeedbackOrigin = .folder, isDryRun: Bool = false,
        isAway: Bool = false
    ) async throws -> (verdict: Verdict, taken: [String]) {
        let repository = MemoryRepository(["repos/api/main.swift": "x\n", "repos/web/main.swift": "y\n"])
        if isAway { await repository.goAway() }
        let actions = MemoryActions()
        let engine = RepairEngine(
            options: .init(), repository: repository,
            verifier: WordVerifier(repository: repository, services: RepairEngineTests.services()),
            journal: MemoryJournal(), actions: actions)
        let feedback = Feedback(id: "a", description: "d", target: target, action: action, isDryRun: isDryRun)
        let verdict = try await engine.decide(feedback, file: "x.json", digest: "d", origin: origin)
        return (verdict, await actions.taken)
    }

    @Test(arguments: Feedback.Action.allCases, ["api", "repos/api", "api/main.swift"])
    func anActionIsTakenOfTheServiceThatIsMeant(action: Feedback.Action, target: String) async throws {
        let (verdict, taken) = try await decide(action, target: target)
        #expect(verdict.decision == .accepted && verdict.service?.text == "api" && verdict.action == action.rawValue)
        #expect(taken == ["\(action.rawValue) api a"])
    }

    @Test func anUnknownTargetIsNamedWithThoseThereAre() async throws {
        let (verdict, taken) = try await decide(.restart, target: "shop")
        #expect(verdict.decision == .rejected && verdict.reason.contains("'api'"), "\(verdict.reason)")
        #expect(taken.isEmpty)
    }

    @Test(arguments: Feedback.Action.allCases) func anActionNeedsNoOrigin(action: Feedback.Action) async throws {
        let (verdict, taken) = try await decide(action, target: "api", isAway: true)
        #expect(verdict.decision == .accepted && taken == ["\(action.rawValue) api a"], "\(verdict.reason)")
        let (unknown, _) = try await decide(action, target: "shop", isAway: true)
        #expect(unknown.decision == .rejected && unknown.reason.contains("origin is away"), "\(unknown.reason)")
    }

    /// A git host that does not answer holds up the one that needs it.
    @Test(.timeLimit(.minutes(1))) func aTargetThatOnlyOriginMayKnowHoldsUpNoOther() async throws {
        let repository = MemoryRepository(["repos/api/main.swift": "x\n"])
        let gate = RepairQueueTests.Gate()
        await repository.beSilent(until: gate)
        let actions = MemoryActions()
        let engine = RepairEngine(
            options: .init(), repository: repository,
            verifier: WordVerifier(repository: repository, services: RepairEngineTests.services()),
            journal: MemoryJournal(), actions: actions)
        let places = await [
            engine.queue.take(id: "misspelt", isAction: true), engine.queue.take(id: "right", isAction: true),
        ]
        let misspelt = Feedback(id: "misspelt", description: "d", target: "shop", action: .restart)
        async let unknown = engine.decide(misspelt, file: "m.json", digest: "m", place: places[0])
        let right = Feedback(id: "right", description: "d", target: "api", action: .restart)
        let verdict = try await engine.decide(right, file: "r.json", digest: "r", place: places[1])
        #expect(verdict.decision == .accepted)
        #expect(await actions.taken == ["restart api right"])
        gate.open()
        #expect(try await unknown.decision == .rejected)
    }

    @Test(arguments: Feedback.Action.allCases) func aCommitMayAskForLess(action: Feedback.Action) async throws {
        let (verdict, taken) = try await decide(action, target: "api", origin: .commit)
        let isAllowed = [.restart, .redeploy].contains(action)
        #expect((verdict.decision == .accepted) == isAllowed, "\(verdict.reason)")
        #expect(taken.isEmpty != isAllowed)
    }

    @Test func aDryRunOfAnActionDoesNothing() async throws {
        let (verdict, taken) = try await decide(.rollback, target: "api", isDryRun: true)
        #expect(verdict.decision == .accepted && verdict.isDryRun && taken.isEmpty)
    }

    @Test func anIdThatCameBeforeIsAnsweredWithItsFirstVerdict() async throws {
        let desk = RepairResumptionTests.Desk()
        let first = try await desk.decide(id: "mine")
        await desk.journal.done("mine")
        for digest in ["d1", "d9"] {
            let again = try await desk.decide(RepairResumptionTests.deletion, id: "mine", digest: digest)
            #expect(again.isRepeated && again.decision == first.decision && again.commit == first.commit)
        }
        #expect(desk.verified == 1)
    }

    @Test func aFileOfACommitCountsOnce() async throws {
        let desk = RepairResumptionTests.Desk()
        _ = try await desk.decide(origin: .commit)
        await desk.journal.done("f-d1")
        try await desk.repository.commitToMain("repos/api/main.swift", RepairEngineTests.broken)
        let again = try await desk.decide(origin: .commit)
        #expect(again.isRepeated)
        #expect(await desk.repository.text("repos/api/main.swift") == RepairEngineTests.broken)
    }

    @Test(arguments: [false, true]) func aDryRunVerifiesAndPublishesNothing(proposes: Bool) async throws {
        let desk = RepairResumptionTests.Desk(proposes: proposes)
        let main = await desk.repository.main
        let dry = try await desk.decide(id: "mine", isDryRun: true)
        #expect(dry.decision == .verified && dry.isDryRun, "\(dry.reason)")
        #expect(await desk.repository.main == main)
        #expect(await desk.repository.branches.isEmpty)
        await desk.journal.done("mine")
        // The same id is tried for real afterwards.
        let real = try await desk.decide(id: "mine")
        #expect(real.decision == (proposes ? .proposed : .applied), "\(real.reason)")
    }

    @Test func severalPatchesBuildOnEachOtherAcrossServices() async throws {
        let repository = MemoryRepository(["repos/api/main.swift": "one\ntwo\n", "repos/web/main.swift": "three\n"])
        var options = RepairEngine.Options()
        options.proposes = false
        let engine = RepairEngine(
            options: options, repository: repository,
            verifier: WordVerifier(repository: repository, services: RepairEngineTests.services()),
            journal: MemoryJournal(), actions: MemoryActions())
        let feedback = Feedback(
            id: "a", description: "d",
            patches: [
                .init("--- a/repos/api/main.swift\n+++ b/repos/api/main.swift\n@@ -1,2 +1,2 @@\n-one\n+1\n two\n"),
                .init("--- a/main.swift\n+++ b/main.swift\n@@ -1,2 +1,2 @@\n 1\n-two\n+2\n", target: "api"),
                .init("--- a/main.swift\n+++ b/main.swift\n@@ -1 +1 @@\n-three\n+3\n", target: "web"),
            ])
        let verdict = try await engine.decide(feedback, file: "x.json", digest: "d")
        #expect(verdict.decision == .applied, "\(verdict.reason)")
        #expect(verdict.services.map(\.text) == ["api", "web"])
        #expect(await repository.text("repos/api/main.swift") == "1\n2\n")
        #expect(await repository.text("repos/web/main.swift") == "3\n")
        let message = await repository.messages[repository.main]
        #expect(message?.contains("codex-deployer (api: build ok; web: build ok)") == true, "\(message ?? "")")
    }

    @Test func aFileThatNoLongerParsesIsRefusedWithoutABuild() async throws {
        let desk = RepairResumptionTests.Desk()
        let patch = RepairEngineTests.patch.replacing("+let b = 2", with: "+let b = ((UNCLOSED")
        let verdict = try await desk.decide(patch)
        #expect(verdict.decision == .rejected && verdict.reason.contains("expected ')'"), "\(verdict.reason)")
        #expect(verdict.introduced.count == 1 && desk.verified == 0)
    }

    @Test func whatBuildAndTestsFoundBeforeIsFixedOnceTheyAreGreen() async throws {
        let repository = MemoryRepository(["repos/api/main.swift": RepairEngineTests.broken])
        var verifier = WordVerifier(repository: repository, services: RepairEngineTests.services())
        verifier.findings = [
            Diagnostic(.error, code: "swift.compile", message: "bad", stage: .build),
            Diagnostic(.error, code: "runtime.crash", message: "nobody has started it", stage: .health),
        ]
        let engine = RepairEngine(
            options: .init(), repository: repository, verifier: verifier, journal: MemoryJournal(),
            actions: MemoryActions())
        let verdict = try await engine.decide(
            Feedback(id: "a", description: "d", patch: RepairEngineTests.patch), file: "x.json", digest: "d")
        #expect(verdict.decision == .proposed && verdict.fixed.map(\.message) == ["bad"])
    }
}
