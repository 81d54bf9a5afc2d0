/// Reads `NAME=value` lines: comments, `export`, single quotes (literal) and double quotes (with `\n`, `\t`, `\r`, `\"`, `\\`
/// and `\$`), which may span lines. Nothing is expanded: `$` is a dollar sign.
struct EnvironmentFileParser {
    private let source: String
    private let characters: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private(set) var entries: [String: EnvironmentFile.Entry] = [:]
    private(set) var problems: [ConfigurationProblem] = []

    init(_ text: String, source: String) {
        self.source = source
        var characters = Array(text.unicodeScalars)
        if characters.first == "\u{FEFF}" { characters.removeFirst() }
        self.characters = characters
    }

    mutating func parse() {
        while index < characters.count { parseLine() }
    }

    private var current: Unicode.Scalar? { index < characters.count ? characters[index] : nil }

    private mutating func skipBlanks() {
        while let scalar = current, scalar == " " || scalar == "\t" || scalar == "\r" { index += 1 }
    }

    private mutating func skipLine() {
        while let scalar = current, scalar != "\n" { index += 1 }
        endLine()
    }

    private mutating func endLine() {
        if current == "\n" {
            index += 1
            line += 1
        }
    }

    private mutating func parseLine() {
        skipBlanks()
        let start = line
        guard let scalar = current, scalar != "\n", scalar != "#" else { return skipLine() }
        var name = word()
        if name == "export", current == " " || current == "\t" {
            skipBlanks()
            name = word()
        }
        skipBlanks()
        guard current == "=" else {
            report(start, "this line is no NAME=value", "begin comments with '#'")
            return skipLine()
        }
        index += 1
        guard EnvironmentName.isValid(name) else {
            report(start, "'\(ShapeChecker.shown(name))' is no name for a variable", "use letters, digits and '_'")
            return skipLine()
        }
        guard let value = value(of: name, start) else { return skipLine() }
        if let first = entries[name] {
            report(start, "\(name) stands there twice; the first is in line \(first.line)", "remove one of them")
        } else if value.unicodeScalars.contains("\0") {
            report(start, "the value of \(name) holds a NUL")
        } else {
            entries[name] = .init(value: value, line: start)
        }
        skipLine()
    }

    private mutating func word() -> String {
        var text = String.UnicodeScalarView()
        while let scalar = current, scalar != "=", scalar != "\n", scalar != " ", scalar != "\t" {
            text.append(scalar)
            index += 1
        }
        return String(text)
    }

    /// nil when it is reported.
    private mutating func value(of name: String, _ start: Int) -> String? {
        skipBlanks()
        guard let quote = current, quote == "\"" || quote == "'" else { return unquoted() }
        index += 1
        var text = String.UnicodeScalarView()
        while let scalar = current, scalar != quote {
            index += 1
            if scalar == "\n" { line += 1 }
            if scalar == "\\", quote == "\"", let escaped = current {
                index += 1
                if escaped == "\n" { line += 1 }
                append(escaped, to: &text)
            } else {
                text.append(scalar)
            }
        }
        guard current == quote else {
            report(start, "the quote that begins the value of \(name) is not closed")
            return nil
        }
        index += 1
        skipBlanks()
        if let rest = current, rest != "\n", rest != "#" {
            report(start, "text stands behind the closing quote of \(name)", "put the whole value in quotes")
            return nil
        }
        return String(text)
    }

    private func append(_ escaped: Unicode.Scalar, to text: inout String.UnicodeScalarView) {
        switch escaped {
        case "n": text.append("\n")
        case "t": text.append("\t")
        case "r": text.append("\r")
        case "\"", "\\", "$", "`": text.append(escaped)
        case "\n": break
        default:
            text.append("\\")
            text.append(escaped)
        }
    }

    /// To the end of the line, or to a `#` behind a space.
    private mutating func unquoted() -> String {
        var text: [Unicode.Scalar] = []
        while let scalar = current, scalar != "\n" {
            if scalar == "#", text.isEmpty || text.last == " " || text.last == "\t" { break }
            text.append(scalar)
            index += 1
        }
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text)
        return String(result)
    }

    private mutating func report(_ line: Int, _ message: String, _ suggestion: String? = nil) {
        problems.append(.init(source: source, line: line, column: 1, message: message, suggestion: suggestion))
    }
}
