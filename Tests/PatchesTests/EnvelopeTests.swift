import Model
import Testing

@testable import Patches

@Suite struct EnvelopeTests {
    @Test func everyKindOfFileIsRead() throws {
        let set = try PatchTrial.read(
            """
            apply_patch <<'EOF'
            *** Begin Patch
            *** Add File: new/a.txt
            +one
            +
            +two
            *** Update File: b.swift
            *** Move to: c.swift
            @@ class B
            @@ func run()
             func run() {
             keep
            -old
            +new

             more
            @@
            -last
            +end
            *** End of File
            *** Delete File: gone.txt
            *** End Patch
            EOF
            """)
        #expect(set.format == .envelope && set.files.map(\.kind) == [.create, .rename, .delete])
        #expect(try PatchApplier.apply(set.files[0], to: nil).content == Array("one\n\ntwo\n".utf8))
        #expect(set.files[1].newPath == "c.swift" && set.files[1].hunks.count == 2)
        #expect(set.files[1].hunks[0].hints == ["class B", "func run()"])
        #expect(set.files[1].hunks[0].old.count == 5 && set.files[1].hunks[1].isAtEnd)
        #expect(try PatchApplier.apply(set.files[2], to: [1, 2]).content == nil)
        let moved = try PatchApplier.apply(
            set.files[1], to: Array("class B {\nfunc run() {\nkeep\nold\n\nmore\nlast\n".utf8))
        #expect(moved.content == Array("class B {\nfunc run() {\nkeep\nnew\n\nmore\nend\n".utf8))
    }

    @Test func aHintChoosesAmongEqualPlaces() throws {
        let file = "func a() {\n    work()\n}\n\nfunc b() {\n    work()\n}\n"
        let patch = "*** Begin Patch\n*** Update File: f\n@@ func b()\n-    work()\n+    rest()\n*** End Patch\n"
        let wanted = "func a() {\n    work()\n}\n\nfunc b() {\n    rest()\n}\n"
        #expect(try PatchTrial.apply(patch, to: file) == wanted)
        let bare = "*** Begin Patch\n*** Update File: f\n@@\n-    work()\n+    rest()\n*** End Patch\n"
        #expect(try PatchTrial.rejection(bare, to: file)?.detail.reason == .ambiguous)
        // The right function has changed, and the lines stand in another one.
        let changed = "func a() {\n    work()\n}\n\nfunc b() {\n    play()\n}\n"
        #expect(try PatchTrial.rejection(patch, to: changed)?.detail.reason == .outside)
    }

    /// Codex takes the first of several places and appends what has no old lines.
    @Test func nothingIsAppendedByGuess() throws {
        for end in ["", "*** End of File\n"] {
            let patch = "*** Begin Patch\n*** Update File: f\n@@\n+new\n\(end)*** End Patch\n"
            #expect(try PatchTrial.rejection(patch, to: "a\n")?.detail.reason == .needsContext)
            #expect(try PatchTrial.apply(patch, to: "") == "new\n")
        }
        let end = "*** Begin Patch\n*** Update File: f\n@@\n+new\n*** End of File\n*** End Patch\n"
        #expect(try PatchTrial.apply(end, to: "a\n", knowing: .base) == "a\nnew\n")
    }

    @Test(arguments: [
        ("*** Begin Patch\n*** Update File: f\n@@\n-a\n+b\n", "does not end"),
        ("*** Update File: f\n@@\n-a\n+b\n*** End Patch\n", "outside of an envelope"),
        ("*** Begin Patch\n*** End Patch\n", "empty"),
        ("*** Begin Patch\n*** Add File: f\none\n*** End Patch\n", "does not begin with +"),
        ("*** Begin Patch\n*** Update File: f\n*** End Patch\n", "no change follows"),
        ("*** Begin Patch\n*** Update File: f\n@@\n a\n*** End Patch\n", "changes nothing"),
        ("*** Begin Patch\nhello\n*** End Patch\n", "where a file should begin"),
        ("*** Begin Patch\n*** Delete File: \n*** End Patch\n", "should begin"),
    ]) func whatCannotBeMeantIsRefused(patch: String, why: String) {
        let failure = #expect(throws: Failure.self) { try PatchTrial.read(patch) }
        let text = failure.map { "\($0)" } ?? ""
        #expect(text.contains(why) && text.contains("of the patch"), "\(text)")
    }
}
