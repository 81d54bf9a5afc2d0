/// "The rest stays as it is", as models write it in place of lines: `...`, `// ... existing code ...`.
enum Placeholder {
    enum Kind: Hashable {
        /// A comment that speaks of code which is left out. It is never meant as it stands.
        case spoken
        /// Dots alone, which are a statement in Python and text in prose.
        case bare
    }

    private static let leaders = ["//", "#", "--", "/*", "<!--", "{/*", ";", "%", "\"\"\""]
    private static let trailers = ["*/}", "*/", "-->", "\"\"\""]
    private static let words = [
        "existing", "rest of", "unchanged", "remaining", "same as", "previous", "omitted", "other code", "snip",
        "as before", "keep", "code here", "implementation", "no changes", "stays", "other methods", "other cases",
    ]

    static func kind(_ line: [UInt8]) -> Kind? {
        // Longer lines are text.
        guard line.count <= 200, line.contains(UInt8(ascii: ".")) || line.contains(0xE2) else { return nil }
        var text = trimmed(Substring(String(decoding: line, as: UTF8.self)))
        var isComment = false
        if let leader = leaders.first(where: { text.hasPrefix($0) }) {
            isComment = true
            text = trimmed(text.dropFirst(leader.count))
            while let first = text.first, "/#-*;%!".contains(first) { text = trimmed(text.dropFirst()) }
        }
        if let trailer = trailers.first(where: { text.hasSuffix($0) }) { text = trimmed(text.dropLast(trailer.count)) }
        if text == "..." || text == "…" { return isComment ? .spoken : .bare }
        let begins = text.hasPrefix("...") || text.hasPrefix("…")
        let ends = text.hasSuffix("...") || text.hasSuffix("…")
        let isSpoken = words.contains { text.lowercased().contains($0) }
        if isComment, begins || ends, isSpoken { return .spoken }
        if begins, ends, isSpoken { return .spoken }
        let inner = text.dropFirst().dropLast()
        if ["[...]", "[…]", "<...>", "<…>", "(...)", "{...}", "{ ... }", "{ … }", "(…)", "{…}"].contains(String(text)) {
            return .spoken
        }
        if text.hasPrefix("["), text.hasSuffix("]"), isSpoken, inner.contains("...") { return .spoken }
        return nil
    }

    /// A body that is left out in the middle of a line: `func f() { ... }`.
    static func isInside(_ line: [UInt8]) -> Bool {
        guard line.count <= 400, line.contains(UInt8(ascii: ".")) || line.contains(0xE2) else { return false }
        let text = String(decoding: line, as: UTF8.self)
        for hole in ["{ ... }", "{...}", "{ … }", "{…}", "( ... )", "[ ... ]"] where text.contains(hole) { return true }
        return false
    }

    /// Whether bare dots can be meant as they stand in a file of this name.
    static func allowsBare(_ path: String?) -> Bool {
        guard let path else { return false }
        return [".py", ".pyi", ".md", ".txt", ".rst", ".adoc", ".ipynb", ".raku"].contains { path.hasSuffix($0) }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
