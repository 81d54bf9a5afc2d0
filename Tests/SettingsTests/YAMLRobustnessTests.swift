import Documents
import Model
import TestSupport
import Testing

@testable import Settings

/// Whatever the bytes are: an answer, soon.
@Suite struct YAMLRobustnessTests {
    static func problems(_ bytes: [UInt8]) -> [ConfigurationProblem] {
        do {
            _ = try DeployerFile.parse(bytes)
            return []
        } catch {
            return error.problems
        }
    }
    static func problems(_ text: String) -> [ConfigurationProblem] { problems(Array(text.utf8)) }

    /// Nine levels of nine aliases: 387 million values, and as a key a hash of all of them.
    @Test(.timeLimit(.minutes(1)), arguments: [true, false]) func aBombOfAliasesIsOneError(asKey: Bool) {
        var lines = ["x-0: &a0 [1,2,3,4,5,6,7,8,9]"]
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            lines.append("x-\(level): &a\(level) [\(aliases)]")
        }
        if asKey { lines.append("? *a9\n: 1") }
        let found = Self.problems(lines.joined(separator: "\n"))
        #expect(found.contains { $0.message.hasPrefix("aliases make the file grow") })
        #expect(found.count < 5)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [100, 900, 5000, 50_000]) func deepNestingIsOneError(depth: Int) {
        let flow = "x-a: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(Self.problems(flow).count == 1)
        let mappings = "x-a: " + String(repeating: "{a: ", count: depth) + String(repeating: "}", count: depth)
        #expect(Self.problems(mappings).count == 1)
        let block = String(repeating: "- ", count: depth) + "x"
        #expect(!Self.problems(block).isEmpty)
        #expect(!Self.problems("x-a: " + String(repeating: "[", count: depth)).isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func aTooLargeFileIsRefusedUnread() {
        let found = Self.problems([UInt8](repeating: UInt8(ascii: "["), count: 10_000_000))
        #expect(found.count == 1)
        #expect(found.first?.message == "the file has 10000000 bytes; at most 1048576 are read")
    }

    @Test(.timeLimit(.minutes(1))) func aLargeFileOfServicesIsReadInOneGo() throws {
        var text = "services:\n"
        for index in 0..<5000 {
            text += "  service-\(index):\n    kind: swift\n    environment: {A: b, C: d}\n    health: {tcp: 80}\n"
        }
        let configuration = try DeployerFile.parse(Array(text.utf8))
        #expect(configuration.services(.defaults).count == 5000)
    }

    @Test func bytesThatAreNotUTF8AreShown() {
        let bytes = Array("interval: 5s\nx-ä: ".utf8) + [0xFF, 0xFE] + Array("\n".utf8)
        let found = Self.problems(bytes)
        #expect(found.map(\.line) == [2])
        #expect(found.map(\.column) == [6])
        #expect(found.first?.message == "the file is not UTF-8 here")
    }

    @Test func starsThatAreNoAliasesStayStars() throws {
        let text = """
            services:
              a:
                kind: swift
                inputs: ["*.swift", 'b/*', src/**, "&*c"]
                environment:
                  LITERAL: |
                    *not an alias
                    * nor this
                  PLAIN: a * b *c
                  PRIVATE: "\u{E000}*"
            """
        // A control character is refused in variables, so the literal block is read apart.
        let root = try #require(try DocumentReader.yaml(Array(text.utf8)).root)
        let service = try #require(root["services"]?["a"])
        #expect(service["inputs"]?.items?.compactMap(\.text) == ["*.swift", "b/*", "src/**", "&*c"])
        #expect(service["environment"]?["LITERAL"]?.text == "*not an alias\n* nor this\n")
        #expect(service["environment"]?["PLAIN"]?.text == "a * b *c")
        #expect(service["environment"]?["PRIVATE"]?.text == "\u{E000}*")
    }

    @Test func aliasesAndMergesStandForTheirValues() throws {
        let text = """
            a: &a {x: 1, y: 2}
            b: &b {y: 3, z: 4}
            c: {<<: [*a, *b], x: 9}
            d: [*a, &s text, *s]
            e: &a 5
            f: *a
            """
        let root = try #require(try DocumentReader.yaml(Array(text.utf8)).root)
        #expect(root["c"]?.json == .object(["x": .integer(9), "y": .integer(2), "z": .integer(4)]))
        #expect(root["d"]?.items?[2].text == "text")
        #expect(root["f"]?.scalar == .integer(5))
    }

    @Test(arguments: [
        ("null", DocumentScalar.null), ("~", .null), ("", .null), ("true", .boolean(true)), ("FALSE", .boolean(false)),
        ("yes", .text("yes")), ("12", .integer(12)), ("-0", .integer(0)), ("0x1F", .integer(31)),
        ("0o17", .integer(15)),
        ("1_000", .text("1_000")), ("1e3", .number(1000)), (".5", .number(0.5)), ("5.", .number(5)), (".", .text(".")),
        ("1e", .text("1e")), ("0x", .text("0x")), ("0x-1", .text("0x-1")), ("12:30", .text("12:30")), ("-", .text("-")),
        ("99999999999999999999", .number(1e20)), (".inf", .number(.infinity)), ("inf", .text("inf")),
        ("0x1p3", .text("0x1p3")),
    ]) func scalarsAreWhatTheCoreSchemaSays(text: String, expected: DocumentScalar) {
        #expect(DocumentScalar(text, isPlain: true) == expected)
        #expect(DocumentScalar(text, isPlain: false) == .text(text))
    }

    /// Damages a good file in thousands of ways: no crash, no hang, and every problem has a place inside the file.
    @Test(.timeLimit(.minutes(2))) func damagedFilesAreAnswered() {
        let base = Array(DeployerFileTests.full.utf8)
        let pieces: [[UInt8]] = [
            "*", "&", "{", "}", "[", "]", ":", ": ", "- ", "\n", "\t", "'", "\"", "|", ">", "#", "!",
            "? ", "<<: ", "*quick", "---\n", "...\n", "%", "@", "\u{0}", "\u{E000}", "\u{2028}", "\\", "  ",
        ].map { Array($0.utf8) }
        var random = SeededRandom(seed: 42)
        var accepted = 0
        for _ in 0..<800 {
            var bytes = base
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1..<30, using: &random)))
                default: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
                }
            }
            let found = Self.problems(bytes)
            if found.isEmpty { accepted += 1 }
            let lines = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 2
            for problem in found
            where (problem.line ?? 1) > lines + 3 || (problem.line ?? 1) < 1 || (problem.column ?? 1) < 1 {
                Issue.record("\(problem) lies outside of the file")
            }
        }
        #expect(accepted > 5 && accepted < 700)
    }
}
