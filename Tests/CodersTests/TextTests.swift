import Testing

@testable import Coders

@Suite struct TextTests {
    @Test(arguments: [
        ("Fix the port", "Fix the port"), ("fixes the port.", "Fix the port"), ("Fixed the port", "Fix the port"),
        ("Adding a guard", "Add a guard"), ("**Added** a guard", "Add a guard"),
        ("# Commit message: \"Use a default\"", "Use a default"), ("- use a default", "Use a default"),
        ("main.swift: use a default", "main.swift: use a default"), ("fix: use a default", "fix: use a default"),
        ("```\nUse a default\n```", "Use a default"),
        ("\n\nUse a default\n\n\n\nIt was nil.\n", "Use a default\n\nIt was nil."),
        ("Use it\n\nCo-authored-by: A <a@b>\nSigned-off-by: x\n", "Use it"),
        ("Use it\n\nFeedback-Id: f-1\nVerified-By: codex-deployer (api: ok)", "Use it"),
        ("Use it\n\n> Feedback-Id: f-1\nThe reason: it was nil", "Use it\n\nThe reason: it was nil"),
        ("Co-authored-by: x\nUse it", "Use it"), ("\u{1B}[31mUse\u{1B}[0m i\u{200B}t\u{07}", "Use it"),
        ("Use it\r\n\r\nBecause.\r\n", "Use it\n\nBecause."),
    ]) func messagesAreCleaned(text: String, cleaned: String) {
        #expect(CoderMessage.cleaned(text) == cleaned)
    }

    @Test(arguments: ["", "\n \n", "```\n```", "Co-authored-by: x", "---", "\u{200B}"])
    func whereNothingIsLeftThereIsNoMessage(text: String) { #expect(CoderMessage.cleaned(text) == nil) }

    @Test func aLongSubjectIsCutBetweenWordsAndKeptInTheBody() throws {
        let long = "Return the default port when the variable is missing so that the service starts on every machine"
        let message = try #require(CoderMessage.cleaned(long))
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].count <= 72 && lines[0].hasSuffix("…") && lines[1].isEmpty && lines[2] == long)
        let word = String(repeating: "x", count: 200)
        #expect(try #require(CoderMessage.cleaned(word)).split(separator: "\n")[0].count == 72)
    }

    @Test func anEndlessBodyIsCut() throws {
        let body = (1...5000).map { "line \($0)" }.joined(separator: "\n")
        #expect(try #require(CoderMessage.cleaned("Use it\n\n\(body)")).utf8.count < 2100)
    }

    @Test(arguments: [
        ([ChangedFile("Sources/App/main.swift")], "Change Sources/App/main.swift"),
        ([ChangedFile("x.swift", .added)], "Add x.swift"), ([ChangedFile("x.swift", .removed)], "Remove x.swift"),
        ([ChangedFile("a/b.swift"), ChangedFile("c.swift")], "Change b.swift and c.swift in api"),
        ((1...9).map { ChangedFile("\($0).swift") }, "Change 9 files in api"),
        (
            [ChangedFile("a"), ChangedFile("b", .added), ChangedFile("c", .removed), ChangedFile("d", .removed)],
            "Change 1, add 1 and remove 2 files in api"
        ),
        ([ChangedFile(String(repeating: "long/", count: 20) + "x.swift")], "Change x.swift in api"), ([], "Change api"),
    ]) func aPlainSentenceTellsTheChange(files: [ChangedFile], sentence: String) {
        #expect(ChangeSentence.of(files, in: "api") == sentence)
        #expect(sentence.count <= 72)
    }
}
