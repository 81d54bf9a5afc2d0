/// Makes hostile text harmless to terminals, browsers and readers: output of tools is written by whoever wrote the
/// source that they ran on.
package enum TextScrubber {
    /// Decodes UTF-8 (what is invalid becomes U+FFFD) and removes ANSI escapes, zero-width and bidirectional control
    /// characters and every control character but line feed and tab. CR LF becomes LF.
    package static func scrub(_ bytes: some Sequence<UInt8>) -> String {
        scrubbed(Array(bytes)[...])
    }

    package static func scrub(_ text: some StringProtocol) -> String { scrubbed(Array(text.utf8)[...]) }

    /// Plain ASCII, which is nearly all there is.
    static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { $0.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x09 } }
    }

    static func scrubbed(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        if isPlain(bytes) { return text }
        var escape = EscapeSequence()
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !escape.swallows(scalar) && !isHarmful(scalar) { kept.append(scalar) }
        return String(kept)
    }

    /// Beginning and end of a text, each of at most the given number of characters, both scrubbed.
    package static func excerpt(_ text: some StringProtocol, head: Int = 5000, tail: Int = 5000) -> LogExcerpt {
        var collector = LogExcerptCollector(head: head, tail: tail)
        collector.append(Array(text.utf8))
        return collector.finish()
    }

    // Unicode 16, general categories Cc and Cf as far as they hide, reorder or join text, and the tag characters that
    // carry invisible words.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0xAD, 0x034F, 0x061C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F: true
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xFEFF, 0xFFA0: true
        case 0xFFF9...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF: true
        default: false
        }
    }
}

/// Follows ECMA-48 escape sequences so that none of their parameters stays behind.
private struct EscapeSequence {
    private enum State { case text, escape, csi, string, stringEscape }
    private var state = State.text
    private var length = 0

    /// A sequence that does not end is given up after this many characters: it must not swallow the rest of a log.
    private static let limit = 256

    mutating func swallows(_ scalar: Unicode.Scalar) -> Bool {
        length += 1
        if state != .text, length > Self.limit || scalar == "\n" {
            state = .text
            return false
        }
        switch state {
        case .text: return begins(scalar)
        case .escape:
            switch scalar.value {
            case 0x5B: state = .csi
            case 0x5D, 0x50, 0x58, 0x5E, 0x5F: state = .string
            case 0x20...0x2F: break
            default: state = .text
            }
        case .csi:
            if (0x40...0x7E).contains(scalar.value) { state = .text }
        case .string:
            if scalar.value == 0x07 || scalar.value == 0x9C { state = .text }
            if scalar.value == 0x1B { state = .stringEscape }
        case .stringEscape: state = scalar == "\\" ? .text : .string
        }
        return true
    }

    private mutating func begins(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1B: state = .escape
        case 0x9B: state = .csi
        case 0x90, 0x98, 0x9D...0x9F: state = .string
        default: return false
        }
        length = 0
        return true
    }
}
