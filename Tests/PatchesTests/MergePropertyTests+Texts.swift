import Model
import TestSupport
import Testing

@testable import Patches

/// The same property where patch and file differ in more than the drift, and where they contradict each other.
extension MergePropertyTests {
    /// What is known of the base makes every patch of a tool fit it, however repetitive it is.
    @Test(arguments: 0..<10) func aToolsDiffAlwaysFitsItsBase(seed: Int) {
        let outcomes = Self.run(seed: seed + 300, count: 200) { made, random in
            var writer = PatchWriter()
            writer.context = Int.random(in: 0...4, using: &random)
            let patch = writer.unified(made, &random)
            // A hunk that only removes at the end of an emptied file, and the like, is read as well.
            return Self.outcome(patch, nil, to: Self.text(made.base), wanted: Self.text(made.edited), knowing: .base)
        }
        #expect(outcomes.keys.allSatisfy { $0 == .merged }, "\(outcomes)")
    }

    @Test(arguments: 0..<10) func crlfFilesKeepTheirLineEnds(seed: Int) {
        let outcomes = Self.run(seed: seed + 400, count: 200) { made, random in
            let writer = PatchWriter.random(&random)
            // An empty file has no line ends to keep.
            guard writer.isTelling(made), !made.drifted.isEmpty else { return nil }
            let patch = [writer.unified(made, &random), writer.envelope(made), writer.blocks(made)].randomElement(
                using: &random)
            return Self.outcome(
                patch ?? "", nil, to: Self.text(made.drifted, end: "\r\n"), wanted: Self.text(made.merged, end: "\r\n"))
        }
        #expect(outcomes[.merged, default: 0] > 40, "\(outcomes)")
    }

    /// The file has no line feed at its end; what the patch shows has.
    @Test(arguments: 0..<10) func aBareEndStaysBare(seed: Int) {
        let outcomes = Self.run(seed: seed + 500, count: 200) { made, random in
            guard made.drifted.last?.isEmpty == false, made.merged.last?.isEmpty == false else { return nil }
            let writer = PatchWriter.random(&random)
            guard writer.isTelling(made) else { return nil }
            let patch = [writer.unified(made, &random), writer.envelope(made), writer.blocks(made)].randomElement(
                using: &random)
            return Self.outcome(
                patch ?? "", nil, to: Self.text(made.drifted).dropLast(), wanted: Self.text(made.merged).dropLast())
        }
        #expect(outcomes[.merged, default: 0] > 40, "\(outcomes)")
    }

    /// The patch is indented by blanks where the file has tabs, or all of it is too deep or too shallow.
    @Test(arguments: 0..<10) func otherIndentationBecomesTheFiles(seed: Int) {
        let outcomes = Self.run(seed: seed + 600, count: 200) { made, random in
            var writer = PatchWriter.random(&random)
            writer.losesBlanks = false
            guard writer.isTelling(made) else { return nil }
            func tabbed(_ line: String) -> String {
                let blanks = line.prefix { $0 == " " }.count
                return String(repeating: "\t", count: blanks / 4) + String(repeating: " ", count: blanks % 4)
                    + line.dropFirst(blanks)
            }
            let usesTabs = Bool.random(using: &random)
            if !usesTabs { writer.line = { $0.isEmpty ? $0 : "    " + $0 } }
            // YAML's two blanks are no whole tab.
            guard !usesTabs || made.base.allSatisfy({ $0.prefix { $0 == " " }.count % 4 == 0 }) else { return nil }
            let patch = [writer.unified(made, &random), writer.envelope(made), writer.blocks(made)].randomElement(
                using: &random)
            // Added lines are bent with their hunk; where its old lines show nothing to bend, as they are.
            let drifted = made.drifted.map { usesTabs ? tabbed($0) : $0 }
            let merged = made.merged.map { usesTabs ? tabbed($0) : $0 }
            return Self.bent(patch ?? "", to: drifted, wanted: merged)
        }
        #expect(outcomes[.merged, default: 0] > 40, "\(outcomes)")
    }

    /// Compares but for the indentation of lines that the patch adds: their place is what is to be shown.
    static func bent(_ patch: String, to drifted: [String], wanted: [String]) -> Outcome {
        guard let set = try? PatchReader.read(Array(patch.utf8)) else { return .unreadable }
        guard let applied = try? PatchApplier.apply(set.files[0], to: text(drifted)), let content = applied.content
        else {
            return .rejected
        }
        let lines = FileLines.split(content).map { Array(LooseText.trimmed($0)) }
        let loose = wanted.map { Array(LooseText.trimmed(Array($0.utf8)[...])) }
        #expect(lines == loose, "\(patch)\n\(drifted)\n\(applied.placements)")
        if applied.placements.allSatisfy({ $0.rung == .indentation }) {
            #expect(content == text(wanted), "\(patch)\n\(drifted)\n\(applied.placements)")
        }
        return .merged
    }

    /// Quotes, dashes and blanks as an editor makes them, in the file.
    @Test(arguments: 0..<10) func typographyIsNoObstacleAndStays(seed: Int) {
        func typeset(_ line: String) -> String {
            String(line.map { $0 == "-" ? "–" : $0 == "\"" ? "“" : $0 == " " ? "\u{A0}" : $0 })
        }
        let outcomes = Self.run(seed: seed + 700, count: 100) { made, random in
            var writer = PatchWriter.random(&random)
            writer.losesBlanks = false
            guard writer.isTelling(made) else { return nil }
            var typed = made
            typed.base = made.base.map(typeset)
            typed.drift = made.drift.map { .init(range: $0.range, lines: $0.lines.map(typeset)) }
            let patch = writer.unified(made, &random)
            return Self.outcome(patch, nil, to: Self.text(typed.drifted), wanted: Self.text(typed.merged))
        }
        #expect(outcomes[.merged, default: 0] > 20, "\(outcomes)")
    }

    /// Edit and drift touch the same lines: it is rejected, or the drift has made the same change.
    @Test(arguments: 0..<20) func contradictionsAreRejected(seed: Int) {
        let outcomes = Self.run(seed: seed + 800, count: 300, distance: -1) { made, random in
            let overlaps = made.edits.contains { edit in
                made.drift.contains {
                    EditCase.gap(edit.range, $0.range) < 0 && !edit.range.isEmpty && !$0.range.isEmpty
                }
            }
            guard overlaps, made.drifted != made.edited else { return nil }
            let writer = PatchWriter.random(&random)
            guard writer.isTelling(made) else { return nil }
            let patch = writer.unified(made, &random)
            guard let set = try? PatchReader.read(Array(patch.utf8)) else { return .unreadable }
            let content = Self.text(made.drifted)
            guard let applied = try? PatchApplier.apply(set.files[0], to: content) else { return .rejected }
            #expect(applied.isUnchanged, "\(patch)\n\(made.drifted)\n\(applied.placements)")
            return .merged
        }
        #expect(outcomes[.rejected, default: 0] > 5 && outcomes[.merged, default: 0] <= 2, "\(outcomes)")
    }
}
