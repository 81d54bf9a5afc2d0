import Testing

@testable import Coders

@Suite struct AnswerDocumentTests {
    @Test func documentsAreFoundInWhateverIsAroundThem() {
        #expect(EmbeddedObjects(#"a {"x": "}{\""} b {1}"#).objects == [#"{"x": "}{\""}"#, "{1}"])
        #expect(EmbeddedObjects("{{}").endsOpen && !EmbeddedObjects("}{}").endsOpen)
        #expect(EmbeddedObjects("\"{\" {\"a\": 1}").objects.count <= 1)
    }

    @Test func theSameDocumentTwiceIsOne() throws {
        let text = "Draft: \(Fixtures.answer()) Final: \(Fixtures.answer())"
        #expect(try AnswerDocument.read(text, wantsChangelog: false).patches.count == 1)
    }

    @Test func aChangelogLineIsReadWhereItIsWanted() throws {
        let text = #"{"description":"d","changelog":"A line","patches":[{"text":"x"}],"cannot":"perhaps"}"#
        #expect(try AnswerDocument.read(text, wantsChangelog: true).changelog == "A line")
        let document = try AnswerDocument.read(text, wantsChangelog: false)
        #expect(document.changelog == nil && document.notes == ["it sent a patch, and says besides: perhaps"])
    }

    @Test func aFloodOfPatchesIsRefused() {
        let many = Array(repeating: #"{"text":"x"}"#, count: 51).joined(separator: ",")
        #expect(throws: CoderFailure.self) {
            try AnswerDocument.read(#"{"description":"d","patches":[\#(many)]}"#, wantsChangelog: false)
        }
        let long = String(repeating: "x", count: 2_000_001)
        #expect(throws: CoderFailure.self) {
            try AnswerDocument.read(#"{"description":"d","patches":[{"text":"\#(long)"}]}"#, wantsChangelog: false)
        }
    }

    /// A right document with pieces taken out, doubled and exchanged: an answer or a named failure, never a trap, never slow.
    @Test(arguments: 0..<300) func mutilatedAnswersAreReadOrNamed(seed: Int) {
        var state = UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        var bytes = Array("Well: ```json\n\(Fixtures.answer())\n```".utf8)
        for _ in 0..<random(6) + 1 {
            let at = random(bytes.count)
            switch random(4) {
            case 0: bytes.remove(at: at)
            case 1: bytes[at] = Array("{}[]\",:\\\u{0}x".utf8)[random(10)]
            case 2: bytes.insert(contentsOf: bytes[random(at)..<at], at: at)
            default: bytes.removeSubrange(at...)
            }
            if bytes.isEmpty { bytes = [UInt8(ascii: "{")] }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(CoderFailure) {
            #expect(try !AnswerDocument.read(text, wantsChangelog: true).patches.isEmpty)
        } catch {
            #expect(error.meaning == .badAnswer && !error.description.isEmpty)
        }
    }

    @Test func hostileAnswersAreReadInLinearTime() {
        let clock = ContinuousClock()
        for text in [
            String(repeating: "{", count: 2_000_000), String(repeating: "{\"", count: 1_000_000),
            String(repeating: "{}", count: 1_000_000), String(repeating: "[", count: 2_000_000),
        ] {
            let spent = clock.measure { _ = try? AnswerDocument.read(text, wantsChangelog: false) }
            #expect(spent < .seconds(20))
        }
    }
}
