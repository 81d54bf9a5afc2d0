import Model
import Patches
import Testing

@testable import Repair

/// A target of the form `service/path`, wherever the service's folder is.
@Suite struct TargetReadingTests {
    private static let patch = "--- a/Sources/x.swift\n+++ b/Sources/x.swift\n@@ -1 +1 @@\n-one\n+two\n"
    private static let files = [
        "infrastructure/database/Sources/x.swift": "one\n", "repos/web/Sources/x.swift": "one\n",
        "repos/web/Sources/only.swift": "o\n",
    ]

    private static func services(_ paths: [(String, String)]) -> [Service] {
        paths.compactMap { name, path in ServiceName(name).map { Service(name: $0, path: path, kind: "swift") } }
    }

    private static let two = services([("db", "infrastructure/database"), ("web", "repos/web")])

    private func decide(
        _ patches: [Feedback.Patch] = [], target: String, action: Feedback.Action? = nil,
        files: [String: String] = Self.files, services: [Service] = Self.two
    ) async throws -> (verdict: Verdict, repository: MemoryRepository) {
        let repository = MemoryRepository(files)
        var options = RepairEngine.Options()
        options.proposes = false
        let engine = RepairEngine(
            options: options, repository: repository,
            verifier: WordVerifier(repository: repository, services: services),
            journal: MemoryJournal(), actions: MemoryActions())
        var feedback = Feedback(id: "a", description: "d", target: target, patches: patches)
        feedback.action = action
        feedback.base = await repository.main
        return (try await engine.decide(feedback, file: "x.json", digest: "d"), repository)
    }

    @Test(arguments: ["db/Sources/x.swift", "db", "infrastructure/database/Sources/x.swift"])
    func aDiffThatFitsTwoServicesIsForTheOneThatIsNamed(target: String) async throws {
        let (verdict, repository) = try await decide([.init(Self.patch)], target: target)
        #expect(verdict.decision == .applied && verdict.service?.text == "db", "\(verdict.reason)")
        #expect(await repository.text("infrastructure/database/Sources/x.swift") == "two\n")
        #expect(await repository.text("repos/web/Sources/x.swift") == "one\n")
    }

    @Test func aDiffThatIsInOnePlaceOnlyMayBeNamedSo() async throws {
        let files = ["infrastructure/database/Sources/x.swift": "one\n"]
        let (verdict, _) = try await decide([.init(Self.patch)], target: "db/Sources/x.swift", files: files)
        #expect(verdict.decision == .applied && verdict.service?.text == "db", "\(verdict.reason)")
    }

    @Test func anEndThatOneFileHasSettlesWhichServiceIsMeant() async throws {
        let (verdict, repository) = try await decide([.init(Self.patch)], target: "only.swift")
        #expect(verdict.decision == .applied && verdict.service?.text == "web", "\(verdict.reason)")
        #expect(await repository.text("repos/web/Sources/x.swift") == "two\n")
    }

    @Test func anEnvelopeAndAWholeFileAreReadAlike() async throws {
        let envelope =
            "*** Begin Patch\n*** Update File: Sources/x.swift\n@@\n-one\n+two\n*** End Patch\n"
        for patch in [Feedback.Patch(envelope), .init("two\n", format: "file")] {
            let (verdict, repository) = try await decide([patch], target: "db/Sources/x.swift")
            #expect(verdict.decision == .applied && verdict.service?.text == "db", "\(verdict.reason)")
            #expect(await repository.text("infrastructure/database/Sources/x.swift") == "two\n")
        }
    }

    @Test func aNewFileIsMadeInTheServiceThatIsNamed() async throws {
        let (verdict, repository) = try await decide([.init("n\n", format: "file")], target: "db/Sources/new.swift")
        #expect(verdict.decision == .applied && verdict.service?.text == "db", "\(verdict.reason)")
        #expect(await repository.text("infrastructure/database/Sources/new.swift") == "n\n")
    }

    @Test(arguments: ["db/Sources/x.swift", "db/Sources"]) func anActionIsForTheServiceThatIsNamed(target: String)
        async throws
    {
        let (verdict, _) = try await decide(target: target, action: .restart)
        #expect(verdict.decision == .accepted && verdict.service?.text == "db", "\(verdict.reason)")
    }

    @Test func ofNestedServicesTheInnerOneIsMeant() async throws {
        let services = Self.services([("api", "repos/api"), ("admin", "repos/api/admin")])
        let files = ["repos/api/x.swift": "x\n", "repos/api/admin/Sources/x.swift": "one\n"]
        for target in ["api/admin/Sources/x.swift", "api/admin/Sources", "admin/Sources/x.swift"] {
            let (verdict, _) = try await decide(target: target, action: .restart, files: files, services: services)
            #expect(verdict.service?.text == "admin", "\(target): \(verdict.reason)")
        }
    }

    /// One service's name is another's folder.
    @Test func whatTwoServicesMayMeanIsListedUnlessAFileTells() async throws {
        let services = Self.services([("db", "infrastructure/database"), ("cache", "db")])
        var files = ["infrastructure/database/Sources/x.swift": "one\n", "db/Sources/x.swift": "one\n"]
        for action in [nil, Feedback.Action.restart] {
            let (verdict, _) = try await decide(
                action == nil ? [.init(Self.patch)] : [], target: "db/Sources/x.swift", action: action, files: files,
                services: services)
            #expect(
                verdict.decision == .rejected && verdict.reason.contains("'db'") && verdict.reason.contains("'cache'"),
                "\(verdict.reason)")
        }
        files["db/Sources/x.swift"] = nil
        files["db/Sources/y.swift"] = "y\n"
        let (told, _) = try await decide(
            [.init(Self.patch)], target: "db/Sources/x.swift", files: files, services: services)
        #expect(told.decision == .applied && told.service?.text == "db", "\(told.reason)")
    }
}
