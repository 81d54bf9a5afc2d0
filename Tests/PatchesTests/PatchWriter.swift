import TestSupport

@testable import Patches

/// Writes the edit of a case in a dialect, as well or as badly as tools and models do.
struct PatchWriter {
    enum Numbers: CaseIterable { case right, wrong, none }

    var context = 3
    var numbers = Numbers.right
    var hasRightCounts = true
    var hasHints = false
    /// Context lines without their leading blank.
    var losesBlanks = false
    var isFenced = false
    var isChatty = false
    /// Applied to every line that the patch shows of the file or adds to it.
    var line: (String) -> String = { $0 }

    static func random(_ random: inout SeededRandom) -> PatchWriter {
        var writer = PatchWriter()
        writer.context = Int.random(in: 0...4, using: &random)
        writer.numbers = Numbers.allCases.randomElement(using: &random) ?? .right
        writer.hasRightCounts = Int.random(in: 0..<3, using: &random) > 0
        writer.hasHints = Bool.random(using: &random)
        writer.losesBlanks = Int.random(in: 0..<5, using: &random) == 0
        writer.isFenced = Int.random(in: 0..<3, using: &random) == 0
        writer.isChatty = Int.random(in: 0..<3, using: &random) == 0
        return writer
    }

    /// Regions near each other, which share a hunk.
    private func groups(_ made: EditCase) -> [[EditCase.Region]] {
        var groups: [[EditCase.Region]] = []
        for region in made.edits {
            if let last = groups.last?.last, region.range.lowerBound - last.range.upperBound <= 2 * context {
                groups[groups.count - 1].append(region)
            } else {
                groups.append([region])
            }
        }
        return groups
    }

    private func span(_ group: [EditCase.Region], _ made: EditCase) -> Range<Int> {
        max(
            0, group[0].range.lowerBound - context)..<min(
                made.base.count, group[group.count - 1].range.upperBound + context)
    }

    /// Whether somebody who has not seen the base can know the place. Where the drift changes the lines that are meant and the file has
    /// the same ones elsewhere, be it from the beginning or because the drift put them there, it has moved them for all to see.
    func isTelling(_ made: EditCase) -> Bool {
        groups(made).allSatisfy { group in
            let span = span(group, made)
            // Empty lines at the end are no part of a hunk that has lost its blanks.
            var shown = made.base[span]
            while losesBlanks, shown.last?.isEmpty == true { shown.removeLast() }
            let old = shown.map { LooseText.key(Array($0.utf8)) }
            let isIntact = made.drift.allSatisfy {
                $0.range.upperBound <= span.lowerBound || $0.range.lowerBound >= span.upperBound
            }
            let keys = made.drifted.map { LooseText.key(Array($0.utf8)) }
            return isIntact || LineSearch.occurrences(of: old, in: keys).isEmpty
        }
    }

    /// The lines of a group with their signs.
    private func body(_ group: [EditCase.Region], _ made: EditCase) -> [String] {
        var result: [String] = []
        let span = span(group, made)
        var place = span.lowerBound
        let blank = losesBlanks ? "" : " "
        for region in group {
            result += made.base[place..<region.range.lowerBound].map { blank + line($0) }
            result += made.base[region.range].map { "-" + line($0) }
            result += region.lines.map { "+" + line($0) }
            place = region.range.upperBound
        }
        return result + made.base[place..<span.upperBound].map { blank + line($0) }
    }

    /// As git finds it: the nearest line above that begins with a letter.
    private func hint(_ group: [EditCase.Region], _ made: EditCase) -> String? {
        guard hasHints else { return nil }
        return made.base[..<span(group, made).lowerBound].last { $0.first?.isLetter == true || $0.first == "_" }
    }

    func unified(_ made: EditCase, _ random: inout SeededRandom, file: String = "f") -> String {
        var text = "--- a/\(file)\n+++ b/\(file)\n"
        var growth = 0
        for group in groups(made) {
            let body = body(group, made)
            let span = span(group, made)
            let added = group.reduce(0) { $0 + $1.lines.count - $1.range.count }
            var (old, new) = (span.count, span.count + added)
            if !hasRightCounts {
                (old, new) = (
                    old + Int.random(in: -2...2, using: &random), new + Int.random(in: -2...2, using: &random)
                )
            }
            var start = span.isEmpty ? span.lowerBound : span.lowerBound + 1
            if numbers == .wrong { start += Int.random(in: -9...9, using: &random) }
            let newStart = max(0, start + growth)
            growth += added
            let head = "\(max(0, start)),\(max(0, old)) +\(newStart),\(max(0, new))"
            let hint = hint(group, made).map { " " + $0 } ?? ""
            text += numbers == .none ? "@@\(hint)\n" : "@@ -\(head) @@\(hint)\n"
            text += body.map { $0 + "\n" }.joined()
        }
        return dressed(text, "diff")
    }

    func envelope(_ made: EditCase, file: String = "f") -> String {
        var text = "*** Begin Patch\n*** Update File: \(file)\n"
        for group in groups(made) {
            text += "@@\(hint(group, made).map { " " + $0 } ?? "")\n"
            text += body(group, made).map { $0 + "\n" }.joined()
        }
        return dressed(text + "*** End Patch\n", "")
    }

    func blocks(_ made: EditCase, file: String = "f.swift") -> String {
        var text = ""
        for group in groups(made) {
            let body = body(group, made).map { losesBlanks && $0.first != "-" && $0.first != "+" ? " " + $0 : $0 }
            let search = body.filter { $0.first != "+" }.map { $0.dropFirst() + "\n" }.joined()
            let replace = body.filter { $0.first != "-" }.map { $0.dropFirst() + "\n" }.joined()
            text += "\(file)\n"
            text +=
                dressed("<<<<<<< SEARCH\n\(search)=======\n\(replace)>>>>>>> REPLACE\n", "swift", talk: false) + "\n"
        }
        return text
    }

    private func dressed(_ text: String, _ language: String, talk: Bool = true) -> String {
        var text = text
        if isFenced { text = "```\(language)\n\(text)```\n" }
        if isChatty, talk { text = "I changed what crashed.\n\n\(text)\nThat should do.\n" }
        return text
    }
}
