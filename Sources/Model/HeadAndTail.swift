/// Keeps a flood from filling a disk: passes the beginning of a stream of lines on, holds its end back in memory, and
/// counts what is neither. Whoever writes the stream gives it to `take` piece by piece and to `end` when it is over.
///
/// Memory is that of the end, whatever comes; what fits costs one comparison for each piece.
package struct HeadAndTail: Sendable {
    /// Bytes that may be passed on, the end among them.
    package let limit: Int
    /// Bytes of the end.
    private let tailLimit: Int
    private var headBytes = 0
    private var endsLine = true
    /// A ring: the last `tailLimit` bytes of `tailTotal`; made when the first byte does not fit any more.
    private var ring: [UInt8] = []
    private var tailTotal = 0

    package private(set) var isCut = false

    /// - Parameters:
    ///   - limit: bytes; the notes about the cut come on top.
    ///   - tail: bytes of the end that are kept; half the limit at most.
    package init(limit: Int, tail: Int = 1 << 20) {
        self.limit = max(limit, 0)
        tailLimit = max(0, min(tail, limit / 2))
    }

    /// Bytes that are left out for good if nothing more comes.
    package var leftOut: Int { max(0, tailTotal - keptTail.count) }

    /// - Parameter write: given what is to be written now, once or more often.
    package mutating func take(_ piece: UnsafeRawBufferPointer, _ write: (UnsafeRawBufferPointer) -> Void) {
        if !isCut, headBytes + piece.count <= limit - tailLimit {
            headBytes += piece.count
            if let last = piece.last { endsLine = last == UInt8(ascii: "\n") }
            return write(piece)
        }
        var rest = piece
        if !isCut {
            isCut = true
            ring = [UInt8](repeating: 0, count: tailLimit)
            // Whole lines, as far as there are any.
            let room = piece.prefix(limit - tailLimit - headBytes)
            let count = room.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let head = UnsafeRawBufferPointer(rebasing: piece[..<count])
            if !head.isEmpty {
                endsLine = true
                write(head)
            }
            rest = UnsafeRawBufferPointer(rebasing: piece[head.count...])
            let note =
                "… of what follows only the last \(tailLimit) bytes are kept, and written when there is no more\n"
            Array(((endsLine ? "" : "\n") + note).utf8).withUnsafeBytes(write)
        }
        hold(rest)
    }

    /// What is still to be written when nothing more comes: how much is left out, and the end.
    package func end() -> [UInt8] {
        guard isCut else { return [] }
        let tail = keptTail
        let leftOut = tailTotal - tail.count
        return (leftOut > 0 ? Array("… \(leftOut) bytes are left out here\n".utf8) : []) + tail
    }

    private mutating func hold(_ bytes: UnsafeRawBufferPointer) {
        guard tailLimit > 0 else {
            tailTotal += bytes.count
            return
        }
        // Of a piece that is longer than the ring only the end stays.
        let last = UnsafeRawBufferPointer(rebasing: bytes.suffix(tailLimit))
        let position = (tailTotal + bytes.count - last.count) % tailLimit
        tailTotal += bytes.count
        ring.withUnsafeMutableBytes { ring in
            let first = UnsafeRawBufferPointer(rebasing: last.prefix(ring.count - position))
            UnsafeMutableRawBufferPointer(rebasing: ring[position...]).copyMemory(from: first)
            let second = UnsafeRawBufferPointer(rebasing: last[first.count...])
            ring.copyMemory(from: second)
        }
    }

    /// The end in order, without a first line that lacks its beginning.
    private var keptTail: ArraySlice<UInt8> {
        guard tailTotal > tailLimit else { return ring.prefix(tailTotal) }
        guard tailLimit > 0 else { return [] }
        let start = tailTotal % tailLimit
        let tail = ring[start...] + ring[..<start]
        guard let newline = tail.firstIndex(of: UInt8(ascii: "\n")) else { return tail[...] }
        return tail[(newline + 1)...]
    }
}
