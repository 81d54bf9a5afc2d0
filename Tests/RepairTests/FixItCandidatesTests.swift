import Model
import Repair
import Testing

/// Which of a failed build's fix-its are tried, and in which order.
@Suite struct FixItCandidatesTests {
    static let file = "Sources/App/main.swift"

    static func fixIt(_ line: Int, _ column: Int, to end: Int? = nil, _ text: String, file: String = file) -> FixIt {
        FixIt(
            file: file, startLine: line, startColumn: column, endLine: line, endColumn: end ?? column, replacement: text
        )
    }

    static func error(_ message: String, _ fixIts: FixIt..., severity: Diagnostic.Severity = .error) -> Diagnostic {
        var error = Diagnostic(
            severity, code: "swift.compile", message: message, location: FileLocation(file: file, line: 1))
        error.fixIts = fixIts
        return error
    }

    static func texts(_ errors: [Diagnostic]) -> [[String]] {
        FixItCandidates.propose(errors).map { $0.fixIts.map(\.replacement) }
    }

    @Test func allTogetherComeBeforeEachAlone() {
        let errors = [Self.error("b", Self.fixIt(5, 1, "try ")), Self.error("a", Self.fixIt(2, 3, to: 6, "var"))]
        #expect(Self.texts(errors) == [["var", "try "], ["try "], ["var"]])
        #expect(FixItCandidates.propose(errors)[0].errors.map(\.message) == ["b", "a"])
        #expect(Self.texts([errors[0]]) == [["try "]])
    }

    @Test func fixItsOfOneErrorStayTogether() {
        let conversion = Self.error("convert", Self.fixIt(3, 12, "Double("), Self.fixIt(3, 17, ")"))
        #expect(Self.texts([conversion]) == [["Double(", ")"]])
        let holed = Self.error("convert", Self.fixIt(3, 12, "("), Self.fixIt(3, 17, " ?? <#value#>)"))
        #expect(Self.texts([holed]).isEmpty)
    }

    @Test func overlappingOnesAreNeverTriedTogether() {
        let errors = [
            Self.error("one", Self.fixIt(3, 5, to: 9, "name")), Self.error("two", Self.fixIt(3, 7, to: 12, "other")),
            Self.error("three", Self.fixIt(4, 1, "&")),
        ]
        #expect(Self.texts(errors) == [["name", "&"], ["name"], ["other"], ["&"]])
        let atOnePlace = [Self.error("one", Self.fixIt(3, 5, "a")), Self.error("two", Self.fixIt(3, 5, "b"))]
        #expect(Self.texts(atOnePlace) == [["a"], ["b"]])
        // An error that contradicts itself is none to try.
        #expect(Self.texts([Self.error("one", Self.fixIt(3, 5, to: 9, "a"), Self.fixIt(3, 6, to: 7, "b"))]).isEmpty)
        // Next to each other is not over each other.
        #expect(
            Self.texts([
                Self.error("one", Self.fixIt(3, 5, to: 9, "a")), Self.error("two", Self.fixIt(3, 9, to: 12, "b")),
            ])[0]
                == ["a", "b"])
    }

    @Test func tryAndAwaitAtOnePlaceComeInTheirOrder() {
        let errors = [Self.error("async", Self.fixIt(3, 5, "await ")), Self.error("throws", Self.fixIt(3, 5, "try "))]
        #expect(Self.texts(errors) == [["try ", "await "], ["await "], ["try "]])
    }

    @Test func whatTwoErrorsWantAlikeIsDoneOnce() {
        let errors = [
            Self.error("one", Self.fixIt(1, 1, "import Foundation\n")),
            Self.error("two", Self.fixIt(1, 1, "import Foundation\n")),
        ]
        #expect(Self.texts(errors) == [["import Foundation\n"]])
        #expect(FixItCandidates.propose(errors)[0].errors.count == 2)
    }

    @Test func whatOnlySilencesIsLeftOut() {
        let errors = [
            Self.error("unwrap", Self.fixIt(3, 5, "!")), Self.error("throws", Self.fixIt(4, 5, "try? ")),
            Self.error("global", Self.fixIt(5, 5, "nonisolated(unsafe) ")),
            Self.error("label", Self.fixIt(6, 5, "to: ")),
        ]
        #expect(Self.texts(errors) == [["to: "]])
    }

    @Test func whatDropsAValueComesLast() {
        let errors = [Self.error("unused", Self.fixIt(3, 1, "_ = ")), Self.error("label", Self.fixIt(6, 5, "to: "))]
        #expect(Self.texts(errors) == [["to: "], ["_ = ", "to: "], ["_ = "]])
    }

    @Test func warningsAndForeignFilesAreNotTouched() {
        #expect(Self.texts([Self.error("unused", Self.fixIt(3, 1, "let"), severity: .warning)]).isEmpty)
        for file in ["/usr/lib/swift/a.swift", "../other/a.swift", ".build/checkouts/b/a.swift"] {
            #expect(Self.texts([Self.error("e", Self.fixIt(3, 1, "let", file: file))]).isEmpty)
        }
        let guarded = FixItCandidates.propose([Self.error("e", Self.fixIt(3, 1, "let", file: "Tests/A.swift"))]) {
            !$0.hasPrefix("Tests/")
        }
        #expect(guarded.isEmpty)
    }

    @Test func aBuildWithManyErrorsStaysWithinItsLimit() {
        let errors = (1...100).map { Self.error("e\($0)", Self.fixIt($0, 1, "try ")) }
        let candidates = FixItCandidates.propose(errors)
        #expect(candidates.count == FixItCandidates.limit)
        #expect(candidates[0].fixIts.count == 100)
    }

    @Test func placesThatAreNoneAreLeftOut() {
        #expect(Self.texts([Self.error("e", Self.fixIt(0, 1, "x"))]).isEmpty)
        #expect(Self.texts([Self.error("e", Self.fixIt(3, 9, to: 5, "x"))]).isEmpty)
    }
}
