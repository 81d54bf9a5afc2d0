/// One part of a glob between slashes.
enum GlobSegment: Hashable, Sendable {
    /// Without wildcards: compared byte by byte.
    case literal([UInt8])
    /// With `*`, `?` or `[...]`.
    case pattern([Token])
    /// `**`: any number of folders, also none.
    case anyDepth

    enum Token: Hashable, Sendable {
        case scalar(UInt32)
        /// `?`: one character.
        case one
        /// `*`: any number of characters.
        case any
        /// `[a-z]`, `[!a-z]`.
        case set([ClosedRange<UInt32>], isNegated: Bool)
    }

    /// Whether a name in a tree matches. `anyDepth` matches every name.
    func matches(_ name: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .literal(let bytes):
            guard bytes.count == name.count else { return false }
            return bytes.withUnsafeBufferPointer { left in
                name.withUnsafeBufferPointer { right in left.elementsEqual(right) }
            }
        case .anyDepth: return true
        case .pattern(let tokens):
            return Self.match(tokens, String(decoding: name, as: UTF8.self).unicodeScalars.map(\.value))
        }
    }

    /// Greedy with one point to return to: linear in practice, at worst the product of both lengths, never exponential.
    private static func match(_ tokens: [Token], _ text: [UInt32]) -> Bool {
        var (token, position) = (0, 0)
        var retry: (token: Int, position: Int)?
        while position < text.count {
            if token < tokens.count {
                if case .any = tokens[token] {
                    retry = (token + 1, position)
                    token += 1
                    continue
                }
                if tokens[token].matches(text[position]) {
                    token += 1
                    position += 1
                    continue
                }
            }
            guard let (next, start) = retry else { return false }
            retry = (next, start + 1)
            (token, position) = (next, start + 1)
        }
        return tokens[token...].allSatisfy { $0 == .any }
    }
}

extension GlobSegment.Token {
    fileprivate func matches(_ scalar: UInt32) -> Bool {
        switch self {
        case .scalar(let wanted): wanted == scalar
        case .one, .any: true
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }
}
