/// Markdown out of text that nobody vouches for: what a model, a compiler or a log says is shown, and does nothing. No HTML, no
/// mention, no link, no reference that closes an issue, no quick action of GitLab's comes out of it.
package enum Markdown {
    /// Prose. Words of letters, digits and plain punctuation stay as they are; every other word (`@everyone`, `#12`, `<b>`,
    /// `https://…`, `snake_case`, `/close`) becomes a code span, in which no forge looks for anything.
    package static func prose(_ text: String) -> String {
        Scrub.clean(text).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let words = line.split(whereSeparator: \.isWhitespace).map { isPlain($0) ? String($0) : code(String($0)) }
            guard let first = words.first else { return "" }
            // At its beginning a line is a heading, a list or a rule by plain punctuation alone.
            let opens = first.allSatisfy { !$0.isLetter && !$0.isNumber && $0 != "`" } || isNumbering(first)
            return (opens ? [code(first)] + words.dropFirst() : words).joined(separator: " ")
        }.joined(separator: "\n")
    }

    /// Prose on one line, at most so many characters before it is escaped.
    package static func line(_ text: String, most: Int = 300) -> String { prose(Scrub.line(text, most: most)) }

    /// A code span. Line ends become blanks.
    package static func code(_ text: String) -> String {
        let content = Scrub.clean(text).split(whereSeparator: \.isNewline).joined(separator: " ")
        guard !content.isEmpty else { return "" }
        let fence = String(repeating: "`", count: longestRun(in: content) + 1)
        // A blank on each side is taken away again; without it a backtick at the edge would join the fence.
        let isEdged =
            content.hasPrefix("`") || content.hasSuffix("`") || content.hasPrefix(" ") && content.hasSuffix(" ")
        return isEdged ? "\(fence) \(content) \(fence)" : fence + content + fence
    }

    /// A fenced block that nothing in the text can close.
    package static func block(_ text: String, language: String = "text") -> String {
        let content = Scrub.clean(text)
        let fence = String(repeating: "`", count: max(3, longestRun(in: content) + 1))
        return "\(fence)\(language)\n\(content)\(content.hasSuffix("\n") ? "" : "\n")\(fence)"
    }

    /// At most so many characters, as UTF-16 counts them: the least favourable of the ways in which forges do. Whatever block
    /// the cut falls into is closed.
    package static func capped(_ text: String, to most: Int) -> String {
        guard text.utf16.count > most else { return text }
        let note = "\n\n*The rest is left out: it is longer than the forge takes.*\n"
        var kept: [Substring] = []
        var fence: Substring?
        var details = 0
        // Room for the note and for whatever has to be closed.
        var room = most - note.utf16.count - 400
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            room -= line.utf16.count + 1
            guard room >= 0 else { break }
            kept.append(line)
            let run = line.prefix { $0 == "`" }
            if let open = fence {
                if run.count >= open.count, run.count == line.count { fence = nil }
            } else if run.count >= 3 {
                fence = run
            }
            if fence == nil {
                if line.hasPrefix("<details>") { details += 1 }
                if line.hasPrefix("</details>") { details -= 1 }
            }
        }
        if let fence { kept.append(fence) }
        let ends = String(repeating: "\n\n</details>", count: max(0, min(details, 10)))
        let whole = kept.joined(separator: "\n") + ends + note
        return whole.utf16.count <= most ? whole : String(whole.prefix(max(0, most / 2)))
    }

    private static func longestRun(in text: String) -> Int {
        var (longest, run) = (0, 0)
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    /// Letters of any script and digits; inside or around them the punctuation of sentences.
    private static func isPlain(_ word: Substring) -> Bool {
        let lower = word.lowercased()
        // What GitHub links by itself: hosts, and issues of the old form.
        if lower.hasPrefix("www.") || lower.contains("://") || lower.hasPrefix("gh-") { return false }
        // GitLab's quick actions and milestones.
        if word.first == "/" || word.first == "%" { return false }
        return word.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case ".", ",", ":", ";", "?", "'", "\"", "(", ")", "-", "/", "%", "–", "—", "…", "„", "“", "”", "‚", "‘",
                "’", "«", "»":
                true
            default: scalar.properties.isAlphabetic || scalar.properties.numericType != nil || isMark(scalar)
            }
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark: true
        // Punctuation and symbols of other scripts mean nothing to Markdown; ASCII's have their list above.
        case .otherPunctuation, .otherSymbol, .dashPunctuation, .openPunctuation, .closePunctuation:
            !scalar.isASCII
                && scalar != "\u{FF20}"
        default: false
        }
    }

    /// `1.` or `1)`, which would begin a list.
    private static func isNumbering(_ word: String) -> Bool {
        guard let last = word.last, last == "." || last == ")" else { return false }
        return word.dropLast().allSatisfy(\.isNumber) && word.count > 1
    }
}
