/// Finds what a misspelt name was meant to be.
package enum Spelling {
    /// The candidate that is nearest, if it is near enough to be meant.
    package static func nearest(to text: String, among candidates: [String]) -> String? {
        let folded = fold(text)
        guard !folded.isEmpty, folded.count <= 64 else { return nil }
        let scored = candidates.map { (name: $0, distance: distance(folded, fold($0))) }
        guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= max(1, folded.count / 3) ? best.name : nil
    }

    /// `dependsOn`, `depends-on` and `Depends_On` are one word.
    private static func fold(_ text: String) -> [Character] {
        Array(text.lowercased()).filter { $0 != "_" && $0 != "-" && $0 != " " }
    }

    /// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (character == other ? 0 : 1))
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
