/// A file as lines, without a copy of each.
struct FileLines {
    let bytes: [UInt8]
    /// Where each line begins, and the end of the last one.
    private let starts: [Int]
    /// Of each line what is the same however it is indented; see `LooseText`.
    let keys: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        var keys: [Int] = []
        bytes.withUnsafeBytes { buffer in
            var start = 0
            while start < buffer.count {
                var end = start
                while end < buffer.count, buffer[end] != 10 { end += 1 }
                if end < buffer.count { end += 1 }
                keys.append(LooseText.key(UnsafeRawBufferPointer(rebasing: buffer[start..<end])))
                starts.append(end)
                start = end
            }
        }
        self.starts = starts
        self.keys = keys
    }

    var count: Int { keys.count }
    subscript(index: Int) -> ArraySlice<UInt8> { bytes[starts[index]..<starts[index + 1]] }
    func bytes(of lines: Range<Int>) -> ArraySlice<UInt8> { bytes[starts[lines.lowerBound]..<starts[lines.upperBound]] }
    var endsInNewline: Bool { bytes.last == 10 }

    /// Lines with their ends; the last may have none.
    static func split(_ content: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in content.enumerated() where byte == 10 {
            lines.append(content[start...index])
            start = index + 1
        }
        if start < content.count { lines.append(content[start...]) }
        return lines
    }
}
