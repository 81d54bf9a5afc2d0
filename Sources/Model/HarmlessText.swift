/// Takes out of a text what hides, reorders or commands: escape sequences of terminals, control characters, zero-width and
/// bidirectional characters, tags. Line feeds and tabs stay.
package enum HarmlessText {
    package static func of(_ text: String) -> String {
        var escape = EscapeSequence()
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !escape.swallows(scalar) && !isHarmful(scalar) { kept.append(scalar) }
        return String(kept)
    }

    // Unicode 16, general categories Cc and Cf as far as they hide, reorder or join text, fillers that look like nothing, and
    // the tag characters that carry invisible words.
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
