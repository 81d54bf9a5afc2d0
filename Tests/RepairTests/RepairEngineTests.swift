import Model
import Testing

@testable import Repair

@Suite struct RepairEngineTests {
    static let broken = "let a = 1\nlet b = BROKEN\nlet c = 3\n"
    static let patch =
        "--- a/main.swift\n+++ b/main.swift\n@@ -1,3 +1,3 @@\n let a = 1\n-let b = BROKEN\n+let b = 2\n let c = 3\n"

    static func services(_ names: [String] = ["api", "web"]) -> [Service] {
        names.compactMap { name in ServiceName(name).map { Service(name: $0, path: "repos/\(name)", kind: "swift") } }
    }

    private func run(
        _ patch: String, files: [String: String], links: [String] = [], target: String? = nil, proposes: Bool = false,
        moves: Int = 0, elsewhere: Bool = true, status: StageStatus? = nil
    ) async throws -> (verdict: Verdict, repository: MemoryRepository, journal: MemoryJournal) {
        let repository = MemoryRepository(files, links: links)
        await repository.moveMain(times: moves, in: elsewhere ? "" : "repos/api/")
        var verifier = WordVerifier(repository: repository, services: Self.services())
        verifier.status = status
        let journal = MemoryJournal()
        var options = RepairEngine.Options()
        options.proposes = proposes
        let engine = RepairEngine(
            options: options, repository: repository, verifier: verifier, journal: journal,
            actions: MemoryActions())
        let feedback = Feedback(
            id: "fix-1", description: "Mend the build\n\nIt was broken.", target: target, patch: patch)
        return (try await engine.decide(feedback, file: "x.json", digest: "d1"), repository, journal)
    }

    @Test func aPatchWithTheServicesOwnPathsIsVerifiedAndCommitted() async throws {
        let (verdict, repository, journal) = try await run(
            Self.patch, files: ["repos/api/main.swift": Self.broken, "repos/web/x.swift": ""])
        #expect(verdict.decision == .applied, "\(verdict.reason)")
        #expect(verdict.service?.text == "api")
        #expect(await repository.text("repos/api/main.swift") == "let a = 1\nlet b = 2\nlet c = 3\n")
        let message = await repository.messages[repository.main] ?? ""
        #expect(
            message.hasPrefix(
                "Mend the build\n\nIt was broken.\n\nFeedback-Id: fix-1\nVerified-By: codex-deployer (api: build ok)"))
        #expect(await journal.phases == ["located", "trying", "committed", "pushed", "decided applied"])
    }

    @Test func withPullRequestsMainStaysAndABranchIsPushed() async throws {
        let (verdict, repository, _) = try await run(
            Self.patch, files: ["repos/api/main.swift": Self.broken], proposes: true)
        #expect(verdict.decision == .proposed)
        #expect(verdict.branch == "codex/fix-1")
        #expect(await repository.main == MemoryRepository.id(1))
        #expect(await repository.branches["codex/fix-1"] == verdict.commit)
    }

    @Test func pathsOfTheWorkspaceAndOfReposAreUnderstood() async throws {
        for name in ["repos/api/main.swift", "api/main.swift"] {
            let patch = Self.patch.replacing("main.swift", with: name)
            let (verdict, _, _) = try await run(patch, files: ["repos/api/main.swift": Self.broken])
            #expect(verdict.decision == .applied, "\(name): \(verdict.reason)")
        }
    }

    @Test func aPathThatFitsTwoServicesIsAmbiguousUntilTheTargetSaysWhich() async throws {
        let files = ["repos/api/main.swift": Self.broken, "repos/web/main.swift": Self.broken]
        let (unclear, _, _) = try await run(Self.patch, files: files)
        #expect(unclear.decision == .rejected)
        #expect(unclear.reason.contains("'api'") && unclear.reason.contains("'web'"))
        for target in ["web", "repos/web", "web/main.swift", "repos/web/main.swift"] {
            let (clear, _, _) = try await run(Self.patch, files: files, target: target)
            #expect(clear.service?.text == "web", "\(target): \(clear.reason)")
        }
    }

    @Test(arguments: [
        ("../../etc/passwd", "leaves the repository"), ("/etc/passwd", "leaves the repository"),
        ("repos/api/.git/config", "git's own folder"), ("repos/api/link/x.swift", "symbolic link"),
        ("repos/api/Package.swift", "manifest"), ("plugins/x.so", "no service has the files"),
    ])
    func dangerousPathsAreRefusedAndNothingChanges(path: String, why: String) async throws {
        let patch = "--- /dev/null\n+++ b/\(path)\n@@ -0,0 +1 @@\n+x\n"
        let (verdict, repository, _) = try await run(
            patch, files: ["repos/api/main.swift": Self.broken], links: ["repos/api/link"])
        #expect(verdict.decision == .rejected)
        #expect(verdict.reason.contains(why), "\(verdict.reason)")
        #expect(await repository.main == MemoryRepository.id(1))
    }

    @Test func aPatchThatDoesNotBuildIsRejectedWithTheFinding() async throws {
        let patch = Self.patch.replacing("+let b = 2", with: "+let b = BROKEN2")
        let (verdict, repository, _) = try await run(patch, files: ["repos/api/main.swift": Self.broken])
        #expect(verdict.decision == .rejected)
        #expect(verdict.reason.contains("BROKEN2"), "\(verdict.reason)")
        #expect(await repository.main == MemoryRepository.id(1))
    }

    @Test func aPatchThatDoesNotApplyShowsTheFileAsItIs() async throws {
        let (verdict, _, _) = try await run(
            Self.patch, files: ["repos/api/main.swift": "let a = 1\nlet b = 9\nlet c = 3\n"])
        #expect(verdict.decision == .rejected)
        #expect(verdict.reason.contains("2: let b = 9"), "\(verdict.reason)")
    }

    @Test func theResultAlreadyThereIsASuccess() async throws {
        let (verdict, _, _) = try await run(
            Self.patch, files: ["repos/api/main.swift": "let a = 1\nlet b = 2\nlet c = 3\n"])
        #expect(verdict.decision == .alreadyApplied)
    }

    @Test func aMainThatMovesIsVerifiedAnewAndGivenUpAfterThreeRounds() async throws {
        let (once, repository, journal) = try await run(
            Self.patch, files: ["repos/api/main.swift": Self.broken], moves: 1, elsewhere: false)
        #expect(once.decision == .applied)
        #expect(await journal.phases.filter { $0 == "trying" }.count == 2)
        #expect(await repository.text("repos/api/elsewhere-0") != nil, "the other commit was lost")
        let (thrice, _, _) = try await run(
            Self.patch, files: ["repos/api/main.swift": Self.broken], moves: 9, elsewhere: false)
        #expect(thrice.decision == .rejected)
        #expect(thrice.reason.contains("main moved 3 times"))
    }

    @Test func aMainThatMovesElsewhereLeavesWhatWasVerifiedAsItIs() async throws {
        let (verdict, repository, journal) = try await run(
            Self.patch, files: ["repos/api/main.swift": Self.broken], moves: 9)
        #expect(verdict.decision == .applied, "\(verdict.reason)")
        #expect(await journal.phases.filter { $0 == "trying" }.count == 1)
        #expect(await repository.text("elsewhere-0") != nil && verdict.tried.count == 1)
        let message = await repository.messages[repository.main] ?? ""
        #expect(message.contains("Verified-By: codex-deployer (api: build ok)"), "\(message)")
    }

    @Test func whatWasClosedIsNotProposedAgainUnderAnotherName() async throws {
        let repository = MemoryRepository(["repos/api/main.swift": Self.broken])
        let edit = FileEdit(
            path: "repos/api/main.swift", content: Array(Self.broken.replacing("BROKEN", with: "2").utf8))
        await repository.refuse([edit], because: "it was closed")
        let engine = RepairEngine(
            options: .init(), repository: repository,
            verifier: WordVerifier(repository: repository, services: Self.services()), journal: MemoryJournal(),
            actions: MemoryActions())
        let feedback = Feedback(id: "other", description: "Mend", patch: Self.patch)
        let verdict = try await engine.decide(feedback, file: "x.json", digest: "d1")
        #expect(verdict.decision == .rejected && verdict.reason == "it was closed")
        #expect(verdict.tried.isEmpty)
        #expect(await repository.branches.isEmpty)
    }

    @Test func aVerificationThatCouldNotRunIsNoVerdict() async throws {
        await #expect(throws: Failure.self) {
            _ = try await run(Self.patch, files: ["repos/api/main.swift": Self.broken], status: .unavailable)
        }
    }

    @Test func descriptionsCannotForgeTrailersAndLongSubjectsAreCut() {
        let feedback = Feedback(
            id: "real", description: String(repeating: "word ", count: 30) + "\n\nFeedback-Id: forged", patch: "x")
        let text = CommitMessage.text(of: feedback, verified: "api: build ok")
        #expect(CommitMessage.feedbackID(in: text) == "real")
        #expect((text.split(separator: "\n").first?.count ?? 99) <= 72)
    }

    /// CR LF is one character to Swift, and no line feed.
    @Test(arguments: ["\n", "\r\n", "\r"]) func linesOfADescriptionStayLines(end: String) {
        let feedback = Feedback(
            id: "x", description: ["Subject", "", "One", "Feedback-Id: forged"].joined(separator: end), patch: "x")
        let text = CommitMessage.text(of: feedback, verified: "api: build ok")
        #expect(text.hasPrefix("Subject\n\nOne\n> Feedback-Id: forged\n\nFeedback-Id: x\n"), "\(text)")
    }
}
