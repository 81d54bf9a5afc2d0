/// What of a line stays the same when white space around it changes, and when an editor makes quotes, dashes and blanks
/// look better.
enum LooseText {
    /// Equal for lines that are alike; seeded anew in each process, so nobody can prepare lines that collide.
    static func key(_ line: UnsafeRawBufferPointer) -> Int {
        var (start, end) = (0, line.count)
        while start < end, isWhite(line[start]) { start += 1 }
        while end > start, isWhite(line[end - 1]) { end -= 1 }
        let text = UnsafeRawBufferPointer(rebasing: line[start..<end])
        var hasher = Hasher()
        if text.allSatisfy({ $0 < 128 }) {
            hasher.combine(bytes: text)
        } else {
            let folded = folded(text)
            let core = trimmed(folded[...])
            core.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        return hasher.finalize()
    }

    static func key(_ line: [UInt8]) -> Int { line.withUnsafeBytes { key($0) } }

    /// Blanks, line ends, and what else ASCII has of that kind.
    static func isWhite(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        withoutEnd(line.drop(while: isWhite))
    }

    static func withoutEnd(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = line.endIndex
        while end > line.startIndex, isWhite(line[end - 1]) { end -= 1 }
        return line[..<end]
    }

    /// Typographic characters as ASCII has them. Others, and bytes that are no UTF-8, stay.
    static func folded(_ line: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(line.count)
        let bytes = Array(line)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0xC2, index + 1 < bytes.count, bytes[index + 1] == 0xA0 {
                result.append(32)
                index += 2
            } else if (0xE2...0xEF).contains(byte), index + 2 < bytes.count,
                let text = replacement(byte, bytes[index + 1], bytes[index + 2])
            {
                result += text
                index += 3
            } else {
                result.append(byte)
                index += 1
            }
        }
        return result
    }

    private static func replacement(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> [UInt8]? {
        switch (first, second, third) {
        // U+2000…U+200A, U+202F, U+205F, U+3000: blanks. U+200B, U+FEFF: nothing to see.
        case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80): [32]
        case (0xE2, 0x80, 0x8B), (0xEF, 0xBB, 0xBF): []
        // U+2010…U+2015 and U+2212: hyphens, dashes, minus.
        case (0xE2, 0x80, 0x90...0x95), (0xE2, 0x88, 0x92): [UInt8(ascii: "-")]
        case (0xE2, 0x80, 0x98...0x9B): [UInt8(ascii: "'")]
        case (0xE2, 0x80, 0x9C...0x9F): [UInt8(ascii: "\"")]
        case (0xE2, 0x80, 0xA6): Array("...".utf8)
        default: nil
        }
    }
}
