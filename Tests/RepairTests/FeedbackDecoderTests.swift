import Foundation
import Model
import Testing

@testable import Repair

/// What a feedback file may say.
@Suite struct FeedbackDecoderTests {
    private static func decode(_ text: String) throws(Failure) -> Feedback {
        try FeedbackDecoder.decode(Array(text.utf8), digest: "0123456789abcdef")
    }

    @Test func everyMemberArrives() throws {
        let feedback = try Self.decode(
            """
            {"version": 1, "id": "a", "description": "d", "target": "api", "patch": "p", "format": "blocks",
             "diagnosticId": "0123456789ABCDEF", "base": "\(String(repeating: "a", count: 40))", "restart": "web",
             "dryRun": true, "x-model": "m"}
            """)
        #expect(feedback.id == "a" && feedback.target == "api" && feedback.alsoDeploys == "web" && feedback.isDryRun)
        #expect(feedback.base != nil)
        #expect(
            feedback.patches == [.init("p", format: "blocks", anchor: .diagnostic("0123456789abcdef"))])
    }

    @Test func severalPatchesHaveTargetsAndAnchorsOfTheirOwn() throws {
        let feedback = try Self.decode(
            """
            {"description": "d", "patches": [
              {"patch": "p", "target": "api", "format": "auto"}, {"patch": "q", "line": 3},
              {"patch": "r", "replace": "old", "format": "snippet"}]}
            """)
        #expect(
            feedback.patches == [
                .init("p", target: "api"), .init("q", anchor: .line(3)),
                .init("r", format: "snippet", anchor: .replace("old")),
            ])
    }

    @Test(arguments: Feedback.Action.allCases) func anActionNeedsNoPatch(action: Feedback.Action) throws {
        let feedback = try Self.decode(#"{"description": "d", "action": "\#(action.rawValue)", "target": "api"}"#)
        #expect(feedback.action == action && feedback.patches.isEmpty)
    }

    /// null is as good as nothing: encoders write it for what is not set.
    @Test func nothingIsNothing() throws {
        let feedback = try Self.decode(#"{"description":"d","patch":"p","target":null,"action":null,"patches":null}"#)
        #expect(feedback.target == nil && feedback.patches.count == 1)
    }

    @Test(arguments: [
        (#"{"description":"d","patch":"p","dryrun":true}"#, "\"dryrun\" is not known; \"dryRun\" is meant?"),
        (
            #"{"description":"d","patches":[{"patch":"p","base":"x"}]}"#,
            "line 1, column 44: \"patches[0].base\" is not known"
        ),
        (#"{"description":"d"}"#, "\"patch\" is missing, and no \"action\" is asked for"),
        (#"{"description":"d","patches":[]}"#, "\"patches\" has 0 of them"),
        (#"{"description":"d","patches":["p"]}"#, "\"patches[0]\" has the wrong type"),
        (#"{"description":"d","patches":[{"target":"a"}]}"#, "\"patches[0].patch\" is missing"),
        (#"{"description":"d","patch":"p","patches":[{"patch":"p"}]}"#, "do not go together"),
        (#"{"description":"d","format":"file","patches":[{"patch":"p"}]}"#, "\"format\" says something of a \"patch\""),
        (#"{"description":"d","patch":"p","format":"diff"}"#, "\"format\" is one of unified, envelope"),
        (#"{"description":"d","patch":"p","line":0}"#, "\"line\" counts from 1"),
        (#"{"description":"d","patch":"p","line":"3"}"#, "\"line\" has the wrong type"),
        (#"{"description":"d","patch":"p","line":3,"replace":"x"}"#, "not several"),
        (#"{"description":"d","patch":"p","diagnosticId":"x"}"#, "16 hexadecimal digits"),
        (#"{"description":"d","patch":"p","dryRun":"yes"}"#, "\"dryRun\" has the wrong type"),
        (#"{"description":"d","action":"reboot","target":"a"}"#, "\"action\" is one of restart, redeploy"),
        (#"{"description":"d","action":"restart"}"#, "\"action\" needs a \"target\""),
        (#"{"description":"d","action":"restart","target":"a","patch":"p"}"#, "do not go together"),
        (#"{"version":2,"description":"d","patch":"p"}"#, "\"version\" 2 is not known"),
        (#"{"description":"d","patch":"p","patch":"q"}"#, "patch"), (#"[]"#, "it is a list"), ("", "empty"),
    ])
    func whatIsWrongIsNamed(text: String, why: String) {
        let failure = #expect(throws: Failure.self) { try Self.decode(text) }
        #expect(failure?.message.contains(why) == true, "\(text): \(failure?.message ?? "")")
    }

    /// What the deployer writes it reads as the same.
    @Test func aWrittenDocumentReadsTheSame() throws {
        var feedback = Feedback(
            id: "a", description: "d", target: "api",
            patches: [.init("p", format: "unified"), .init("q", target: "web", anchor: .line(2))])
        feedback.isDryRun = true
        for feedback in [
            feedback, Feedback(id: "b", description: "d", patch: "p"),
            Feedback(id: "c", description: "d", target: "api", action: .pause),
        ] {
            let data = try JSONEncoder().encode(FeedbackDocument(feedback))
            #expect(try FeedbackDecoder.decode(Array(data), digest: "x") == feedback)
        }
    }
}
