import Model
import Testing

@testable import Patches

@Suite struct WholeAndSnippetTests {
    private func whole(_ text: String, over old: String?, target: String = "a.swift") throws -> String {
        let set = try PatchTrial.read(text, .file, target: target)
        let applied = try PatchApplier.apply(set.files[0], to: old.map { Array($0.utf8) }, knowing: .base)
        return String(decoding: applied.content ?? [], as: UTF8.self)
    }

    @Test func aWholeFileTakesThePlaceOfTheOld() throws {
        #expect(try whole("new\n", over: "old\n") == "new\n")
        #expect(try whole("new\n", over: nil) == "new\n")
        #expect(try whole("```swift\nnew\n```\n", over: "old\n") == "new\n")
        #expect(try whole("```\nnew\n```\n", over: "x", target: "README.md") == "```\nnew\n```\n")
        #expect(try whole("a\nb\n", over: "x\r\ny\r\n") == "a\r\nb\r\n")
        #expect(try whole("a\n", over: "\u{FEFF}x\n") == "\u{FEFF}a\n")
        // Named, so its content is nobody else's dialect.
        #expect(try whole("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", over: "x").hasPrefix("--- a/x"))
    }

    /// What came in since its author looked would be undone.
    @Test func aWholeFileOverOneThatMayHaveChangedIsRefused() throws {
        let set = try PatchTrial.read("new\n", .file, target: "a.swift")
        #expect(throws: PatchRejection.self) { try PatchApplier.apply(set.files[0], to: Array("old\n".utf8)) }
        #expect(try PatchApplier.apply(set.files[0], to: Array("new\n".utf8)).isUnchanged)
        #expect(try PatchApplier.apply(set.files[0], to: []).content == Array("new\n".utf8))
    }

    @Test(arguments: ["````markdown\n# A\n```sh\nls\n```\n````\n", "```markdown\n# A\n```sh\nls\n```\n```\n"])
    func aCodeBlockAroundAWholeMarkdownFileIsNoPartOfIt(text: String) throws {
        #expect(try whole(text, over: nil, target: "README.md") == "# A\n```sh\nls\n```\n")
    }

    @Test func aWholeFileThatLeavesLinesOutIsRefused() {
        #expect(throws: Failure.self) { try whole("func a() {}\n// ... existing code ...\n", over: "x") }
        #expect(throws: Failure.self) { try whole("", over: "x") }
        #expect(throws: Failure.self) { try PatchTrial.read("x", .file) }
    }

    @Test func aDeletionTakesWhateverIsThere() throws {
        let set = PatchSet.deletion(of: "a.swift")
        #expect(try PatchApplier.apply(set.files[0], to: [1]).content == nil)
        #expect(try PatchApplier.apply(set.files[0], to: nil).isUnchanged)
    }

    @Test func textWithoutSignsIsASnippetAndNeverPlacedByItself() throws {
        let set = try PatchTrial.read("guard let x else { return }\n", target: "a.swift")
        #expect(set.format == .snippet && set.files[0].kind == .snippet)
        let rejection = #expect(throws: PatchRejection.self) {
            try PatchApplier.apply(set.files[0], to: Array("a\n".utf8))
        }
        #expect(rejection?.failure.code.rawValue == "feedback.anchor")
        #expect(throws: Failure.self) { try PatchTrial.read("guard let x else { return }\n") }
    }

    private func candidates(_ text: String, in file: String, at anchor: SnippetPlacer.Anchor) throws -> [String: String]
    {
        let set = try PatchTrial.read(text, .snippet, target: "a.swift")
        let made = try SnippetPlacer.candidates(set.files[0], in: Array(file.utf8), at: anchor)
        return Dictionary(
            uniqueKeysWithValues: made.map { ($0.way.rawValue, String(decoding: $0.content, as: UTF8.self)) })
    }

    @Test func aLineGivesEveryWayOfPlacing() throws {
        let file = "func f() {\n    if a {\n        b()\n    }\n}\n"
        let made = try candidates("// ...\nguard a else { return }\nb()\n", in: file, at: .line(2))
        #expect(made["replace-line"] == "func f() {\n    guard a else { return }\n    b()\n        b()\n    }\n}\n")
        #expect(made["replace-block"] == "func f() {\n    guard a else { return }\n    b()\n}\n")
        #expect(made["replace-same-length"] == "func f() {\n    guard a else { return }\n    b()\n    }\n}\n")
        #expect(
            made["insert-before"]?.hasPrefix("func f() {\n    guard a else { return }\n    b()\n    if a {") == true)
        #expect(made["insert-after"]?.hasPrefix("func f() {\n    if a {\n    guard a else { return }\n") == true)
        #expect(made.count == 5)
    }

    /// Placed once more it would stand there twice, and many a file builds with that.
    @Test(arguments: [
        ("func f() {\n    call()\n}\n", "call()\n", 2), ("func f() {\n    call()\n}\n", "    call()\n", 2),
        ("func f() {\n    call()\n}\n", "func f() {\n    call()\n}\n", 1),
        ("a\nfirst()\nsecond()\nb\n", "first()\nsecond()\n", 2), ("a\r\ncall()\r\n", "call()\n", 2),
        ("call()", "call()\n", 1),
        ("func f() {\n    i += 1\n}\n", "i += 1\n", 2), ("x = 0\n", "x = 0", 1),
    ])
    func whatStandsThereAlreadyIsNotPlacedBesideItself(file: String, snippet: String, line: Int) throws {
        let made = try candidates(snippet, in: file, at: .line(line))
        #expect(Array(made.values) == [file], "\(made)")
    }

    /// A brace that is missing goes beside another.
    @Test func aLoneBraceMayStandBesideAnother() throws {
        let made = try candidates("}\n", in: "func f() {\n    if a {\n    }\n", at: .line(3))
        #expect(made.values.contains("func f() {\n    if a {\n    }\n    }\n"), "\(made)")
        // Or it is what stands there.
        #expect(made.values.contains("func f() {\n    if a {\n    }\n") && made.count == 2, "\(made)")
    }

    @Test func textToReplaceStandsThereOnce() throws {
        let file = "a = 1\n    b = a!\nc = a!\n"
        #expect(
            try candidates("b = a ?? 0\n", in: file, at: .replace(Array("b = a!".utf8)))
                == ["replace-text": "a = 1\n    b = a ?? 0\nc = a!\n"])
        #expect(
            try candidates("a ?? 2", in: file, at: .replace(Array("= a!\nc = a!".utf8)))
                == ["replace-text": "a = 1\n    b a ?? 2\n"])
        let twice = #expect(throws: PatchRejection.self) {
            try candidates("x", in: file, at: .replace(Array("a!".utf8)))
        }
        #expect(twice?.detail.candidates == [2, 3])
        #expect(throws: PatchRejection.self) { try candidates("x", in: file, at: .replace(Array("zz".utf8))) }
        #expect(throws: PatchRejection.self) { try candidates("x", in: file, at: .line(9)) }
    }

    @Test(arguments: ["a()\n// ... existing code ...\nb()\n", "func f() { ... }\n", "a()\n...\nb()\n"])
    func aHoleInTheMiddleHasNoPlace(text: String) {
        let rejection = #expect(throws: PatchRejection.self) { try candidates(text, in: "x\n", at: .line(1)) }
        #expect(rejection?.detail.reason == .anchor)
    }

    @Test func endsAndLineEndsOfTheFileStay() throws {
        #expect(try candidates("x", in: "a\r\nb", at: .line(2))["replace-line"] == "a\r\nx")
        #expect(try candidates("x", in: "", at: .line(1)) == ["insert-before": "x\n"])
    }
}
