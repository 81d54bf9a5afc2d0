/// How alike the lines of a hunk and those of the file are where it was placed; the strictest first.
package enum Rung: Int, Hashable, Sendable, Comparable, CaseIterable {
    /// Byte for byte.
    case exact
    /// But for CR LF against LF, or the last line's end.
    case lineEnds
    /// But for white space at the end of lines.
    case trailingSpace
    /// But for the indentation, all of it in the same way.
    case indentation
    /// But for typographic quotes, dashes and blanks.
    case unicode
    /// Without the outermost lines around the change.
    case reducedContext

    package static func < (left: Rung, right: Rung) -> Bool { left.rawValue < right.rawValue }

    /// What a verdict calls it.
    package var words: String {
        switch self {
        case .exact: "exact"
        case .lineEnds: "line ends"
        case .trailingSpace: "trailing space"
        case .indentation: "indentation"
        case .unicode: "unicode"
        case .reducedContext: "reduced context"
        }
    }
}
