import Diagnostics

/// A coder's commit message, made into one that may stand in a history: an imperative subject of at most 72 characters, a
/// body where there is something to say, and nothing that passes for a trailer.
package enum CoderMessage {
    package static let longestSubject = 72
    private static let longestBody = 2000

    /// Nil where nothing is left of it.
    package static func cleaned(_ text: String) -> String? {
        let scrubbed = TextScrubber.scrub(text)
        var lines = scrubbed.split(separator: "\n", omittingEmptySubsequences: false).map { plain($0) }
        lines.removeAll { $0.hasPrefix("```") || $0.hasPrefix("~~~") || isTrailer($0) }
        guard let first = lines.firstIndex(where: { !subject(of: $0).isEmpty }) else { return nil }
        let whole = subject(of: lines[first])
        let short = shortened(whole)
        var body = Array(lines[(first + 1)...])
        if short != whole { body = [whole, ""] + body }
        return joined(short, body)
    }

    private static func joined(_ subject: String, _ body: [String]) -> String {
        var kept: [String] = []
        var size = 0
        // Of empty lines in a row one stays, and none at the ends.
        for line in body where !(line.isEmpty && (kept.last?.isEmpty ?? true)) {
            size += line.utf8.count + 1
            guard size <= longestBody else { break }
            kept.append(line)
        }
        while kept.last?.isEmpty == true { kept.removeLast() }
        return kept.isEmpty ? subject : "\(subject)\n\n\(kept.joined(separator: "\n"))"
    }

    private static func plain(_ line: Substring) -> String {
        var line = line.filter { $0 != "\t" }[...]
        while line.last?.isWhitespace == true { line.removeLast() }
        return String(line)
    }

    /// Without what a model puts around it: marks of lists and headings, quotes, a label, a full stop.
    private static func subject(of line: String) -> String {
        var text = line.replacing("**", with: "").replacing("__", with: "")[...]
        let marks: Set<Character> = ["#", "*", "-", ">", "`", "\"", "'", "_", " "]
        while let first = text.first, marks.contains(first) { text.removeFirst() }
        for label in ["commit message:", "subject:", "message:", "title:"]
        where text.lowercased().hasPrefix(label) {
            text = text.dropFirst(label.count)
            while let first = text.first, marks.contains(first) { text.removeFirst() }
        }
        let endings: Set<Character> = ["*", "`", "\"", "'", "_", " ", "."]
        while let last = text.last, endings.contains(last) { text.removeLast() }
        return imperative(String(text))
    }

    /// Verbs that models begin with, in the forms that they use in place of the imperative.
    private static let verbs: [String] = [
        "fix", "add", "remove", "change", "update", "use", "correct", "return", "handle", "make", "restore", "rename",
        "replace", "repair", "initialize", "import", "declare", "convert", "move", "avoid", "guard", "unwrap", "mark",
        "revert", "allow", "prevent", "resolve", "implement", "define", "call", "pass", "set", "close", "open",
        "mend", "serve", "create", "delete", "introduce", "ensure", "extend", "reduce", "check", "read", "treat",
        "keep",
    ]
    private static let forms: [String: String] = {
        var forms: [String: String] = [:]
        for verb in verbs {
            let stem = verb.hasSuffix("e") ? String(verb.dropLast()) : verb
            let plural = ["x", "s", "h"].contains { verb.hasSuffix($0) } ? "\(verb)es" : "\(verb)s"
            for form in [plural, "\(stem)ed", "\(stem)ing"] { forms[form] = verb }
        }
        for (form, verb) in [("made", "make"), ("setting", "set"), ("sets", "set")] { forms[form] = verb }
        return forms
    }()

    private static func imperative(_ text: String) -> String {
        let word = text.prefix { $0.isASCII && $0.isLetter }
        let rest = text[word.endIndex...]
        // `main.swift: …` and `fix: …` begin with a name.
        guard !word.isEmpty, rest.first == " " || rest.isEmpty else { return text }
        let verb = forms[word.lowercased()] ?? (word.allSatisfy(\.isLowercase) ? String(word) : nil)
        guard let verb, let first = verb.first else { return text }
        return first.uppercased() + verb.dropFirst() + rest
    }

    /// `Co-authored-by: …`, and ours: any name with a hyphen before a colon, and the few without one.
    static func isTrailer(_ line: String) -> Bool {
        guard let colon = line.firstIndex(of: ":") else { return false }
        let token = line[..<colon].drop { $0 == " " || $0 == ">" || $0 == "*" || $0 == "-" }
        guard !token.isEmpty, token.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "-") }) else { return false }
        return token.contains("-") || ["cc", "fixes", "closes", "refs", "link", "bug"].contains(token.lowercased())
    }

    /// Cut between words.
    private static func shortened(_ line: String) -> String {
        guard line.count > longestSubject else { return line }
        let cut = line.prefix(longestSubject - 1)
        let end = cut.lastIndex(of: " ").flatMap { cut.distance(from: cut.startIndex, to: $0) > 40 ? $0 : nil }
        return String(end.map { cut[..<$0] } ?? cut) + "…"
    }
}
