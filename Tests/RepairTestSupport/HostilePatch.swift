/// Patches that are made to take long, of any size: the tests count what they cost, the benchmark measures it.
package struct HostilePatch: Sendable, CustomStringConvertible {
    package let name: String
    /// A patch and a file of about so many bytes.
    private let make: @Sendable (Int) -> (patch: String, content: String)

    package var description: String { name }

    package func made(size: Int) -> (patch: [UInt8], content: [UInt8]) {
        let made = make(size)
        return (Array(made.patch.utf8), Array(made.content.utf8))
    }

    private init(_ name: String, _ make: @escaping @Sendable (Int) -> (patch: String, content: String)) {
        self.name = name
        self.make = make
    }

    private static let head = "--- a/f\n+++ b/f\n"
    private static func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    private static func each(_ count: Int, _ line: (Int) -> String) -> String { (0..<count).map(line).joined() }

    package static let all: [HostilePatch] = places + hints + lines + readers

    /// The search for places.
    private static let places = [
        HostilePatch("one hunk of empty lines that fits nowhere") { size in
            let count = size / 2
            return (
                head + "@@ -1,\(count + 1) +1,\(count) @@\n" + many(" \n", count) + "-gone\n", many("\n", size)
            )
        },
        HostilePatch("200 hunks that are everywhere") { size in
            (head + many("@@ func f()\n" + many(" \n", size / 400) + "-\n", 200), many("\n", size))
        },
        HostilePatch("hunks without end that are nowhere") { size in
            (head + each(size / 20) { "@@ -\($0) +1 @@\n \n-gone \($0)\n" }, many("\n", size))
        },
        HostilePatch("repeated blocks that fit but for their last line") { size in
            let block = "func f() {\n    a()\n    return nil\n}\n\n"
            let shown = " func f() {\n     a()\n     return nil\n }\n \n"
            return (head + "@@ -5,3 +5,3 @@\n" + many(shown, size / 80) + "-gone\n", many(block, size / 40))
        },
        HostilePatch("lines to take away, all gone but for what is around them") { size in
            let kept = ["this one", "that one", "the third"].map { "keep \($0)\n" }
            return (
                head + "@@\n" + each(size / 30) { "-gone line \($0)\n" } + kept.map { " " + $0 }.joined(),
                kept.joined() + many("x\n", size / 2)
            )
        },
        HostilePatch("hunks that drift ever further, their context changed") { size in
            (
                head + each(size / 80) { "@@ -\($0 * 4 + 1) +1 @@\n gone\($0)\n two\($0)\n-line\($0)\n+z\n" },
                each(size / 40) { "other\ntwo\($0)\nline\($0)\nx\n" }
            )
        },
        HostilePatch("hunks over each other's context") { size in
            (
                head + each(size / 60) { "@@\n l\($0 * 2)\n-l\($0 * 2 + 1)\n+z\n l\($0 * 2 + 2)\n" },
                each(size / 8) { "l\($0)\n" }
            )
        },
        HostilePatch("one hunk that adds lines without end") { size in
            (head + "@@\n-a\n" + each(size / 8) { "+x\($0)\n" }, "a\n")
        },
    ]

    private static let hints = [
        HostilePatch("hints without end before one hunk") { size in
            (
                "*** Begin Patch\n*** Update File: f\n" + many("@@ class A\n", size / 20)
                    + "-old\n+new\n*** End Patch\n",
                "class A\n" + many("old\n", 60) + many("    z\n", size / 6)
            )
        },
        HostilePatch("hunks that fit twice, with one hint above a long function") { size in
            (head + many("@@ class A\n-y\n+z\n", size / 18), "class A\n" + many("q\n", size / 2) + "y\ny\n")
        },
        HostilePatch("hints that nearly stand in every long line") { size in
            let hint = many("a", 190) + "b"
            return (
                head + many("@@ \(hint)\n-y\n+z\n", size / 200), many(many("a", 990) + "\n", size / 1000) + "y\ny\n"
            )
        },
    ]

    /// What is in the lines.
    private static let lines = [
        HostilePatch("lines alike but for their indentation") { size in
            (
                head + "@@\n" + each(size / 16) { many(" ", 1 + $0 % 2) + "a\n" } + "-a\n",
                each(size / 4) { many(" ", $0 % 3) + "a\n" }
            )
        },
        HostilePatch("hunks for a line with a long tail of blanks") { size in
            (head + many("@@\n-a\n+b\n", size / 10), "a" + many(" ", size) + "\n")
        },
        HostilePatch("hunks whose stated line is long and another") { size in
            (head + many("@@ -1 +1 @@\n-a\n+b\n", size / 17), many("x\u{2019}", size / 4) + "\na\n")
        },
        HostilePatch("hunks with 64 typographic twins") { size in
            (head + many("@@ -1 +1 @@\n-x\u{2019}\n+y\n", size / 24), many("x'\n", 64) + many("z\n", size / 2))
        },
        HostilePatch("one long line") { size in
            (head + "@@\n-" + many(" ", size / 2) + "x\n+b\n", many("\t", size / 2) + "x\nc\n")
        },
    ]

    private static let readers = [
        HostilePatch("empty lines that the hunk's header denies") { size in
            (head + "@@ -1 +1 @@\n" + many(" \n", size / 2) + "-gone\n", many("\n", size))
        },
        HostilePatch("headers, fences and blocks without end") { size in
            (many("```\n--- a/f\n+++ b/f\n@@ -1,9 +1,9 @@\n-a\n+b\n\nf.swift\n", size / 40), "a\n")
        },
        HostilePatch("thousands of SEARCH/REPLACE blocks for one file") { size in
            (
                "f.swift\n"
                    + each(size / 60) { "<<<<<<< SEARCH\nold line \($0)\n=======\nnew\n>>>>>>> REPLACE\n" },
                each(size / 14) { "old line \($0)\n" }
            )
        },
        HostilePatch("thousands of SEARCH/REPLACE blocks, a new file each") { size in
            (each(size / 60) { "dir/f\($0).swift\n<<<<<<< SEARCH\n=======\nnew\n>>>>>>> REPLACE\n" }, "")
        },
        HostilePatch("thousands of SEARCH/REPLACE blocks, a file each") { size in
            (each(size / 70) { "f\($0).swift\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n" }, "old\n")
        },
        HostilePatch("lines that nearly stand for others") { size in
            (head + "@@\n-a\n" + many("+" + many("/", 190) + ".\n", size / 193), "a\n")
        },
        HostilePatch("runs of empty lines between hunks with wrong counts") { size in
            (head + many("@@ -1,2 +1,2 @@\n-a\n+b\n" + many("\n", 1000), size / 1030), "a\n")
        },
    ]
}
