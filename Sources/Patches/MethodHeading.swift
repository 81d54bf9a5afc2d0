/// A line that begins a method in languages that write no keyword for it: `add(item) {`, `public void run() {`. Another one in
/// the same depth ends what the first one names.
enum MethodHeading {
    /// What looks like a method and is a statement. Names before the parenthesis are words alone, so a call with an object
    /// before it, an assignment and a closure are none.
    private static let statements: Set<String> = [
        "if", "for", "while", "switch", "do", "try", "else", "catch", "guard", "with", "return", "match", "loop",
        "unless",
        "until", "foreach", "synchronized", "using", "lock", "when", "new", "throw", "await", "yield", "defer",
        "repeat",
        "case", "default", "select", "go", "unsafe", "finally", "assert", "elif", "elsif", "then", "let", "var",
        "const",
    ]

    static func begins(_ line: ArraySlice<UInt8>) -> Bool {
        let text = LooseText.trimmed(line.prefix(400))
        guard line.count <= 400, text.last == UInt8(ascii: "{"),
            let parenthesis = text.firstIndex(of: UInt8(ascii: "("))
        else { return false }
        let head = text[..<parenthesis]
        guard let first = head.first, HintScope.isLetter(first), text[parenthesis...].contains(UInt8(ascii: ")")),
            head.allSatisfy({ HintScope.isLetter($0) || (48...57).contains($0) || $0 >= 128 || $0 == 32 })
        else { return false }
        let words = String(decoding: head, as: UTF8.self).split(separator: " ")
        return !words.isEmpty && words.allSatisfy { !statements.contains(String($0)) }
    }
}
