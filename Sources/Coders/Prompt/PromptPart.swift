/// A piece of what a coder is told, and how it is made shorter.
struct PromptPart {
    enum Shortening {
        /// Whole lines from the end are left out.
        case end
        /// Whole lines from the middle are left out: of a log both ends count.
        case middle
    }

    var title: String
    /// Taken whole, one after the other, as long as there is room; the one that does not fit is shortened.
    var units: [String]
    var shortening: Shortening = .end

    /// As much of it as fits, and the tokens that it takes. Nil where nothing does.
    func fitted(into tokens: Int) -> (text: String, tokens: Int)? {
        var kept: [String] = []
        var left = tokens
        for (index, unit) in units.enumerated() {
            let size = TokenEstimate.of(unit) + 1
            if size <= left {
                kept.append(unit)
                left -= size
                continue
            }
            if let short = shortened(unit, to: left - 24) { kept.append(short) }
            let rest = units.count - index - 1
            if rest > 0, !kept.isEmpty { kept.append("[\(rest) more left out]") }
            break
        }
        guard !kept.isEmpty else { return nil }
        let text = kept.joined(separator: "\n")
        return (text, TokenEstimate.of(text))
    }

    /// Nil where so little would be left that it is of no use.
    private func shortened(_ text: String, to tokens: Int) -> String? {
        guard tokens >= 16 else { return nil }
        let room = tokens * TokenEstimate.bytesPerToken
        switch shortening {
        case .end:
            let head = Self.head(text, bytes: room)
            guard !head.isEmpty else { return nil }
            return "\(head)\n[\(text.utf8.count - head.utf8.count) bytes left out]"
        case .middle:
            let head = Self.head(text, bytes: room / 2)
            let tail = Self.tail(text, bytes: room / 2)
            guard !head.isEmpty || !tail.isEmpty else { return nil }
            return "\(head)\n[\(text.utf8.count - head.utf8.count - tail.utf8.count) bytes left out]\n\(tail)"
        }
    }

    /// Whole lines; of a first line that is too long, its beginning.
    private static func head(_ text: String, bytes: Int) -> Substring {
        guard text.utf8.count > bytes else { return text[...] }
        let limit = text.utf8.index(text.startIndex, offsetBy: bytes)
        let part = text[..<limit.onCharacter(of: text)]
        guard let end = part.utf8.lastIndex(of: UInt8(ascii: "\n")) else { return part }
        return part[..<end]
    }

    private static func tail(_ text: String, bytes: Int) -> Substring {
        guard text.utf8.count > bytes else { return text[...] }
        let limit = text.utf8.index(text.endIndex, offsetBy: -bytes)
        let part = text[limit.onCharacter(of: text)...]
        guard let start = part.utf8.firstIndex(of: UInt8(ascii: "\n")) else { return part }
        return part[part.utf8.index(after: start)...]
    }
}

extension String.Index {
    /// The character that holds the byte.
    fileprivate func onCharacter(of text: String) -> String.Index {
        var index = self
        while index > text.startIndex, String.Index(index, within: text) == nil {
            index = text.utf8.index(before: index)
        }
        return String.Index(index, within: text) ?? text.startIndex
    }
}
