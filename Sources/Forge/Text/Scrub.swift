import Model

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
        var lines = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" { lines.append("\n") } else if scalar != "\n" || previous != "\r" { lines.append(scalar) }
            previous = scalar
        }
        return HarmlessText.of(String(lines))
    }
}
