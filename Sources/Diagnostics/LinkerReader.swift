import Model

/// Makes findings of what linkers print: lld, gold and the linker of binutils.
struct LinkerReader {
    let paths: PathMapper

    /// A finding from a line that a linker began with its name, or that has a linker's words after a place.
    func finding(_ message: Substring, severity: Diagnostic.Severity, location: FileLocation?) -> Diagnostic {
        var text = message
        var object: Substring?
        // gold: `/path/B.o: multiple definition of 'x'`
        if let colon = text.firstRange(ofText: ".o: ") {
            object = text[..<text.utf8.index(colon.lowerBound, offsetBy: 2)]
            text = text[colon.upperBound...]
        }
        var result = Diagnostic(
            severity, code: DiagnosticCode.link, message: Symbols.demangled(text), location: location)
        if let object { result.notes.append(.init(message: "in \(name(of: object))")) }
        return result
    }

    /// What gold and binutils say in a line of its own: `B.o: previous definition here`, `A.o: undefined reference…`.
    func note(_ line: Substring) -> Diagnostic.Note? {
        guard
            let mark = line.firstRange(ofText: ": previous definition here")
                ?? line.firstRange(ofText: ": first defined here")
        else { return nil }
        let object = line[..<mark.lowerBound].split(separator: " ").last ?? line
        return .init(message: "first defined in \(name(of: object))")
    }

    /// lld's lines below a finding: `>>> referenced by main.swift:3 (/path/main.swift:3)`.
    func continues(_ finding: inout Diagnostic, _ line: Substring) -> Bool {
        guard let words = line.dropping(prefix: ">>>")?.trimmed else { return false }
        guard words.hasPrefix("referenced by") || words.hasPrefix("defined ") || words.hasPrefix("did you mean")
        else {
            // The object file that the source in the line before was compiled to.
            if let last = finding.notes.indices.last, words.contains("/"), finding.notes[last].message.utf8.count < 4096
            {
                finding.notes[last].message += " in \(Symbols.demangled(name(of: words)))"
            }
            return true
        }
        guard finding.notes.count < OutputContext.noteLimit else { return true }
        let place = words.between("(", ")").flatMap { location($0) }
        if finding.location == nil { finding.location = place }
        let said = words.firstRange(ofText: " (").map { words[..<$0.lowerBound] } ?? words
        finding.notes.append(.init(message: Symbols.demangled(said), location: place))
        return true
    }

    /// True for words of a linker that come without its name in front.
    static func speaks(_ text: Substring) -> Bool {
        text.containsText("undefined reference to ") || text.containsText("multiple definition of ")
            || text.hasPrefix("cannot find -l")
    }

    private func location(_ text: Substring) -> FileLocation? {
        guard let colon = text.lastIndex(of: ":"), let line = text[text.index(after: colon)...].number else {
            return nil
        }
        return SourceLocation.make(text[..<colon], line: line, paths: paths)
    }

    private func name(of object: Substring) -> Substring { object.split(separator: "/").last ?? object }
}
