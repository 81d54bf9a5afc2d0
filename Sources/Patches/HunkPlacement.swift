/// How one hunk found its place.
package struct HunkPlacement: Hashable, Sendable {
    /// From 1, in the patch's order.
    package var hunk: Int
    /// The line that the patch states, and the one of the file where the hunk begins; both from 1.
    package var statedLine: Int?
    package var line: Int
    package var rung: Rung
    package var isAlreadyApplied: Bool
    /// A hint settled what the lines alone had not.
    package var isByHint: Bool

    /// `exact`, `offset +3`, `indentation, offset -2`, `already applied`.
    package var method: String {
        if isAlreadyApplied { return "already applied" }
        let shift = statedLine.map { $0 == 0 ? 0 : line - $0 } ?? 0
        var words: [String] = []
        if rung != .exact || shift == 0 { words.append(rung.words) }
        if shift != 0 { words.append("offset \(shift > 0 ? "+" : "")\(shift)") }
        if isByHint { words.append("by its hint") }
        return words.joined(separator: ", ")
    }
}
