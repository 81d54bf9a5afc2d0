import Model
import Repair
import Testing

/// A candidate's fix-its, turned into a file's new bytes.
@Suite struct FixItEditTests {
    static func fixIt(_ line: Int, _ column: Int, _ endLine: Int, _ endColumn: Int, _ text: String) -> FixIt {
        FixIt(
            file: "a.swift", startLine: line, startColumn: column, endLine: endLine, endColumn: endColumn,
            replacement: text)
    }

    static func applied(_ text: String, _ fixIts: FixIt...) throws -> String {
        String(decoding: try FixItEdit.apply(fixIts, to: Array(text.utf8)), as: UTF8.self)
    }

    @Test func placesCountBytesFromOne() throws {
        #expect(try Self.applied("let ä = f()\n", Self.fixIt(1, 10, 1, 10, "try ")) == "let ä = try f()\n")
        #expect(try Self.applied("a\nb\n", Self.fixIt(1, 1, 1, 1, "x"), Self.fixIt(2, 1, 2, 2, "y")) == "xa\ny\n")
        #expect(try Self.applied("a", Self.fixIt(1, 2, 1, 2, "!")) == "a!")
        #expect(try Self.applied("f()\n}\n}\n", Self.fixIt(3, 1, 3, 2, "")) == "f()\n}\n\n")
        #expect(try Self.applied("one\ntwo\nthree", Self.fixIt(1, 2, 3, 3, "")) == "oree")
    }

    @Test func twoAtOnePlaceStandInTheirOrder() throws {
        #expect(
            try Self.applied("f()", Self.fixIt(1, 1, 1, 1, "try "), Self.fixIt(1, 1, 1, 1, "await ")) == "try await f()"
        )
    }

    @Test func lineEndsStayAsTheyAre() throws {
        #expect(try Self.applied("a\r\nb\r\n", Self.fixIt(2, 1, 2, 1, "x")) == "a\r\nxb\r\n")
        #expect(try Self.applied("a\rb\n", Self.fixIt(2, 1, 2, 1, "x")) == "a\rxb\n")
    }

    @Test func aPlaceOutsideOfTheFileIsAConflict() {
        for fixIt in [Self.fixIt(9, 1, 9, 1, "x"), Self.fixIt(1, 40, 1, 41, "x"), Self.fixIt(2, 1, 1, 1, "x")] {
            #expect(throws: Failure.self) { try Self.applied("a\nb\n", fixIt) }
        }
        // A file that has changed since: two places in the wrong order.
        #expect(throws: Failure.self) {
            try Self.applied("abc\n", Self.fixIt(1, 3, 1, 3, "x"), Self.fixIt(1, 1, 1, 1, "y"))
        }
    }
}
