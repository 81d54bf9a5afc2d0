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
    private let headLimit: Int
    private let tailLimit: Int
    private var head: [Character] = []
    // A ring: appending drops the oldest, whatever the length of the log.
    private var tail: [Character] = []
    private var oldest = 0
    private var dropped = 0
    private var line: [UInt8] = []

    /// - Parameters: in characters (extended grapheme clusters) of scrubbed text.
    package init(head: Int = 5000, tail: Int = 5000) {
        headLimit = max(0, head)
        tailLimit = max(0, tail)
    }

    package mutating func append(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            line.append(byte)
            // Scrubbed line by line: no escape sequence and no character reaches over a line end. A line without an
            // end is cut, so that it costs no memory.
            if byte == 0x0A || line.count >= 65_536 { flush() }
        }
    }

    package consuming func finish() -> LogExcerpt {
        flush()
        let end = String(tail[oldest...]) + String(tail[..<oldest])
        return LogExcerpt(head: String(head), tail: end, omitted: dropped)
    }

    private mutating func flush() {
        if line.isEmpty { return }
        for character in TextScrubber.scrub(line) { take(character) }
        line.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ character: Character) {
        if head.count < headLimit {
            head.append(character)
        } else if tail.count < tailLimit {
            tail.append(character)
        } else {
            dropped += 1
            guard tailLimit > 0 else { return }
            tail[oldest] = character
            oldest = (oldest + 1) % tailLimit
        }
    }
}
