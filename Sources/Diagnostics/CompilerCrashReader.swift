import Model

/// Gathers what a compiler prints when it dies: LLVM's stack dump and the backtrace below it.
struct CompilerCrashReader {
    private var entries: [String] = []
    private var location: FileLocation?
    let paths: PathMapper

    init(paths: PathMapper) { self.paths = paths }

    static func begins(_ line: Substring) -> Bool {
        line.hasPrefix("Stack dump:") || line.hasPrefix("Please submit a bug report")
            || line.hasPrefix("PLEASE submit a bug report")
    }

    /// `3.\tWhile evaluating request TypeCheckSourceFileRequest(source_file "…")`; false for a line that is no part of
    /// the dump. Numbered frames, the backtrace and its registers are passed over.
    mutating func continues(_ line: Substring) -> Bool {
        if Self.begins(line) { return true }
        guard let dot = line.firstIndex(of: "."), let number = line[..<dot].number,
            line[line.index(after: dot)...].utf8.first == 0x09
        else { return Self.isBelowDump(line) }
        let text = line[line.index(after: dot)...].trimmed
        // Entry 0 is the command line, far too long to read; the versions say nothing about the cause.
        if number > 0, !text.hasPrefix("Swift version"), !text.hasPrefix("Compiling with"), entries.count < 20 {
            entries.append(String(text))
            if location == nil { location = place(in: text) }
        }
        return true
    }

    func finding(signal: Int?) -> Diagnostic {
        let signalled = signal.map { " with \(Signals.describe(Int32(clamping: $0)))" } ?? ""
        let last = entries.last.map { ": \($0)" } ?? ""
        var result = Diagnostic(
            .fatal, code: DiagnosticCode.compilerCrash, message: "the compiler crashed\(signalled)\(last)",
            location: location)
        result.notes = entries.map { .init(message: $0) }
        return result
    }

    /// `… at [/path/main.swift:3:5 - line:9:1]`, `… (at /path/main.swift:7:1)`
    private func place(in text: Substring) -> FileLocation? {
        guard let mark = text.firstRange(ofText: ".swift:") else { return nil }
        let before = text[..<mark.lowerBound]
        let start = before.lastIndex { " ([\"".contains($0) }.map { text.index(after: $0) } ?? text.startIndex
        let numbers = text[mark.upperBound...].split(separator: ":", maxSplits: 2).map { part in
            part.prefix { $0.isASCII && $0.isNumber }.number
        }
        guard let line = numbers.first else { return nil }
        let path = text[start..<mark.lowerBound] + ".swift"
        return SourceLocation.make(path, line: line, column: numbers.count > 1 ? numbers[1] : nil, paths: paths)
    }

    private static func isBelowDump(_ line: Substring) -> Bool {
        let text = line.trimmed
        if text.isEmpty || text.hasPrefix("#") || text.hasPrefix("***") { return true }
        return RuntimeCrashReader.isPart(line)
    }
}
