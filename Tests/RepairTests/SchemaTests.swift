import Foundation
import Model
import Testing

@testable import Repair

/// The schemas that are checked in say what the code reads and writes.
@Suite struct SchemaTests {
    private static func schema(_ name: String) throws -> [String: Any] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "Documentation/\(name).schema.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private static func members(_ schema: [String: Any]) throws -> [String: [String: Any]] {
        try #require(schema["properties"] as? [String: [String: Any]])
    }

    @Test func theFeedbackSchemaHasEveryMemberAndNoOther() throws {
        let schema = try Self.schema("feedback")
        let members = try Self.members(schema)
        #expect(Set(members.keys) == Set(FeedbackDecoder.members))
        #expect(schema["additionalProperties"] as? Bool == false)
        let patches = try #require(members["patches"]?["items"] as? [String: Any])
        #expect(Set(try Self.members(patches).keys) == Set(FeedbackDecoder.patchMembers))
        #expect(members["version"]?["const"] as? Int == FeedbackDecoder.version)
        let formats = try #require(members["format"]?["enum"] as? [String])
        #expect(Set(formats) == Set(FeedbackDecoder.formats + ["auto"]))
        let actions = try #require(members["action"]?["enum"] as? [Any]).compactMap { $0 as? String }
        #expect(Set(actions) == Set(Feedback.Action.allCases.map(\.rawValue)))
    }

    @Test func theVerdictSchemaHasEveryMemberThatIsWritten() throws {
        let schema = try Self.schema("verdict")
        let members = try Self.members(schema)
        var verdict = Verdict(feedback: "a", decision: .rejected, reason: "r")
        verdict.dialect = "unified"
        verdict.service = ServiceName("api")
        verdict.action = "restart"
        verdict.result = "0123456789abcdef"
        (verdict.base, verdict.commit, verdict.branch) = (MemoryRepository.id(1), MemoryRepository.id(2), "b")
        let data = try JSONEncoder().encode(verdict)
        let written = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(Set(written.keys) == Set(members.keys))
        let decisions = try #require(members["decision"]?["enum"] as? [String])
        #expect(Set(decisions) == Set(Verdict.Decision.allCases.map(\.rawValue)))
        #expect(members["version"]?["const"] as? Int == Verdict.currentVersion)
        #expect(try JSONDecoder().decode(Verdict.self, from: data) == verdict)
    }

    @Test func whatIsSaidOfAStageThatWasTriedIsWritten() throws {
        let items = try #require(try Self.members(try Self.schema("verdict"))["tried"]?["items"] as? [String: Any])
        var outcome = StageOutcome(stage: .build, status: .ok, summary: "built")
        outcome.service = ServiceName("api")
        let data = try JSONEncoder().encode(outcome)
        let written = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(written["service"] as? String == "api")
        #expect(Set(try Self.members(items).keys).isSubset(of: written.keys))
    }

    /// As the deployer wrote them before they had a version.
    @Test func olderVerdictsCanBeRead() throws {
        let text = """
            {"feedback":"a","decision":"applied","reason":"r","placements":[],"fixed":[],"introduced":[],"remaining":[],
             "tried":[],"decidedAt":1700000000000000}
            """
        let verdict = try JSONDecoder().decode(Verdict.self, from: Data(text.utf8))
        #expect(verdict.version == 1 && !verdict.isDryRun && verdict.services.isEmpty)
    }
}
