import Model
import TestSupport
import Testing

@testable import Patches

/// A fuzz target for each parser, run for a fixed number of inputs: mutations of good patches, and text put together from the
/// words of the dialect. Whatever comes, the answer is a patch or a refusal that says what to do; never a trap.
@Suite struct FuzzTests {
    static let inputs = 1500

    /// Pieces that the dialects are made of, good and bad.
    static let words: [PatchFormat: [String]] = [
        .unified: [
            "--- a/f\n", "+++ b/f\n", "--- /dev/null\n", "+++ /dev/null\n", "@@ -1,2 +1,2 @@\n", "@@ -0,0 +1 @@\n",
            "@@\n",
            "@@ func f() @@\n", "@@ -99999999999999999999,1 +1 @@\n", "@@ -,+ @@\n", "@@ -1,-2 +3 @@\n",
            "@@@ -1 -1 +1 @@@\n",
            " a\n", "-a\n", "+b\n", "-b\n", " \n", "\n", "\r\n", "\\ No newline at end of file\n", "\\",
            "diff --git a/f b/f\n",
            "diff --git \"a/\\303\\244\" \"b/\\303\\244\"\n", "diff --git \n", "index 1234567..89abcde 100644\n",
            "rename from f\n", "rename to g\n", "copy from \"f\\\n", "copy to \n", "new file mode 100644\n",
            "deleted file mode\n", "old mode 100644\n", "new mode 100755\n", "```diff\n", "```\n", "prose\n",
            "-- \n2.39.5\n",
            "Index: f\n", "GIT binary patch\n", "--- \n", "+++ \t\n", "\u{FEFF}",
        ],
        .envelope: [
            "*** Begin Patch\n", "*** End Patch\n", "*** Update File: f\n", "*** Add File: g\n", "*** Delete File: f\n",
            "*** Move to: h\n", "*** End of File\n", "@@\n", "@@ class A\n", "@@ -1,2 +1,2 @@\n", " a\n", "-a\n",
            "+b\n", "\n",
            "a\n", "*** \n", "*** Update File: \n", "\\ No newline at end of file\n", "\r\n", "```\n",
        ],
        .blocks: [
            "f.swift\n", "`g.swift`\n", "<<<<<<< SEARCH\n", "=======\n", ">>>>>>> REPLACE\n", "<<<<<<<<< SEARCH\n",
            "=========\n",
            "a\n", "b\n", "\n", "```swift\n", "```\n", "File: x/y.py\n", "prose without a name\n", "***\n", "//\n",
            "#\n", "\r\n", "`",
        ],
        .file: ["a\n", "```\n", "```swift\n", "// ... existing code ...\n", "\n", "\r\n", "…", "...", "\u{FEFF}", "x"],
        .snippet: ["a\n", "```\n", "// ...\n", "...\n", "{ ... }\n", "\n", "    b\n", "\t\tc\n", "…\n", "x"],
    ]

    static let files = [
        "", "a\n", "a\nb\na\n", "a\r\nb\r\n", "\u{FEFF}a\nb", "\ta\n\n    b\n", "func f() {\n    a\n}\n",
    ]

    /// Reads and applies, and holds what comes to the rules.
    static func judge(_ bytes: [UInt8], _ format: PatchFormat?, _ random: inout SeededRandom) {
        let set: PatchSet
        do throws(Failure) {
            set = try PatchReader.read(bytes, format: format, target: Bool.random(using: &random) ? "f" : nil)
        } catch {
            #expect(error.isRejection && !error.message.isEmpty, "\(error)")
            return
        }
        #expect(!set.files.isEmpty)
        for file in set.files {
            #expect(!file.paths.isEmpty && file.hunks.allSatisfy { $0.patchLine > 0 && !$0.lines.isEmpty })
            let content = Array((files.randomElement(using: &random) ?? "").utf8)
            for known in [PatchApplier.Knowledge.unknown, .base] {
                do throws(PatchRejection) {
                    _ = try PatchApplier.apply(file, to: content, knowing: known)
                } catch {
                    #expect(error.failure.isRejection && error.failure.remedy != nil, "\(error)")
                }
            }
            if file.kind == .snippet {
                for anchor in [SnippetPlacer.Anchor.line(Int.random(in: -1...9, using: &random)), .replace([0x61])] {
                    _ = try? SnippetPlacer.candidates(file, in: content, at: anchor)
                }
            }
        }
    }

    static func mutated(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let at = Int.random(in: 0...text.count, using: &random)
            let end = min(text.count, at + Int.random(in: 0...12, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: text.replaceSubrange(at..<end, with: [])
            case 1: text.insert(UInt8.random(in: 0...255, using: &random), at: at)
            case 2: text.insert(contentsOf: text[at..<end], at: Int.random(in: 0...text.count, using: &random))
            case 3: text = Array(text[..<at])
            default:
                if at < text.count { text[at] = Array("@+- *<=>`\\\n\r,0".utf8).randomElement(using: &random) ?? 0 }
            }
        }
        return text
    }

    @Test(arguments: PatchFormat.allCases) func textOfTheDialectsWordsIsAnswered(format: PatchFormat) {
        let words = Self.words[format] ?? []
        for number in 0..<Self.inputs {
            var random = SeededRandom(seed: UInt64(number) &* 6_364_136_223)
            let count = Int.random(in: 0...14, using: &random)
            let text = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined()
            Self.judge(Array(text.utf8), Bool.random(using: &random) ? format : nil, &random)
        }
    }

    @Test(arguments: PatchFormat.allCases) func damagedPatchesAreAnswered(format: PatchFormat) {
        for number in 0..<Self.inputs {
            var random = SeededRandom(seed: UInt64(number) &* 2_862_933_555)
            let made = EditCase.make(.code, &random)
            let writer = PatchWriter.random(&random)
            let text =
                switch format {
                case .unified: writer.unified(made, &random)
                case .envelope: writer.envelope(made)
                case .blocks: writer.blocks(made)
                case .file, .snippet: "```swift\n" + made.edited.map { $0 + "\n" }.joined() + "```\n"
                }
            Self.judge(Self.mutated(Array(text.utf8), &random), Bool.random(using: &random) ? format : nil, &random)
        }
    }

    @Test func anyBytesAreAnswered() {
        for number in 0..<Self.inputs {
            var random = SeededRandom(seed: UInt64(number))
            let count = Int.random(in: 0...60, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            Self.judge(bytes, PatchFormat.allCases.randomElement(using: &random), &random)
        }
    }
}
