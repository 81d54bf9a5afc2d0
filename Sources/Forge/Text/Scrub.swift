/// Takes out of a text what hides, reorders or commands, before it is shown on a page of somebody else's: control characters,
/// escape sequences of terminals, zero-width and bidirectional characters, tags.
enum Scrub {
    /// On one line, at most so many characters; a cut shows as `…`.
    static func line(_ text: String, most: Int) -> String {
        let words = clean(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > most ? String(words.prefix(max(0, most - 1))) + "…" : words
    }

    /// Lines stay; at most so many bytes of UTF-8.
    static func text(_ text: String, bytes: Int) -> String {
        let cleaned = clean(text)
        guard cleaned.utf8.count > bytes else { return cleaned }
        var kept = ""
        var room = bytes - "…".utf8.count
        for character in cleaned {
            room -= character.utf8.count
            guard room >= 0 else { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// Line feeds and tabs stay, CR LF and CR become line feeds.
    static func clean(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        var escape = Escaped.no
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if escape.swallows(scalar) { continue }
            if scalar == "\r" {
                kept.append("\n")
            } else if scalar == "\n" {
                if previous != "\r" { kept.append(scalar) }
            } else if !isHarmful(scalar) {
                kept.append(scalar)
            }
        }
        return String(kept)
    }

    // Unicode 16: general categories Cc and Cf as far as they hide, reorder or join, fillers that look like nothing, and the tag
    // characters that carry invisible words.
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

    /// Where in an escape sequence (ECMA-48) a text is.
    private enum Escaped {
        case no, begun, parameters

        mutating func swallows(_ scalar: Unicode.Scalar) -> Bool {
            switch (self, scalar.value) {
            case (.no, 0x1B): self = .begun
            case (.no, 0x9B): self = .parameters
            case (.no, _): return false
            case (.begun, 0x5B): self = .parameters
            case (.begun, 0x20...0x2F): break
            case (.begun, 0x30...0x7E): self = .no
            case (.parameters, 0x20...0x3F): break
            case (.parameters, 0x40...0x7E): self = .no
            default:
                self = .no
                return false
            }
            return true
        }
    }
}
