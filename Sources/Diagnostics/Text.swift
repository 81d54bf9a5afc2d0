#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Searching in UTF-8 without Foundation and without a regular expression: every line of every build goes through it.
extension Substring {
    /// The first place of `needle` at or behind `start`.
    func firstRange(ofText needle: StaticString, from start: Index? = nil) -> Range<Index>? {
        let rest = start.map { self[$0...] } ?? self
        // Darwin may hand over text that is not stored as UTF-8; then a copy is searched.
        let offset =
            rest.utf8.withContiguousStorageIfAvailable { Self.offset(of: needle, in: $0) }
            ?? Array(rest.utf8).withUnsafeBufferPointer { Self.offset(of: needle, in: $0) }
        guard let offset else { return nil }
        let found = rest.utf8.index(rest.startIndex, offsetBy: offset)
        return found..<rest.utf8.index(found, offsetBy: needle.utf8CodeUnitCount)
    }

    private static func offset(of needle: StaticString, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let length = needle.utf8CodeUnitCount
        guard let base = bytes.baseAddress, length > 0 else { return nil }
        var at = 0
        while bytes.count - at >= length {
            let room = bytes.count - at - length + 1
            guard let found = memchr(base + at, Int32(needle.utf8Start[0]), room) else { return nil }
            at = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if memcmp(base + at, needle.utf8Start, length) == 0 { return at }
            at += 1
        }
        return nil
    }

    /// Byte by byte: the standard library's compares characters, which costs ten times as much and takes a letter with a
    /// combining mark for no prefix of itself.
    func hasPrefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    /// What lies behind the last slash.
    var lastComponent: Substring {
        guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return self }
        return self[utf8.index(after: slash)...]
    }

    func containsText(_ needle: StaticString) -> Bool { firstRange(ofText: needle) != nil }

    /// What lies between two texts; nil when one of them is missing.
    func between(_ opening: StaticString, _ closing: StaticString) -> Substring? {
        guard let left = firstRange(ofText: opening),
            let right = firstRange(ofText: closing, from: left.upperBound)
        else { return nil }
        return self[left.upperBound..<right.lowerBound]
    }

    func dropping(prefix: String) -> Substring? { hasPrefix(prefix) ? self[index(startIndex, utf8: prefix)...] : nil }
    func dropping(suffix: String) -> Substring? { hasSuffix(suffix) ? dropLast(suffix.count) : nil }

    private func index(_ start: Index, utf8 prefix: String) -> Index {
        utf8.index(start, offsetBy: prefix.utf8.count)
    }

    /// Without white space at both ends.
    var trimmed: Substring {
        var text = self
        while let first = text.utf8.first, first.isBlank { text = text[text.utf8.index(after: text.startIndex)...] }
        while let last = text.utf8.last, last.isBlank { text = text[..<text.utf8.index(before: text.endIndex)] }
        return text
    }

    /// A whole number without sign, of at most nine digits; nil otherwise.
    var number: Int? {
        guard !isEmpty, utf8.count <= 9, utf8.allSatisfy(\.isDigit) else { return nil }
        return Int(self)
    }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isHexDigit: Bool { isDigit || (self | 0x20) >= 0x61 && (self | 0x20) <= 0x66 }
    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
}

extension Substring {
    /// The last place of `needle`.
    func range(lastOf needle: String) -> Range<Index>? {
        let wanted = Array(needle.utf8)
        let bytes = Array(utf8)
        guard !wanted.isEmpty, wanted.count <= bytes.count else { return nil }
        for offset in stride(from: bytes.count - wanted.count, through: 0, by: -1)
        where bytes[offset..<offset + wanted.count].elementsEqual(wanted) {
            let start = utf8.index(startIndex, offsetBy: offset)
            return start..<utf8.index(start, offsetBy: wanted.count)
        }
        return nil
    }
}

extension String {
    /// Without line ends, be they LF or CR LF; as characters the two would be one that no search for LF finds.
    var sourceLines: [Substring] {
        utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            Substring(line.last == 0x0D ? line.dropLast() : line)
        }
    }
}
