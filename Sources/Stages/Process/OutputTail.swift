import Model

/// The last bytes of a flood, as the blocks in which they came: appending costs a copy of the block's end at most.
struct OutputTail: Sendable {
    private var blocks: [(stream: LogLine.Stream, bytes: [UInt8])] = []
    private var size = 0
    private let limit: Int

    /// - Parameter limit: bytes kept at least, as far as there are so many; never more than four times as many.
    init(limit: Int) { self.limit = limit }

    mutating func append(_ block: UnsafeRawBufferPointer, _ stream: LogLine.Stream) {
        // Rebased: an array copies a buffer in one go, a slice of a buffer byte by byte.
        let bytes = UnsafeRawBufferPointer(rebasing: block.suffix(limit))
        if let last = blocks.indices.last, blocks[last].stream == stream,
            blocks[last].bytes.count + bytes.count <= limit
        {
            blocks[last].bytes += bytes
        } else {
            blocks.append((stream, Array(bytes)))
        }
        size += bytes.count
        while let first = blocks.first, size - first.bytes.count >= limit {
            size -= first.bytes.count
            blocks.removeFirst()
        }
    }

    /// The last lines, oldest first. The very first one kept may lack its beginning and is left out.
    func lines(atMost count: Int) -> [(stream: LogLine.Stream, bytes: [UInt8])] {
        var lines: [(stream: LogLine.Stream, bytes: [UInt8])] = []
        for block in blocks {
            let body = block.bytes.last == UInt8(ascii: "\n") ? block.bytes.dropLast() : block.bytes[...]
            for line in body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                lines.append((block.stream, Array(line)))
            }
        }
        if size >= limit, !lines.isEmpty { lines.removeFirst() }
        return lines.suffix(count)
    }
}
