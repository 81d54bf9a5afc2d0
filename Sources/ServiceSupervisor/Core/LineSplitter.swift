/// Cuts a byte stream into lines in constant memory: a line longer than the limit comes in pieces.
///
/// `\n` and `\r\n` end a line and are not part of it. Bytes are handed on as they came; whoever makes text of them
/// repairs what is not UTF-8.
package struct LineSplitter: Sendable {
    private var rest: [UInt8] = []
    private let limit: Int

    /// - Parameter limit: bytes of the longest piece.
    package init(limit: Int = 16_384) { self.limit = max(limit, 16) }

    /// The lines that `bytes` completes.
    package mutating func lines(in bytes: some Collection<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            append(bytes[start..<end], to: &lines)
            finish(to: &lines)
            start = bytes.index(after: end)
        }
        append(bytes[start...], to: &lines)
        return lines
    }

    /// What is left when the stream ends without a line end.
    package mutating func finish() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        var lines: [[UInt8]] = []
        finish(to: &lines)
        return lines.first
    }

    private mutating func append(_ bytes: some Collection<UInt8>, to lines: inout [[UInt8]]) {
        var bytes = bytes[...]
        while rest.count + bytes.count > limit {
            let room = limit - rest.count
            rest += bytes.prefix(room)
            bytes = bytes.dropFirst(room)
            lines.append(rest)
            rest.removeAll(keepingCapacity: true)
        }
        rest += bytes
    }

    private mutating func finish(to lines: inout [[UInt8]]) {
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        lines.append(rest)
        rest.removeAll(keepingCapacity: true)
    }
}

/// The last lines of a stream, bounded by count and by bytes.
package struct LineTail: Sendable {
    private var lines: [[UInt8]] = []
    private var first = 0
    private var bytes = 0
    private let lineLimit: Int
    private let byteLimit: Int

    package init(lines: Int, bytes: Int) {
        lineLimit = max(lines, 1)
        byteLimit = bytes
    }

    package mutating func append(_ line: [UInt8]) {
        lines.append(line)
        bytes += line.count
        while lines.count - first > lineLimit || (bytes > byteLimit && lines.count - first > 1) {
            bytes -= lines[first].count
            lines[first] = []
            first += 1
        }
        if first > lineLimit {
            lines.removeFirst(first)
            first = 0
        }
    }

    package mutating func removeAll() { self = LineTail(lines: lineLimit, bytes: byteLimit) }

    package var count: Int { lines.count - first }
    /// Oldest first, as text; what is not UTF-8 is replaced.
    package var text: [String] { lines[first...].map { String(decoding: $0, as: UTF8.self) } }
}
