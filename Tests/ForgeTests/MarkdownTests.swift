import Forge
import Testing

@Suite struct MarkdownTests {
    @Test(
        "In prose nothing is called, linked, closed or drawn",
        arguments: [
            ("Fix the crash: it is fixed, isn't it?", "Fix the crash: it is fixed, isn't it?"),
            ("Hello @everyone", "Hello `@everyone`"), ("Fixes #12", "Fixes `#12`"), ("closes GH-7.", "closes `GH-7.`"),
            ("see https://evil.example/x", "see `https://evil.example/x`"), ("www.evil.example", "`www.evil.example`"),
            ("<script>alert(1)</script>", "`<script>alert(1)</script>`"), ("<!-- hidden", "`<!--` hidden"),
            ("/close", "`/close`"), ("ok /merge", "ok `/merge`"), ("![x](y)", "`![x](y)`"),
            ("a*b* _c_", "`a*b*` `_c_`"),
            ("``` x", "```` ``` ```` x"), ("a`b", "``a`b``"), ("&#64;all", "`&#64;all`"), ("# Heading", "`#` Heading"),
            ("- item", "`-` item"), ("1. item", "`1.` item"), ("---", "`---`"), ("    indented", "indented"),
            ("Grüße, 世界。 Ünïcode", "Grüße, 世界。 Ünïcode"), ("a\u{202E}b\u{200B}c", "abc"),
            ("\u{1B}[31mred\u{1B}[0m", "red"),
            ("user@host", "`user@host`"), ("~~a~~ | b", "`~~a~~` `|` b"), ("x\r\ny\rz", "x\ny\nz"),
            ("$\\alpha$", "`$\\alpha$`"),
            ("", ""), ("!12 %3 ~label", "`!12` `%3` `~label`"),
        ])
    func prose(text: String, expected: String) { #expect(Markdown.prose(text) == expected) }

    @Test(
        "Code spans hold whatever backticks are in them",
        arguments: [
            ("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("``x", "``` ``x ```"), ("a\nb", "`a b`"), ("", ""),
        ])
    func code(text: String, expected: String) { #expect(Markdown.code(text) == expected) }

    @Test("No text closes the block that it stands in")
    func block() {
        let hostile = "```\n@everyone\n````\n<b>\n"
        let block = Markdown.block(hostile)
        #expect(block == "`````text\n```\n@everyone\n````\n<b>\n`````")
        #expect(Markdown.block("x") == "```text\nx\n```")
    }

    @Test("What is cut to the forge's limit keeps to it, and leaves neither a block nor a fold open")
    func capped() {
        let log = (0..<3000).map { "line \($0) @everyone 😀" }.joined(separator: "\n")
        let text = "Head\n\n<details><summary>Log</summary>\n\n" + Markdown.block(log) + "\n\n</details>\n\nTail"
        #expect(Markdown.capped(text, to: 200_000) == text)
        for limit in [1000, 4096, 20_000] {
            let cut = Markdown.capped(text, to: limit)
            #expect(cut.utf16.count <= limit)
            let lines = cut.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count { $0.hasPrefix("```") } == 2)
            #expect(lines.count { $0.hasPrefix("<details>") } == lines.count { $0.hasPrefix("</details>") })
            #expect(cut.contains("left out"))
        }
    }

    @Test("However words are mixed, what could command stays inside code", arguments: 0..<200)
    func mixed(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        let pieces = [
            "@all", "#1", "`", "``", "<b>", "/close", "x", " ", "\n", "*", "[a](b)", "!", "http://a", "\\", "|", "~",
            "-", "1.", ">", "\u{200B}", "é",
        ]
        let text = (0..<40).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        for line in Markdown.prose(text).split(separator: "\n") {
            let outside = Self.outsideCode(String(line))
            for mark in ["@", "#", "<", "[", "*", "|", "~", "!", "\\", "://"] {
                #expect(!outside.contains(mark), "\(line)")
            }
            #expect(!outside.hasPrefix("/") && !outside.hasPrefix(">") && !outside.hasPrefix("- "))
        }
    }

    /// What CommonMark (section 6.1) leaves after its code spans are taken out.
    private static func outsideCode(_ line: String) -> String {
        var (outside, rest) = ("", line[...])
        while let first = rest.first {
            guard first == "`" else {
                outside.append(first)
                rest = rest.dropFirst()
                continue
            }
            let run = rest.prefix { $0 == "`" }.count
            var search = rest.dropFirst(run)
            var end: Substring?
            while let tick = search.firstIndex(of: "`") {
                let found = search[tick...].prefix { $0 == "`" }.count
                search = search[tick...].dropFirst(found)
                if found == run {
                    end = search
                    break
                }
            }
            if let end {
                rest = end
            } else {
                outside += rest.prefix(run)
                rest = rest.dropFirst(run)
            }
        }
        return outside
    }
}

struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
