/// A path as people and models write it above a block: bare, in backticks or bold, as a heading, with "File:" before it.
enum BlockFileName {
    private static let plainNames: Set<String> = [
        "Makefile", "Dockerfile", "LICENSE", "README", "CHANGELOG", "Gemfile", "Rakefile", "Procfile", "Vagrantfile",
        "Jenkinsfile", "CODEOWNERS", "VERSION", "NOTICE", "AUTHORS", "Podfile", "Containerfile", "Caddyfile",
        "Justfile",
    ]

    /// nil for a line that is no path. A path with white space in it counts in backticks only.
    static func read(_ line: String) -> String? {
        var text = Substring(line)
        if text.hasPrefix("//") { text = text.drop { $0 == "/" } }
        text = text.drop { "#*>- \t".contains($0) }
        for word in ["File:", "file:", "Path:", "path:", "Filename:", "filename:"] where text.hasPrefix(word) {
            text = text.dropFirst(word.count).drop { $0 == " " }
        }
        while text.hasPrefix("*") { text.removeFirst() }
        while let last = text.last, ":*# \t".contains(last) { text.removeLast() }
        // A fence may carry the name: ```swift Sources/a.swift, ```Sources/a.swift
        if text.hasPrefix("```") || text.hasPrefix("~~~") {
            text = text.drop { $0 == "`" || $0 == "~" }
            if let last = text.split(separator: " ").last, let colon = last.lastIndex(of: ":") {
                text = last[last.index(after: colon)...]
            } else if let last = text.split(separator: " ").last {
                text = last
            }
        }
        let isQuoted = text.count > 2 && text.first == "`" && text.last == "`"
        if isQuoted { text = text.dropFirst().dropLast() }
        if text.hasPrefix("./") { text = text.dropFirst(2) }
        guard !text.isEmpty, !text.contains("`"), !text.contains("\t") else { return nil }
        if plainNames.contains(String(text)) { return String(text) }
        guard isQuoted || !text.contains(" "), !text.hasSuffix("."), !text.contains("://"),
            text.contains("/") || text.dropFirst().contains("."), text.contains(where: { $0.isLetter || $0.isNumber })
        else { return nil }
        return String(text)
    }
}
