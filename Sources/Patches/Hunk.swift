/// One change with the lines around it, whatever dialect it was written in.
package struct Hunk: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package enum Kind: Hashable, Sendable { case context, deletion, addition }
        package var kind: Kind
        /// Without the leading sign, with the line end; without one where the patch says so.
        package var bytes: [UInt8]
        package init(_ kind: Kind, _ bytes: [UInt8]) {
            self.kind = kind
            self.bytes = bytes
        }
    }

    /// From 1; 0 where the old side is empty. nil: the patch states no number.
    package var oldStart: Int?
    package var newStart: Int?
    /// Whether the header's counts are those of the body: a tool wrote it, or a careful author.
    package var isCounted: Bool
    /// Lines that the place lies below, the outermost first: the text behind `@@`.
    package var hints: [String]
    /// The patch says that the hunk ends at the end of the file.
    package var isAtEnd: Bool
    package var lines: [Line]
    /// Where the hunk stands in the patch, for messages; from 1.
    package var patchLine: Int

    package init(
        oldStart: Int? = nil, newStart: Int? = nil, isCounted: Bool = false, hints: [String] = [],
        isAtEnd: Bool = false, lines: [Line] = [], patchLine: Int
    ) {
        self.oldStart = oldStart
        self.newStart = newStart
        self.isCounted = isCounted
        self.hints = hints
        self.isAtEnd = isAtEnd
        self.lines = lines
        self.patchLine = patchLine
    }

    package var old: [[UInt8]] { lines.filter { $0.kind != .addition }.map(\.bytes) }
    package var new: [[UInt8]] { lines.filter { $0.kind != .deletion }.map(\.bytes) }
    package var changesSomething: Bool { lines.contains { $0.kind != .context } && old != new }
}
