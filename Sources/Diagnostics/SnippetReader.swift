import Model

/// Follows the source snippets below a finding in the compiler's default style: notes that stand in the same snippet
/// as their finding are drawn there and printed nowhere else.
///
/// ```
/// 1 | public func load(_ path: String) -> Int { 0 }
///   |             `- note: candidate expects value of type 'String'
/// ```
struct SnippetReader {
    struct Mark {
        var severity: Diagnostic.Severity
        var message: String
        var line: Int
        /// In UTF-8 bytes, from 1; nil for what is drawn inside a macro's expansion, whose text is in no file.
        var column: Int?
    }

    private var number: Int?
    private var source: Substring = ""
    private var isInExpansion = false

    enum Reading {
        case notSnippet
        case snippet
        case mark(Mark)
    }

    mutating func read(_ line: Substring) -> Reading {
        // `+--- macro expansion #expect ---`, and the same without a name at its end.
        if line.trimmed.hasPrefix("+---"), number != nil {
            isInExpansion.toggle()
            return .snippet
        }
        guard let bar = line.utf8.prefix(24).firstIndex(of: UInt8(ascii: "|")) else { return .notSnippet }
        let gutter = line[..<bar]
        let rest = line[line.utf8.index(after: bar)...]
        let text = rest.dropping(prefix: " ") ?? rest
        if gutter.trimmed.isEmpty {
            // A frame inside a macro's expansion has a gutter of its own, with line numbers of no file.
            guard gutter.utf8.last == UInt8(ascii: " "), let number else {
                return number == nil ? .notSnippet : .snippet
            }
            return mark(in: text, line: number).map { .mark($0) } ?? .snippet
        }
        guard gutter.utf8.last == UInt8(ascii: " "), let number = gutter.trimmed.number else { return .notSnippet }
        self.number = number
        source = text
        return .snippet
    }

    mutating func reset() { self = SnippetReader() }

    private func mark(in text: Substring, line: Int) -> Mark? {
        guard let pointer = text.firstRange(ofText: "`- ") ?? text.firstRange(ofText: "|- ") else { return nil }
        let before = text[..<pointer.lowerBound]
        guard before.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x7C }),
            let header = DiagnosticHeader(text[pointer.upperBound...]), case .none = header.origin
        else { return nil }
        if isInExpansion {
            return Mark(severity: header.severity, message: String(header.message), line: line, column: nil)
        }
        // The drawing counts characters, diagnostics count bytes.
        let column = source.prefix(before.count).utf8.count + max(0, before.count - source.count) + 1
        return Mark(severity: header.severity, message: String(header.message), line: line, column: column)
    }
}
