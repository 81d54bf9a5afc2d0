import TestSupport

/// A file, an edit of it and an independent change, all known line by line: so the three-way merge is known without merging.
struct EditCase {
    /// Lines of the base that others take the place of.
    struct Region {
        var range: Range<Int>
        var lines: [String]
    }

    var base: [String] = []
    var edits: [Region] = []
    var drift: [Region] = []

    var drifted: [String] { Self.apply(drift, to: base) }
    var edited: [String] { Self.apply(edits, to: base) }
    var merged: [String] { Self.apply(edits + drift, to: base) }

    static func apply(_ regions: [Region], to lines: [String]) -> [String] {
        var result = lines
        let order = regions.sorted {
            ($0.range.lowerBound, $0.range.upperBound) > ($1.range.lowerBound, $1.range.upperBound)
        }
        for region in order { result.replaceSubrange(region.range, with: region.lines) }
        return result
    }

    /// How the file looks.
    enum Text: CaseIterable {
        /// Every line once.
        case unique
        /// Functions that are much like each other.
        case code
        /// The same block again and again.
        case blocks
        /// Few different lines in any order.
        case few
    }

    /// - Parameter distance: unchanged lines between the edit and the drift, at least; negative: they overlap.
    static func make(_ text: Text, _ random: inout SeededRandom, distance: Int = 1) -> EditCase {
        var made = EditCase()
        made.base = lines(text, &random)
        let count = made.base.count
        for number in 0..<Int.random(in: 1...3, using: &random) {
            let region = region(count, text, &random, name: "new\(number)")
            let isApart = made.edits.allSatisfy { Self.gap($0.range, region.range) >= 1 }
            if isApart, Array(made.base[region.range]) != region.lines { made.edits.append(region) }
        }
        made.edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        for number in 0..<Int.random(in: 0...4, using: &random) {
            var region = region(count, text, &random, name: "drift\(number)")
            // Somebody copies lines of the file to another place of it.
            if distance >= 0, Int.random(in: 0..<3, using: &random) == 0 {
                let from = Int.random(in: 0...count, using: &random)
                region.lines = Array(made.base[from..<min(count, from + Int.random(in: 0...9, using: &random))])
            }
            let isApart = made.drift.allSatisfy { Self.gap($0.range, region.range) >= 1 }
            if isApart, made.edits.allSatisfy({ Self.gap($0.range, region.range) >= distance }) {
                made.drift.append(region)
            }
        }
        return made
    }

    /// Unchanged lines between two ranges; -1 where they overlap or touch in a way that has no order.
    static func gap(_ left: Range<Int>, _ right: Range<Int>) -> Int {
        if left.upperBound <= right.lowerBound, left != right { return right.lowerBound - left.upperBound }
        if right.upperBound <= left.lowerBound, left != right { return left.lowerBound - right.upperBound }
        return -1
    }

    private static func region(_ count: Int, _ text: Text, _ random: inout SeededRandom, name: String) -> Region {
        let start = Int.random(in: 0...count, using: &random)
        let end = min(count, start + Int.random(in: 0...3, using: &random))
        var lines: [String] = []
        for number in 0..<Int.random(in: (start == end ? 1 : 0)...3, using: &random) {
            let isKnown = text != .unique && Bool.random(using: &random)
            let indent = ["", "    ", "        "].randomElement(using: &random) ?? ""
            lines.append(
                isKnown
                    ? word(text, &random)
                    : "\(indent)\(name).call(\(number), \(Int.random(in: 0..<90, using: &random)))")
        }
        return Region(range: start..<end, lines: lines)
    }

    private static func word(_ text: Text, _ random: inout SeededRandom) -> String {
        switch text {
        case .few: ["a", "b", "c"].randomElement(using: &random) ?? "a"
        default:
            [
                "    return nil", "", "}", "    let value = 1", "    guard let value else { return nil }",
                "        return nil",
            ]
            .randomElement(using: &random) ?? ""
        }
    }

    private static func lines(_ text: Text, _ random: inout SeededRandom) -> [String] {
        switch text {
        case .unique:
            return (0..<Int.random(in: 0...50, using: &random)).map { "\(["", "    ", "        "][$0 % 3])line \($0)" }
        case .few: return (0..<Int.random(in: 0...30, using: &random)).map { _ in word(.few, &random) }
        case .code:
            return (0..<Int.random(in: 1...6, using: &random)).flatMap { number in
                var body = ["func f\(number)() -> Int? {"]
                for _ in 0..<Int.random(in: 0...3, using: &random) { body.append(word(.code, &random)) }
                body += [
                    "    if let value = table[\(Int.random(in: 0...1, using: &random))] {", "        return value",
                    "    }",
                ]
                for _ in 0..<Int.random(in: 0...2, using: &random) { body.append(word(.code, &random)) }
                return body + ["    return nil", "}", ""]
            }
        case .blocks:
            return (0..<Int.random(in: 1...8, using: &random)).flatMap { number in
                [
                    "- name: service\(number)", "  image: registry/app", "  replicas: 1", "  ports:", "    - 80",
                    "  restart: always",
                ].dropFirst(Bool.random(using: &random) ? 1 : 0)
            }
        }
    }
}
