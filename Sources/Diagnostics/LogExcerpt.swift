/// The beginning and the end of a long text, scrubbed.
package struct LogExcerpt: Sendable, Hashable, Codable {
    package var head: String
    /// Empty when the whole text is in `head`.
    package var tail: String
    /// Characters between the two.
    package var omitted: Int
    package init(head: String, tail: String = "", omitted: Int = 0) {
        self.head = head
        self.tail = tail
        self.omitted = omitted
    }

    /// Head, a line that says how much is missing, tail.
    package var text: String {
        if omitted == 0 { return head + tail }
        return "\(head)\n[... \(omitted) characters left out ...]\n\(tail)"
    }

    /// The text between two marker lines that do not occur in it, for readers (people and models) who must know where
    /// text that nobody vouches for begins and ends.
    package func fenced(_ label: String) -> String {
        let body = text
        var number = StableHash.of(body)
        var fence = "\(label) \(StableHash.text(number))"
        // A text can hold a marker only by knowing its own hash; then another one is taken.
        while body.contains(fence) {
            number &+= 1
            fence = "\(label) \(StableHash.text(number))"
        }
        return "----- begin \(fence) -----\n\(body)\n----- end \(fence) -----\n"
    }
}

/// Takes a log of any length piece by piece and keeps its two ends; memory is that of the excerpt.
package struct LogExcerptCollector: Sendable {
    private struct Piece {
        var text: String
        /// In characters.
        var count: Int
    }

    private let headLimit: Int
    private let tailLimit: Int
    private var head = ""
    private var headCount = 0
    /// What came behind the head, from `first` on; together at least the tail once there is enough of it.
    private var pieces: [Piece] = []
    private var first = 0
    private var kept = 0
    private var dropped = 0
    private var line: [UInt8] = []

    /// - Parameters: in characters (extended grapheme clusters) of scrubbed text.
    package init(head: Int = 5000, tail: Int = 5000) {
        headLimit = max(0, head)
        tailLimit = max(0, tail)
    }

    package mutating func append(_ bytes: some Sequence<UInt8>) {
        // Scrubbed line by line: no escape sequence and no character reaches over a line end. A line without an end is
        // cut, so that it costs no memory.
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
            let part = rest[..<min(end, rest.startIndex + 65_536 - line.count)]
            rest = rest[part.endIndex...]
            line.append(contentsOf: part)
            if line.last == 0x0A || line.count >= 65_536 { flush() }
        }
    }

    package consuming func finish() -> LogExcerpt {
        flush()
        let rest = pieces[first...].map(\.text).joined()
        if kept <= tailLimit { return LogExcerpt(head: head, tail: rest, omitted: dropped) }
        return LogExcerpt(
            head: head, tail: String(rest.suffix(tailLimit)), omitted: dropped + kept - tailLimit)
    }

    private mutating func flush() {
        if line.isEmpty { return }
        // Counting characters is slow; of plain text they are its bytes.
        let isPlain = TextScrubber.isPlain(line[...])
        var text = TextScrubber.scrubbed(line[...])
        var count = isPlain ? text.utf8.count : text.count
        line.removeAll(keepingCapacity: true)
        if headCount < headLimit {
            let part = text.prefix(headLimit - headCount)
            let taken = min(count, headLimit - headCount)
            head += part
            headCount += taken
            text = String(text[part.endIndex...])
            count -= taken
        }
        if count > 0 { keep(Piece(text: text, count: count)) }
    }

    private mutating func keep(_ piece: Piece) {
        pieces.append(piece)
        kept += piece.count
        while first < pieces.count, kept - pieces[first].count >= tailLimit {
            kept -= pieces[first].count
            dropped += pieces[first].count
            first += 1
        }
        if first > 512 {
            pieces.removeFirst(first)
            first = 0
        }
    }
}
