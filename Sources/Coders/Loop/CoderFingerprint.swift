import Model

/// Names a change by its content, so that the same one is known again: blanks at line ends, the order of the patches and
/// the words around them make no other change of it.
package enum CoderFingerprint {
    package static func of(_ patches: [CoderProposal.Patch]) -> String {
        let texts = patches.map { "\($0.target ?? "")\n\(normalized($0.text))" }.sorted()
        return SHA256.hex(of: Array(texts.joined(separator: "\u{0}").utf8))
    }

    /// Of a difference, however it came about: of the lines that go and come, whatever stands around them by now.
    package static func of(difference: String) -> String {
        let lines = difference.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("+") || $0.hasPrefix("-") }
        return of([CoderProposal.Patch(lines.joined(separator: "\n"))])
    }

    private static func normalized(_ text: String) -> String {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            // Positions of a unified diff, which models count differently each time.
            if line.hasPrefix("@@"), line.dropFirst(2).contains("@@") { return Substring("@@") }
            if line.hasPrefix("index ") { return Substring("index") }
            var line = line
            while line.last == " " || line.last == "\t" { line.removeLast() }
            return line
        }
        while lines.first?.isEmpty == true { lines.removeFirst() }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
