import Model
import Synchronization
import Testing

@testable import Repair

/// A feedback that comes again: after a kill, after a push that was refused, after somebody sent it twice.
@Suite struct RepairResumptionTests {
    /// One daemon after the other on the same repository and journal.
    final class Desk: Sendable {
        let repository: MemoryRepository
        let journal = MemoryJournal()
        let verifications = Mutex(0)
        let proposes: Bool

        init(_ files: [String: String] = ["repos/api/main.swift": RepairEngineTests.broken], proposes: Bool = false) {
            repository = MemoryRepository(files)
            self.proposes = proposes
        }

        var verified: Int { verifications.withLock { $0 } }

        func decide(
            _ patch: String = RepairEngineTests.patch, id: String? = nil, digest: String = "d1",
            base: Revision? = nil, origin: FeedbackOrigin = .folder, isDryRun: Bool = false
        ) async throws -> Verdict {
            var verifier = WordVerifier(repository: repository, services: RepairEngineTests.services())
            verifier.count = { self.verifications.withLock { $0 += 1 } }
            var options = RepairEngine.Options()
            options.proposes = proposes
            let engine = RepairEngine(
                options: options, repository: repository, verifier: verifier, journal: journal,
                actions: MemoryActions())
            var feedback = Feedback(
                id: id ?? FeedbackDecoder.id(for: digest), description: "Mend", patch: patch, base: base)
            feedback.isDryRun = isDryRun
            return try await engine.decide(feedback, file: "x.json", digest: digest, origin: origin)
        }
    }

    static let away = Failure(.init("git.timeout"), "no answer", scheduling: .retry)
    static let deletion = "--- a/old.swift\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"

    @Test(arguments: [false, true]) func aKillBetweenPushAndVerdictDoesNotApplyTwice(proposes: Bool) async throws {
        let desk = Desk(proposes: proposes)
        let first = try await desk.decide()
        let main = await desk.repository.main
        await desk.journal.forgetVerdict(of: "f-d1")
        let again = try await desk.decide()
        #expect(again.decision == (proposes ? .proposed : .applied) && again.commit == first.commit)
        #expect(await desk.repository.main == main)
        #expect(desk.verified == 1)
        let other = try await desk.decide(id: "f-d1", digest: "d2")
        #expect(other.decision == .rejected && other.reason.contains("another feedback's"))
        // The first one's journal is its own.
        #expect(other.feedback == "f-d2")
        #expect(try await desk.decide().decision == again.decision)
    }

    @Test func aVerdictThatIsNotPutAwayIsNotFoundAnew() async throws {
        let desk = Desk()
        let first = try await desk.decide()
        #expect(try await desk.decide() == first)
        let bad = RepairEngineTests.patch.replacing("+let b = 2", with: "+let b = BROKEN2")
        let rejected = try await desk.decide(bad, id: "bad", digest: "d3")
        let verified = desk.verified
        #expect(try await desk.decide(bad, id: "bad", digest: "d3") == rejected)
        #expect(desk.verified == verified)
    }

    @Test(arguments: [false, true]) func aPushThatFailsIsTriedAgainWithoutAnotherBuild(proposes: Bool) async throws {
        let desk = Desk(proposes: proposes)
        await desk.repository.refuse(Self.away)
        for _ in 0..<3 { await #expect(throws: Failure.self) { try await desk.decide() } }
        #expect(desk.verified == 1)
        await desk.repository.refuse(nil)
        #expect(try await desk.decide().decision == (proposes ? .proposed : .applied))
        #expect(desk.verified == 1)
    }

    @Test func whatWasVerifiedOnAnotherMainIsVerifiedAnew() async throws {
        let desk = Desk()
        await desk.repository.refuse(Self.away)
        await #expect(throws: Failure.self) { try await desk.decide() }
        try await desk.repository.commitToMain("repos/api/other.swift", "1\n")
        await desk.repository.refuse(nil)
        #expect(try await desk.decide().decision == .applied)
        #expect(desk.verified == 2)
        #expect(await desk.repository.text("repos/api/other.swift") == "1\n")
    }

    @Test func aRemoteThatDoesNotTakeItIsAVerdict() async throws {
        let desk = Desk()
        await desk.repository.refuse(Failure(.declined, "protected branch"))
        let verdict = try await desk.decide()
        #expect(verdict.decision == .rejected && verdict.reason.contains("protected"))
    }

    @Test func whatAHumanRevertedIsAppliedAgain() async throws {
        let desk = Desk()
        let first = try await desk.decide()
        await desk.journal.done("f-d1")
        #expect(try await desk.decide().decision == .alreadyApplied)
        await desk.journal.done("f-d1")
        try await desk.repository.commitToMain("repos/api/main.swift", RepairEngineTests.broken)
        let again = try await desk.decide()
        #expect(again.decision == .applied && again.commit != first.commit, "\(again.reason)")
        #expect(await desk.repository.text("repos/api/main.swift")?.contains("BROKEN") == false)
    }

    @Test func aProposalThatStandsIsNotMadeAgainAndOthersBranchesAreLeftAlone() async throws {
        let desk = Desk(proposes: true)
        let first = try await desk.decide()
        await desk.journal.done("f-d1")
        let again = try await desk.decide()
        #expect(again.decision == .proposed && again.commit == first.commit)
        #expect(desk.verified == 1)
        await desk.repository.put(MemoryRepository.id(1), on: "codex/other")
        let other = try await desk.decide(id: "other", digest: "d2")
        #expect(other.decision == .rejected && other.reason.contains("codex/other"))
        #expect(desk.verified == 1, "built for nothing")
    }

    @Test func aDeletionSentAgainIsDoneAlreadyAndARevertedOneIsDoneAgain() async throws {
        let desk = Desk(["repos/api/main.swift": "m\n", "repos/api/old.swift": "1\n"])
        let start = await desk.repository.main
        let first = try await desk.decide(Self.deletion)
        #expect(first.decision == .applied, "\(first.reason)")
        for _ in 0..<2 {
            await desk.journal.done("f-d1")
            let again = try await desk.decide(Self.deletion)
            #expect(again.decision == .alreadyApplied && again.commit == first.commit, "\(again.reason)")
        }
        // Another feedback's author says which commit was seen; without that, the file may as well be misspelt.
        #expect(try await desk.decide(Self.deletion, id: "f2", digest: "d2", base: start).decision == .alreadyApplied)
        #expect(try await desk.decide(Self.deletion, id: "f3", digest: "d3").decision == .rejected)
        await desk.journal.done("f-d1")
        try await desk.repository.commitToMain("repos/api/old.swift", "1\n")
        #expect(try await desk.decide(Self.deletion).decision == .applied)
        #expect(await desk.repository.text("repos/api/old.swift") == nil)
    }

    @Test func aRenameSentAgainIsDoneAlready() async throws {
        let desk = Desk(["repos/api/main.swift": "m\n", "repos/api/one.swift": "1\n"])
        #expect(try await desk.decide(PatchPlanTests.rename).decision == .applied)
        await desk.journal.done("f-d1")
        #expect(try await desk.decide(PatchPlanTests.rename).decision == .alreadyApplied)
    }
}
