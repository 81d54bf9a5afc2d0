import Model
import Testing

@testable import Patches

@Suite struct BlocksTests {
    static func block(_ search: String, _ replace: String) -> String {
        "<<<<<<< SEARCH\n\(search)=======\n\(replace)>>>>>>> REPLACE\n"
    }

    @Test(arguments: [
        "src/a.swift\n", "src/a.swift\n```swift\n", "`src/a.swift`\n\n```\n", "**src/a.swift**\n```swift\n",
        "### src/a.swift:\n",
        "File: src/a.swift\n```\n", "I change this:\n\nsrc/a.swift\n```swift\n", "```swift\nsrc/a.swift\n",
        "./src/a.swift\n",
        "// src/a.swift\n", "```swift src/a.swift\n", "```swift:src/a.swift\n",
    ]) func theNameAboveIsRead(head: String) throws {
        let set = try PatchTrial.read(head + Self.block("a\n", "b\n"))
        #expect(set.format == .blocks && set.files.map(\.newPath) == ["src/a.swift"])
    }

    @Test func severalBlocksAreSeveralHunksOfTheirFiles() throws {
        let set = try PatchTrial.read(
            "a.swift\n" + Self.block("1\n", "2\n") + "\n" + Self.block("3\n", "4\n") + "b.swift\n"
                + Self.block("", "new\n")
                + "a.swift\n" + Self.block("5\n", ""))
        #expect(set.files.map(\.newPath) == ["a.swift", "b.swift"])
        #expect(set.files[0].hunks.count == 3 && set.files[1].kind == .create)
        let applied = try PatchApplier.apply(set.files[0], to: Array("5\n3\n1\n".utf8))
        #expect(applied.content == Array("4\n2\n".utf8))
        #expect(try PatchApplier.apply(set.files[1], to: nil).content == Array("new\n".utf8))
    }

    @Test func theTargetNamesTheFirstFile() throws {
        let text = "This mends it:\n\n" + Self.block("a\n", "b\n")
        #expect(try PatchTrial.read(text, target: "x/y.swift").files.map(\.newPath) == ["x/y.swift"])
        #expect(throws: Failure.self) { try PatchTrial.read(text) }
        // What stands between may be a name that is not recognised.
        let second = text + "and in the other one\n" + Self.block("c\n", "d\n")
        #expect(throws: Failure.self) { try PatchTrial.read(second, target: "x/y.swift") }
    }

    @Test(arguments: [
        ("a.swift\n<<<<<<< SEARCH\na\n=======\nb\n", "does not end"),
        ("a.swift\n<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n", "does not end"),
        ("a.swift\n" + block("a\n", "a\n"), "changes nothing"),
        ("a.swift\n" + block("a\n", "b\n=======\nc\n"), "two lines of 7"),
        ("a.swift\n" + block("", "b\n") + "a.swift\n" + block("b\n", "c\n"), "in one block"),
        ("a.swift\n" + block("a\n", "b\n") + ">>>>>>> REPLACE\n", "has not begun"),
        ("a.swift\n" + block("a\n", "b\n# ... rest of the file unchanged ...\n"), "does not show"),
    ]) func whatCannotBeMeantIsRefused(patch: String, why: String) {
        let failure = #expect(throws: Failure.self) { try PatchTrial.read(patch) }
        let text = failure.map { "\($0)" } ?? ""
        #expect(text.contains(why) && text.contains("of the patch"), "\(text)")
    }

    @Test func longerMarkersHoldShorterOnes() throws {
        let patch = "a.md\n<<<<<<<<< SEARCH\nTitle\n=======\n=========\nTitle\n-----\n>>>>>>>>> REPLACE\n"
        #expect(try PatchTrial.apply(patch, to: "Title\n=======\ntext\n") == "Title\n-----\ntext\n")
    }
}
