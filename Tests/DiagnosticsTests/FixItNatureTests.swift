import Diagnostics
import Model
import Testing

/// What of a compiler's proposals may be tried as it stands.
@Suite struct FixItNatureTests {
    static func fixIt(_ replacement: String) -> FixIt {
        FixIt(
            file: "Sources/App/main.swift", startLine: 3, startColumn: 5, endLine: 3, endColumn: 5,
            replacement: replacement)
    }

    @Test(arguments: [
        "try ", "await ", "?", "&", "any Source", "import Foundation\n", "", "self.", " != nil", "!isEmpty", "!(",
        "@escaping ", "let",
    ])
    func whatMendsIsWhole(_ text: String) {
        #expect(FixItNature(Self.fixIt(text)) == .whole)
    }

    @Test(arguments: [
        "!", "try! ", "try? ", " as! Square", "user!.name", "(name)!", "value! ", "nonisolated(unsafe) ", "@unchecked ",
        "@preconcurrency ",
        "\n    required init(id: Int) {\n        fatalError(\"init(id:) has not been implemented\")\n    }\n",
    ])
    func whatTakesTheQuestionAwayIsSilencing(_ text: String) {
        #expect(FixItNature(Self.fixIt(text)) == .silencing)
    }

    @Test(arguments: [" ?? <#default value#>", "case .amber:\n<#code#>\n", "<#T#>"]) func aHoleIsUnfinished(
        _ text: String
    ) {
        #expect(FixItNature(Self.fixIt(text)) == .unfinished)
    }

    @Test(arguments: ["_ = ", "_"]) func aDroppedValueIsItsOwnKind(_ text: String) {
        #expect(FixItNature(Self.fixIt(text)) == .discarding)
    }

    @Test func theWorstOfOneFindingCounts() {
        #expect(FixItNature([Self.fixIt("("), Self.fixIt(")!")]) == .silencing)
        #expect(FixItNature([Self.fixIt("("), Self.fixIt(" ?? <#default value#>)")]) == .unfinished)
        #expect(FixItNature([Self.fixIt("Double("), Self.fixIt(")")]) == .whole)
    }

    static func proposal(_ alternatives: [String]) -> [String] {
        FixItNature.proposal(among: alternatives.map { [fixIt($0)] }).map(\.replacement)
    }

    @Test func ofAlternativesTheOnlyWholeOneIsTheProposal() {
        #expect(Self.proposal(["try ", "try? ", "try! "]) == ["try "])
        #expect(Self.proposal(["?", "!"]) == ["?"])
        #expect(Self.proposal([" ?? <#default value#>", "!"]).isEmpty)
        #expect(Self.proposal(["let", "@MainActor ", "nonisolated(unsafe) "]).isEmpty)
        #expect(Self.proposal(["self.", " [self] in"]) == ["self."])
        // One alone is what the compiler proposes, whatever it is: whoever tries it looks at its nature.
        #expect(Self.proposal(["!"]) == ["!"])
        #expect(Self.proposal([]).isEmpty)
    }
}
