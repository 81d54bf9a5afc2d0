import Logs
import Testing

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain text\twith a tab", "plain text\twith a tab"),
        ("\u{1B}[31mred\u{1B}[0m", "red"),
        ("\u{1B}[2J\u{1B}[1;1Hgone", "gone"),
        ("\u{1B}]0;title\u{7}text", "text"),
        ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
        ("\u{1B}]0;no end", "^[]0;no end"),
        ("\u{1B}[31", "^[[31"),
        ("\u{1B}c", "^[c"),
        ("a\rb\u{8}c\u{0}", "a^Mb^Hc^@"),
        ("del\u{7F} c1\u{9B}31m", "del^? c1\\u{9B}31m"),
        ("if user != \"\u{202E}nimda\u{2066}\"", "if user != \"\\u{202E}nimda\\u{2066}\""),
        ("zero\u{200B}width\u{FEFF}", "zero\\u{200B}width\\u{FEFF}"),
        ("größe 漢字 👩‍👩‍👧", "größe 漢字 👩‍👩‍👧"),
        ("line\nend", "line^Jend"),
    ])
    func hostileTextIsMadeVisible(text: String, shown: String) {
        #expect(TerminalText.neutralised(text) == shown)
    }

    @Test func noControlSurvivesWhateverIsThrownAtIt() {
        var generator = SystemRandomNumberGenerator()
        let alphabet: [Unicode.Scalar] = [
            "\u{1B}", "[", "]", "0", ";", "m", "\u{7}", "\\", "\n", "\u{9B}", "\u{202E}", "é", "x",
        ]
        for _ in 0..<3000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<40, using: &generator) {
                text.append(alphabet.randomElement(using: &generator) ?? "x")
            }
            let shown = TerminalText.neutralised(String(text))
            #expect(!shown.unicodeScalars.contains(where: TerminalText.isHostile), "\(String(text).debugDescription)")
        }
    }

    @Test(arguments: [
        ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("漢字漢字", 5, "漢字…"), ("漢字漢字", 4, "漢…"), ("abc", 1, "…"), ("abc", 0, ""),
        ("e\u{301}e\u{301}e\u{301}", 3, "e\u{301}e\u{301}e\u{301}"),
    ])
    func textIsCutByTheCell(text: String, cells: Int, shown: String) {
        #expect(TerminalText.cut(text, to: cells) == shown)
        #expect(TerminalText.width(TerminalText.cut(text, to: cells)) <= max(cells, 0))
    }
}
