/// Writes an LLVM bitstream, as far as a `.dia` file needs it: the other side of the reader under test, so that tests
/// can have findings about files that exist. Source of the format: LLVM, docs/BitCodeFormat.rst.
struct BitstreamWriter {
    private(set) var bytes: [UInt8]
    private var current: UInt64 = 0
    private var used: UInt64 = 0

    init(magic: String) { bytes = Array(magic.utf8) }

    mutating func fixed(_ value: UInt64, _ width: Int) {
        for bit in 0..<UInt64(width) {
            current |= ((value >> bit) & 1) << used
            used += 1
            if used == 8 { flush() }
        }
    }

    private mutating func flush() {
        bytes.append(UInt8(current))
        (current, used) = (0, 0)
    }

    mutating func vbr(_ value: UInt64, _ width: Int) {
        let more = UInt64(1) << UInt64(width - 1)
        var rest = value
        while rest >= more {
            fixed((rest & (more - 1)) | more, width)
            rest >>= UInt64(width - 1)
        }
        fixed(rest, width)
    }

    mutating func align() {
        if used > 0 { flush() }
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    /// Abbreviation width 3 inside; the block's length stays 0, which readers that do not skip blocks never look at.
    mutating func enter(block: UInt64, from width: Int) {
        fixed(1, width)
        vbr(block, 8)
        vbr(3, 4)
        align()
        fixed(0, 32)
    }

    mutating func leave() {
        fixed(0, 3)
        align()
    }

    mutating func record(_ code: UInt64, _ fields: [UInt64]) {
        fixed(3, 3)
        vbr(code, 6)
        vbr(UInt64(fields.count), 6)
        for field in fields { vbr(field, 6) }
    }

    /// Defines an abbreviation `[code, count x vbr6, blob]` and uses it; `used` counts those of the block before it.
    mutating func record(_ code: UInt64, _ fields: [UInt64], blob: String, abbreviationsBefore before: UInt64) {
        fixed(2, 3)
        vbr(UInt64(fields.count) + 2, 5)
        fixed(1, 1)
        vbr(code, 8)
        for _ in fields {
            fixed(0, 1)
            fixed(2, 3)
            vbr(6, 5)
        }
        fixed(0, 1)
        fixed(5, 3)
        fixed(4 + before, 3)
        for field in fields { vbr(field, 6) }
        vbr(UInt64(blob.utf8.count), 6)
        align()
        bytes += Array(blob.utf8)
        align()
    }

    /// A file with one finding: level 2 is a warning, 3 an error.
    static func serialized(path: String, line: UInt64, column: UInt64, level: UInt64, message: String) -> [UInt8] {
        var writer = BitstreamWriter(magic: "DIAG")
        writer.enter(block: 8, from: 2)
        writer.record(1, [2])
        writer.leave()
        writer.enter(block: 9, from: 2)
        let size = UInt64(path.utf8.count)
        writer.record(6, [1, 0, 0, size], blob: path, abbreviationsBefore: 0)
        writer.record(
            2, [level, 1, line, column, 0, 0, 0, UInt64(message.utf8.count)], blob: message, abbreviationsBefore: 1)
        writer.record(
            7, [1, line, column, 0, 1, line, column + 2, 0, 1], blob: "y", abbreviationsBefore: 2)
        writer.leave()
        return writer.bytes
    }
}
