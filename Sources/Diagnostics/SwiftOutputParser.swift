package import Model

/// Reads what `swift build`, `swift test`, `swift package` and a running program print, line by line as it comes, and
/// answers with diagnostics.
///
/// Both streams go through one parser; each keeps its own context (the finding that a note belongs to, the snippet
/// that is being drawn). Memory is bounded: what is kept is the findings, at most `limit`, and the last lines.
package struct SwiftOutputParser: Sendable {
    private let paths: PathMapper
    private var findings: Findings
    private var contexts: [LogLine.Stream: OutputContext] = [:]
    private var partial: [LogLine.Stream: [UInt8]] = [:]
    private var tail: [String] = []

    /// A longer line is cut: no finding needs it, and a program may print a gigabyte without a line end.
    private static let lineLimit = 32_768
    private static let tailLines = 20

    /// - Parameter stage: put into every diagnostic.
    /// - Parameter limit: findings beyond it are counted in `omitted`, not kept.
    package init(paths: PathMapper, stage: Stage? = nil, limit: Int = 2000) {
        self.paths = paths
        findings = Findings(paths: paths, stage: stage, limit: limit)
    }

    /// Takes a piece of output, cut anywhere, and answers with the findings that are complete now.
    package mutating func consume(_ bytes: some Sequence<UInt8>, from stream: LogLine.Stream) -> [Diagnostic] {
        var rest = Array(bytes)[...]
        while let end = rest.firstIndex(of: 0x0A) {
            if let begun = partial.removeValue(forKey: stream), !begun.isEmpty {
                take((begun + rest[..<end]).prefix(Self.lineLimit), from: stream)
            } else {
                take(rest[..<end].prefix(Self.lineLimit), from: stream)
            }
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty {
            let room = Self.lineLimit - (partial[stream]?.count ?? 0)
            partial[stream, default: []].append(contentsOf: rest.prefix(max(0, room)))
        }
        return findings.takeNew()
    }

    /// Takes one line without its line end.
    package mutating func consume(line: some StringProtocol, from stream: LogLine.Stream) -> [Diagnostic] {
        take(Array(line.utf8.prefix(Self.lineLimit))[...], from: stream)
        return findings.takeNew()
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, from stream: LogLine.Stream) {
        let text = TextScrubber.scrubbed(bytes)
        if !text.isEmpty {
            if tail.count >= Self.tailLines { tail.removeFirst() }
            tail.append(text)
        }
        contexts[stream, default: OutputContext(paths: paths)].take(Substring(text), into: &findings)
    }

    /// Ends both streams and answers with the findings that were still open. When the tool failed and no error was
    /// found, one of code `tool.failed` says so with the last lines as detail; a killed tool is reported as such.
    package mutating func finish(_ termination: ToolTermination? = nil) -> [Diagnostic] {
        for (stream, line) in partial where !line.isEmpty { take(line[...], from: stream) }
        partial = [:]
        for stream in [LogLine.Stream.stdout, .stderr, .plugin, .host] {
            contexts[stream]?.finish(into: &findings)
        }
        contexts = [:]
        explainSignals()
        explainEnd(termination)
        return findings.takeNew()
    }

    private mutating func explainSignals() {
        for number in findings.compilerSignals {
            let words = Signals.describe(Int32(clamping: number))
            if number == 9 {
                add(.fatal, DiagnosticCode.killed, "a compiler was ended by \(words)")
            } else if !findings.all.contains(where: { $0.code == DiagnosticCode.compilerCrash }) {
                add(.fatal, DiagnosticCode.compilerCrash, "the compiler crashed with \(words)")
            }
        }
        if let number = findings.signal, !findings.hasCrash {
            let words = "the program was ended by \(Signals.describe(Int32(clamping: number)))"
            let tests = findings.crashTests(words, location: nil)
            findings.crashReason = words
            add(.fatal, DiagnosticCode.crash, words, notes: tests.prefix(8).map { .init(message: "while \($0) ran") })
        }
        // swift build reports success after its compiler was killed: only these words tell.
        if findings.wasCancelled, findings.errors == 0 {
            add(.fatal, DiagnosticCode.killed, "the build was cancelled: a tool that it ran was killed")
        }
    }

    private mutating func explainEnd(_ termination: ToolTermination?) {
        guard let termination, !termination.isSuccess, findings.errors == 0 else { return }
        let consequence = findings.consequences.last.map { ": \($0)" } ?? ""
        switch termination {
        case .exited(let code):
            add(.error, DiagnosticCode.unexplained, "the command failed with exit status \(code)\(consequence)")
        case .signalled(let number):
            let code = number == 9 ? DiagnosticCode.killed : DiagnosticCode.unexplained
            add(.error, code, "the command was ended by \(Signals.describe(number))")
        case .timedOut:
            add(.error, DiagnosticCode.unexplained, "the command was stopped at its deadline")
        }
    }

    private mutating func add(
        _ severity: Diagnostic.Severity, _ code: String, _ message: String, notes: [Diagnostic.Note] = []
    ) {
        var diagnostic = Diagnostic(severity, code: code, message: message)
        diagnostic.notes = notes
        if !tail.isEmpty { diagnostic.detail = tail.map { $0.prefix(400) }.joined(separator: "\n") }
        findings.add(diagnostic)
    }

    /// Every finding so far, in the order in which it was answered, each once.
    package var diagnostics: [Diagnostic] { findings.all }
    /// Findings beyond the limit.
    package var omitted: Int { findings.omitted }

    /// What the console told of tests; nil when it told of none. The event stream knows more of Swift Testing
    /// (`TestReport.merging`).
    package var testReport: TestReport? { findings.ledger.isEmpty ? nil : findings.ledger.report }

    /// Why a program or test process died, in the runtime's words where it had time for some; nil when none did.
    package var crashReason: String? { findings.crashReason }
}
