import Git
import Model
import Testing

@Suite struct GlobTests {
    @Test(arguments: [
        ("shared", "shared/a.txt", true),
        ("shared", "shared", true),
        ("shared/", "shared/a/b.txt", true),
        ("shared/", "shared", false),
        ("shared", "shared2/a.txt", false),
        ("shared/*", "shared/a.txt", true),
        ("shared/*", "shared/a/b.txt", false),
        ("shared/**", "shared/a/b/c.txt", true),
        ("shared/**", "shared", false),
        ("**/*.swift", "a.swift", true),
        ("**/*.swift", "a/b/c.swift", true),
        ("**/*.swift", "a/b/c.swift/d", false),
        ("a/**/b", "a/b", true),
        ("a/**/b", "a/x/y/b", true),
        ("a/**/b", "a/x/y/b/z", true),
        ("a/**/b", "a/x/bb", false),
        ("*.resolved", "Package.resolved", true),
        ("*.resolved", "x/Package.resolved", false),
        ("file?.txt", "file1.txt", true),
        ("file?.txt", "file10.txt", false),
        ("file?.txt", "fileü.txt", true),
        ("[a-c]x", "bx", true),
        ("[!a-c]x", "bx", false),
        ("[^a-c]x", "dx", true),
        ("[]]x", "]x", true),
        ("[a-]x", "-x", true),
        (#"\*.txt"#, "*.txt", true),
        (#"\*.txt"#, "a.txt", false),
        (".*", ".hidden", true),
        ("*", ".hidden", true),
        ("**", "any/thing", true),
        ("libs/*/", "libs/a/b.c", true),
        ("libs/*/", "libs/a", false),
        ("./a/./b", "a/b", true),
        ("a//b", "a/b", true),
        ("*a*b*c*", "xxaxxbxxcxx", true),
        ("*a*b*c*", "xxaxxcxxbxx", false),
    ])
    func matches(pattern: String, path: String, expected: Bool) throws {
        #expect(try Glob(pattern).matches(path) == expected)
    }

    @Test(arguments: ["", "/etc/passwd", "../x", "a/../b", "[abc", "[z-a]", #"a\"#, "[a/b]", "a\0b"])
    func refusesWhatCannotMatch(pattern: String) {
        let failure = #expect(throws: Failure.self) { try Glob(pattern) }
        #expect(failure?.code == .globInvalid)
    }

    @Test(arguments: [
        ("shared/**/*.swift", "shared"), ("a/b/c", "a/b"), ("*.swift", ""), ("a/b*/c", "a"), ("**", ""), ("x/", "x"),
    ])
    func tellsTheFolderItStaysIn(pattern: String, folder: String) throws {
        #expect(try Glob(pattern).folder == folder)
    }

    @Test func agreesWithANaiveMatcher() throws {
        var random = SeededGenerator(seed: 7)
        let names = ["a", "b", "ab", "ba", "abc", "c"]
        let segments = ["a", "b", "*", "**", "a*", "*b", "?", "[ab]", "ab", "*a*"]
        var matched = 0
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 1...4, using: &random)).map { _ in segments.randomElement(using: &random)!
            }
            let path = (0..<Int.random(in: 1...5, using: &random)).map { _ in names.randomElement(using: &random)! }
            let expected = NaiveGlob.matches(pattern, path)
            let text = pattern.joined(separator: "/")
            #expect(
                try Glob(text).matches(path.joined(separator: "/")) == expected,
                "\(text) against \(path.joined(separator: "/"))")
            matched += expected ? 1 : 0
        }
        // The property means something only if both answers come up.
        #expect((2000...18_000).contains(matched))
    }

    @Test func manyStarsTakeNoExponentialTime() throws {
        let glob = try Glob(String(repeating: "*a", count: 60) + "b")
        #expect(!glob.matches(String(repeating: "a", count: 5000)))
        let deep = try Glob((0..<30).map { _ in "**/a" }.joined(separator: "/"))
        #expect(!deep.matches((0..<200).map { _ in "b" }.joined(separator: "/")))
    }

    @Test func aPathIsTakenLiterally() {
        let selection = PathSelection(paths: ["we[i]rd", "a*b"])
        #expect(selection.contains("we[i]rd/file"))
        #expect(!selection.contains("weird/file"))
        #expect(selection.contains("a*b"))
        #expect(!selection.contains("axb"))
        #expect(PathSelection(paths: [""]).isEverything)
    }
}

/// The meaning of a glob as its documentation says it, by plain recursion over segments and characters.
enum NaiveGlob {
    static func matches(_ pattern: [String], _ path: [String]) -> Bool {
        guard let segment = pattern.first else { return false }
        let rest = Array(pattern.dropFirst())
        if segment == "**" {
            if rest.isEmpty { return !path.isEmpty }
            return (0...path.count).contains { matches(rest, Array(path.dropFirst($0))) }
        }
        guard let name = path.first, matches(Array(segment), Array(name)) else { return false }
        if rest.isEmpty {
            // The last segment names a file, or, without wildcards, a folder with everything in it.
            return path.count == 1 || !segment.contains { "*?[".contains($0) }
        }
        return matches(rest, Array(path.dropFirst()))
    }

    private static func matches(_ pattern: [Character], _ text: [Character]) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = Array(pattern.dropFirst())
        switch first {
        case "*": return (0...text.count).contains { matches(rest, Array(text.dropFirst($0))) }
        case "?": return !text.isEmpty && matches(rest, Array(text.dropFirst()))
        case "[":
            guard let end = pattern.firstIndex(of: "]"), let character = text.first else { return false }
            return pattern[1..<end].contains(character)
                && matches(Array(pattern[(end + 1)...]), Array(text.dropFirst()))
        default: return text.first == first && matches(rest, Array(text.dropFirst()))
        }
    }
}
