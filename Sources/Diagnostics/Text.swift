/// Searching in UTF-8 without Foundation and without a regular expression: every line of every build goes through it.
extension Substring {
    /// The first place of `needle`; byte by byte, so that it is linear for the short needles it is used with.
    func firstRange(ofText needle: StaticString, from start: Index? = nil) -> Range<Index>? {
        let bytes = UnsafeBufferPointer(start: needle.utf8Start, count: needle.utf8CodeUnitCount)
        guard let first = bytes.first else { return nil }
        let text = utf8
        var at = start ?? startIndex
        while at < text.endIndex {
            if text[at] == first, let end = text.end(of: bytes, at: at) { return at..<end }
            text.formIndex(after: &at)
        }
        return nil
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

extension Substring.UTF8View {
    fileprivate func end(of needle: UnsafeBufferPointer<UInt8>, at start: Index) -> Index? {
        var at = start
        for byte in needle {
            guard at < endIndex, self[at] == byte else { return nil }
            formIndex(after: &at)
        }
        return at
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
