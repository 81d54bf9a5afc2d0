import Diagnostics
import Testing

@Suite struct TextScrubberTests {
    @Test(arguments: [
        ("plain text, with umlauts äöü and 日本語 and 🎉", "plain text, with umlauts äöü and 日本語 and 🎉"),
        ("\u{1B}[1;31merror:\u{1B}[0;0m x", "error: x"),
        ("\u{1B}]8;;http://evil\u{7}link\u{1B}]8;;\u{7}", "link"),
        ("\u{1B}]0;title\u{1B}\\after", "after"),
        ("\u{1B}(B\u{1B}=x", "x"),
        ("\u{9B}31mred", "red"),
        ("a\u{200B}b\u{202E}c\u{2066}d\u{FEFF}e\u{00AD}f", "abcdef"),
        ("tag\u{E0041}\u{E007F}s", "tags"),
        ("bell\u{7}null\u{0}del\u{7F}", "bellnulldel"),
        ("tab\tline\r\nnext\r", "tab\tline\nnext"),
        ("cut \u{1B}[31", "cut "),
        ("\u{1B}[31\nnext line", "\nnext line"),
    ]) func hidesWhatHides(_ hostile: String, _ harmless: String) {
        #expect(TextScrubber.scrub(hostile) == harmless)
        #expect(TextScrubber.scrub(Array(hostile.utf8)) == harmless)
        #expect(TextScrubber.scrub(TextScrubber.scrub(hostile)) == harmless)
    }

    @Test func invalidBytesBecomeTheReplacementCharacter() {
        #expect(TextScrubber.scrub([0x61, 0xFF, 0x62, 0xC3]) == "a\u{FFFD}b\u{FFFD}")
    }

    @Test func anUnendedStringSequenceDoesNotSwallowTheLog() {
        let text = TextScrubber.scrub("\u{1B}]" + String(repeating: "a", count: 1000))
        #expect(text.count > 700)
    }

    @Test func shortTextsAreKeptWholeAndLongOnesAtBothEnds() {
        #expect(TextScrubber.excerpt("short") == LogExcerpt(head: "short"))
        let long = (0..<20_000).map { "\($0 % 10)" }.joined()
        let excerpt = TextScrubber.excerpt(long)
        #expect(excerpt.head == String(long.prefix(5000)))
        #expect(excerpt.tail == String(long.suffix(5000)))
        #expect(excerpt.omitted == 10_000)
        #expect(excerpt.text.contains("[... 10000 characters left out ...]"))
    }

    @Test(arguments: [0, 1, 3, 10, 11, 12, 40]) func nothingIsLostOrDoubledAtTheSeam(_ length: Int) {
        let text = String((0..<length).map { Character(Unicode.Scalar(UInt8(65 + $0 % 26))) })
        let excerpt = TextScrubber.excerpt(text, head: 5, tail: 6)
        #expect(excerpt.head.count + excerpt.tail.count + excerpt.omitted == length)
        #expect(text.hasPrefix(excerpt.head) && text.hasSuffix(excerpt.tail))
        if length <= 11 { #expect(excerpt.text == text) }
    }

    @Test func charactersAreCountedAsPeopleSeeThem() {
        let excerpt = TextScrubber.excerpt("🇩🇪🇫🇷🇯🇵e\u{301}x", head: 3, tail: 1)
        #expect(excerpt.head == "🇩🇪🇫🇷🇯🇵")
        #expect(excerpt.tail == "x")
        #expect(excerpt.omitted == 1)
    }

    @Test func aCollectorFedInPiecesGivesTheSameExcerpt() {
        let bytes = Array("line \u{1B}[31mone\u{1B}[0m äöü\nline two 日本語\n".utf8)
        var whole = LogExcerptCollector(head: 8, tail: 7)
        whole.append(bytes)
        var pieces = LogExcerptCollector(head: 8, tail: 7)
        for byte in bytes { pieces.append([byte]) }
        #expect(whole.finish() == pieces.finish())
    }

    @Test func theFenceDoesNotOccurInWhatItFences() {
        let first = LogExcerpt(head: "hello").fenced("log")
        let marker = first.split(separator: "\n")[0]
        let fenced = LogExcerpt(head: "hello\n\(marker)\nrm -rf").fenced("log")
        let lines = fenced.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0 == lines[0] }.count == 1)
        #expect(lines.last?.hasPrefix("----- end log ") == true)
        #expect(!LogExcerpt(head: "x").text.contains(lines[0]))
    }
}
