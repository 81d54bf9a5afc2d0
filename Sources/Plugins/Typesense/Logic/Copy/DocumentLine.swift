/// One document as a line of JSON, looked at without being parsed: what is not understood here stays byte for byte as it is
/// (no number is read and written again).
package struct DocumentLine {
    /// A member of the document itself, by its place in the line.
    package struct Member {
        /// Between the quotes, escapes as they are.
        package var key: Range<Int>
        package var value: Range<Int>
    }

    /// The members of the document; nil when the line is no JSON object.
    ///
    /// - Parameter until: stop once a member has this key.
    package static func members(
        of line: UnsafeBufferPointer<UInt8>, until wanted: StaticString? = nil
    ) -> [Member]? {
        var scanner = Scanner(line)
        scanner.skipSpace()
        guard scanner.take(UInt8(ascii: "{")) else { return nil }
        var members: [Member] = []
        scanner.skipSpace()
        if scanner.take(UInt8(ascii: "}")) { return members }
        while true {
            scanner.skipSpace()
            guard let key = scanner.string() else { return nil }
            scanner.skipSpace()
            guard scanner.take(UInt8(ascii: ":")) else { return nil }
            scanner.skipSpace()
            let start = scanner.position
            guard scanner.skipValue() else { return nil }
            members.append(Member(key: key, value: start..<scanner.position))
            if let wanted, scanner.equals(key, wanted) { return members }
            scanner.skipSpace()
            if scanner.take(UInt8(ascii: "}")) { return members }
            guard scanner.take(UInt8(ascii: ",")) else { return nil }
        }
    }

    /// The place of the document's id, between the quotes; nil when it has none that is text.
    package static func identifier(in line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard let last = members(of: line, until: "id")?.last, Scanner(line).equals(last.key, "id"),
            last.value.count >= 2, line[last.value.lowerBound] == UInt8(ascii: "\"")
        else { return nil }
        return last.value.lowerBound + 1..<last.value.upperBound - 1
    }

    /// 64 bits that differ where lines differ (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/, by words of eight bytes).
    package static func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var position = 0
        while position + 8 <= bytes.count {
            hash ^= bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
            hash = hash &* 0x0000_0100_0000_01b3
            hash ^= hash >> 29
            position += 8
        }
        while position < bytes.count {
            hash = (hash ^ UInt64(bytes[position])) &* 0x0000_0100_0000_01b3
            position += 1
        }
        return hash ^ (hash >> 32)
    }

    package static func digest(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { digest(UnsafeRawBufferPointer($0)) }
    }

    private struct Scanner {
        private let bytes: UnsafeBufferPointer<UInt8>
        private(set) var position = 0
        init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        mutating func skipSpace() {
            while position < bytes.count, bytes[position] == 0x20 || (0x09...0x0D).contains(bytes[position]) {
                position += 1
            }
        }

        mutating func take(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        /// What stands between the quotes.
        mutating func string() -> Range<Int>? {
            guard take(UInt8(ascii: "\"")) else { return nil }
            let start = position
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "\""):
                    position += 1
                    return start..<position - 1
                case UInt8(ascii: "\\"): position += 2
                default: position += 1
                }
            }
            return nil
        }

        /// Steps over any value: to its closing bracket, or to what ends a number or a word.
        mutating func skipValue() -> Bool {
            guard position < bytes.count else { return false }
            switch bytes[position] {
            case UInt8(ascii: "\""): return string() != nil
            case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested()
            default:
                let start = position
                while position < bytes.count, !Self.endsWord(bytes[position]) { position += 1 }
                return position > start
            }
        }

        private mutating func skipNested() -> Bool {
            var depth = 0
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "\""):
                    guard string() != nil else { return false }
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: break
                }
                position += 1
                if depth == 0 { return true }
            }
            return false
        }

        private static func endsWord(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte <= 0x20
        }

        func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
            guard range.count == text.utf8CodeUnitCount else { return false }
            return range.indices.allSatisfy { bytes[$0] == text.utf8Start[$0 - range.lowerBound] }
        }
    }
}
