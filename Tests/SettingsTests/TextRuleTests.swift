import Documents
import Model
import TestSupport
import Testing

@testable import Settings

/// A rule is written twice, as code for the daemon and as a pattern for the schema: both must mean the same.
@Suite struct TextRuleTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var rule: TextRule
        var alphabet: [String]
        /// The code may be stricter: it also knows what the pattern cannot say.
        var isStricter = false
        var good: [String]
        var bad: [String]
        var testDescription: String { rule.name }
    }

    static let examples: [Example] = [
        Example(
            rule: .serviceName, alphabet: ["a", "B", "1", "-", "_", ".", "/", ".lock", " ", "é"],
            good: ["a", "a/b", "A-1_.x", "a.locks", "_/_"],
            bad: ["", "/", "a/", "a//b", "a/b/c", ".a", "-a", "a/.b", "a.lock", "a.lock/b", "a b"]),
        Example(
            rule: .kind, alphabet: ["a", "Z", "1", "-", "_"], good: ["swift", "docker-compose", "k8s"],
            bad: ["", "Swift", "1a", "-a", "a_b"]),
        Example(
            rule: .variableName, alphabet: ["a", "Z", "1", "_", "-", "="], good: ["A", "_x1", "PATH"],
            bad: ["", "1A", "A-B", "A=B"]),
        Example(
            rule: .tokenHost, alphabet: ["a", "1", ".", ":", "/", "@", "https://", "ftp://", " ", ","],
            isStricter: true,
            good: ["git.example.org", "h:8443", "https://h", "http://127.0.0.1:3000", "[::1]:80"],
            bad: ["", "a b", "u@h", "h/x", "ftp://h", "h:0", "h:x", "a,b", "https://"]),
        Example(
            rule: .folder, alphabet: ["a", "/", ".", "..", "\\", " ", "é", "\n"],
            good: [".", "a", "a/b", "...", "a..b", "./a", "a b"],
            bad: ["", "/a", "..", "a/..", "../a", "a/../b", "a\\b", "a\nb"]),
        Example(
            rule: .glob, alphabet: ["a", "/", ".", "..", "*", "[", "]", "!", "\\", "?"], isStricter: true,
            good: ["**", "a/*.swift", "[a-z]?", "[!]a]", "a\\[b", "x/"], bad: ["", "/a", "../a", "a[b", "a\\", "[a/b]"]),
        Example(
            rule: .branch, alphabet: ["a", "/", ".", "..", ".lock", "-", "@", "{", "~", " ", "*", "["],
            good: ["main", "feature/x", "a.b", "a@b", "x-1"],
            bad: [
                "", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a..b", "a.", "@", "a@{b", "-a", "a b",
                "a~1", "a*",
            ]),
        Example(
            rule: .branchPrefix, alphabet: ["a", "/", ".", "-", "@", "{", "~"], good: ["codex/", "fix-", "a", "a."],
            bad: ["", "/", "-a", "a..", "a~"]),
        Example(
            rule: .httpURL, alphabet: ["http://", "https://", "HTTP://", "a", "@", "/", "?", "#", ":", " ", "ftp://"],
            good: ["http://a", "https://a:80/x?y#z", "HTTP://A", "http://a/@"],
            bad: ["", "a", "ftp://a", "http://", "http:///x", "http://u@h", "http://a b"]),
        Example(
            rule: .endpoint, alphabet: ["a", "1", ":", "[", "]", "::1", "80", " "], isStricter: true,
            good: ["h:1", "127.0.0.1:65535", "[::1]:80"],
            bad: ["", "h", "h:", ":80", "h:0", "h:65536", "a:b:80", "[]:80", "h h:80"]),
        Example(
            rule: .digest, alphabet: ["a", "0"], good: [String(repeating: "0a", count: 32)],
            bad: ["", "0a", String(repeating: "0A", count: 32), String(repeating: "0", count: 65)]),
        Example(rule: .file, alphabet: ["/", "a", "."], good: ["/a", "/"], bad: ["", "a", "./a"]),
        Example(
            rule: .personName, alphabet: ["a", " ", "<", ">", "é"], isStricter: true, good: ["A B", "é"],
            bad: ["", " ", "a<b", "a>"]),
        Example(
            rule: .email, alphabet: ["a", "@", ".", " ", "<"], good: ["a@b", "a.b@c.d"],
            bad: ["", "a", "@b", "a@", "a@b@c", "a b@c", "<a@b>"]),
        Example(
            rule: .remoteName, alphabet: ["a", "-", ".", "/", " "], isStricter: true, good: ["origin", "up.stream"],
            bad: ["", "-a", "a/b", "a b"]),
    ]

    @Test(arguments: examples) func theRuleTakesAndRefuses(example: Example) {
        for text in example.good { #expect(example.rule.refusal(text) == nil, "\(text)") }
        for text in example.bad { #expect(example.rule.refusal(text) != nil, "\(text)") }
    }

    @Test(arguments: examples) func patternAndCodeAgree(example: Example) throws {
        let regex = try Regex(try #require(example.rule.pattern))
        var random = SeededRandom(seed: 7)
        var texts = example.good + example.bad
        for _ in 0..<400 {
            let length = Int.random(in: 0..<8, using: &random)
            texts.append((0..<length).map { _ in example.alphabet.randomElement(using: &random) ?? "" }.joined())
        }
        for text in texts {
            let isMatch = text.contains(regex) && example.rule.lengths.contains(text.unicodeScalars.count)
            let isTaken = example.rule.refusal(text) == nil
            if example.isStricter, !isTaken { continue }
            #expect(isMatch == isTaken, "'\(text)': pattern \(isMatch), code \(isTaken)")
        }
    }

    @Test(
        arguments: [
            ("1", Duration.seconds(1)), ("0.5", .milliseconds(500)), ("90s", .seconds(90)), ("1h30m", .seconds(5400)),
            ("250ms", .milliseconds(250)), ("2d", .seconds(172_800)), ("1m1m", .seconds(120)), ("0s", nil), ("0", nil),
            ("", nil), ("s", nil), ("-1s", nil), ("1.5s", nil), ("1e3", nil), ("0x10", nil), ("inf", nil), ("1 s", nil),
            ("9999999999", nil), ("1S", nil), ("1s ", nil), ("٣s", nil), ("1.", nil), (".5", nil), ("nan", nil),
            ("999999999d999999999d", .seconds(172_799_999_827_200)),
        ] as [(String, Duration?)]) func durationsAreRead(text: String, expected: Duration?) throws
    {
        #expect(Shape.duration(text) == expected)
        let isMatch = text.contains(try Regex(Shape.durationPattern))
        if expected != nil { #expect(isMatch) } else if isMatch { #expect(["0", "0s"].contains(text)) }
    }

    @Test(
        arguments: [
            ("1", 1), ("1 KiB", 1024), ("5MB", 5_000_000), ("1GiB", 1 << 30), ("2TB", 2_000_000_000_000), ("", nil),
            ("MB", nil), ("1 ", nil), ("1  MB", nil), ("1.5MB", nil), ("-1", nil), ("9999999999999999", nil),
            ("999999999999999TiB", nil), ("1mb", nil),
        ] as [(String, Int?)]) func sizesAreRead(text: String, expected: Int?)
    { #expect(Shape.size(text) == expected) }

    @Test func spelledValuesAreReadAsTheSame() {
        for milliseconds in [1, 250, 999, 1000, 1500, 60_000, 61_000, 120_000, 3_600_000, 5_400_000, 86_400_000] {
            let duration = Duration.milliseconds(milliseconds)
            #expect(Shape.duration(Shape.spell(duration)) == duration)
        }
        for bytes in [1, 1000, 1024, 1536, 1 << 20, 1 << 30, (1 << 30) + 1] {
            #expect(Shape.size(Shape.spell(bytes: bytes)) == bytes)
        }
    }

    @Test(
        arguments: [
            ("dependson", "depends_on"), ("helth", "health"), ("timeout", "timeouts"), ("Kind", "kind"), ("env", nil),
            ("kidn", "kind"), ("", nil), ("zzzzzzzz", nil),
        ] as [(String, String?)]) func misspeltNamesAreRecognised(text: String, expected: String?)
    {
        let names = ["path", "kind", "inputs", "depends_on", "stages", "health", "timeouts", "environment", "remote"]
        #expect(Spelling.nearest(to: text, among: names) == expected)
    }
}
