import Model

/// A line of the form `WHERE: error: MESSAGE`, which compilers, linkers, the package manager and XCTest share.
struct DiagnosticHeader {
    enum Origin: Hashable {
        /// The line begins with the severity: the package manager or a driver speaks.
        case none
        case place(path: String, line: Int, column: Int?)
        /// A place without a file: `<unknown>:0`, a generated interface.
        case nowhere
        /// `macro expansion @Name`, with line and column in what it expanded to.
        case macro(name: String, line: Int)
        /// `clang`, `ld.lld`, `/usr/bin/ld.gold`.
        case tool(String)
        /// What gold puts before an undefined reference: an object file, perhaps with a function.
        case object(String)
    }

    var origin: Origin
    var severity: Diagnostic.Severity
    var message: Substring
    var group: String?

    /// Nil for a line of any other form.
    init?(_ line: Substring) {
        guard let (origin, severity, message) = Self.split(line) else { return nil }
        (self.origin, self.severity, self.message) = (origin, severity, message.trimmed)
        takeGroup()
    }

    private static func split(_ line: Substring) -> (Origin, Diagnostic.Severity, Substring)? {
        if let (severity, message) = severity(line) { return (.none, severity, message) }
        var from = line.startIndex
        // A path with a colon and a blank in it has several candidates; more than these is no path.
        for _ in 0..<8 {
            guard let colon = line.firstRange(ofText: ": ", from: from) else { return nil }
            if let (severity, message) = severity(line[colon.upperBound...]) {
                return origin(line[..<colon.lowerBound]).map { ($0, severity, message) }
            }
            from = colon.upperBound
        }
        return nil
    }

    private static func severity(_ text: Substring) -> (Diagnostic.Severity, Substring)? {
        switch text.utf8.first {
        case UInt8(ascii: "e"): text.dropping(prefix: "error: ").map { (.error, $0) }
        case UInt8(ascii: "w"): text.dropping(prefix: "warning: ").map { (.warning, $0) }
        case UInt8(ascii: "n"): text.dropping(prefix: "note: ").map { (.note, $0) }
        case UInt8(ascii: "r"): text.dropping(prefix: "remark: ").map { (.remark, $0) }
        case UInt8(ascii: "f"): text.dropping(prefix: "fatal error: ").map { (.fatal, $0) }
        default: nil
        }
    }

    private static func origin(_ text: Substring) -> Origin? {
        let (rest, numbers) = trailingNumbers(text)
        if let name = rest.dropping(prefix: "macro expansion "), let line = numbers.first {
            return .macro(name: String(name), line: line)
        }
        if let line = numbers.first {
            if line == 0 || rest.hasPrefix("<") { return .nowhere }
            if SourceLocation.kind(of: rest).isEmpty, !rest.utf8.contains(0x2F) { return nil }
            return .place(path: String(rest), line: line, column: numbers.count > 1 ? numbers[1] : nil)
        }
        let name = text.lastComponent
        if !text.contains(" "), tools.contains(where: { name.hasPrefix($0) }) { return .tool(String(name)) }
        return text.containsText(".o") || text.containsText(":function ") ? .object(String(text)) : nil
    }

    private static let tools = ["clang", "ld", "lld", "gold", "swift", "collect2", "llbuild", "cc", "c++"]

    /// `a.swift:3:5` is (`a.swift`, [3, 5]); at most two numbers are taken.
    private static func trailingNumbers(_ text: Substring) -> (Substring, [Int]) {
        var rest = text
        var numbers: [Int] = []
        while numbers.count < 2, let colon = rest.lastIndex(of: ":"),
            let number = rest[rest.utf8.index(after: colon)...].number
        {
            numbers.insert(number, at: 0)
            rest = rest[..<colon]
        }
        return (rest, numbers)
    }

    /// Swift ends a message with `[#Group]`, clang with `[-Wname]` or `[-Werror,-Wname]`.
    private mutating func takeGroup() {
        guard message.utf8.last == UInt8(ascii: "]"), let open = message.utf8.lastIndex(of: UInt8(ascii: "[")) else {
            return
        }
        let inside = message[message.utf8.index(after: open)..<message.utf8.index(before: message.endIndex)]
        if let name = inside.dropping(prefix: "#"), !name.contains(" ") {
            group = String(name)
        } else if inside.hasPrefix("-W"), !inside.contains(" ") {
            let flags = inside.split(separator: ",")
            group = String(flags.last ?? inside)
        } else {
            return
        }
        message = message[..<open].trimmed
    }
}
