import Model

/// What one stream is in the middle of: the finding that notes still belong to, a snippet, a crash.
struct OutputContext {
    /// Notes of one finding beyond this many are dropped: some template errors have thousands.
    static let noteLimit = 64

    enum Kind { case none, compiler, linker, message, xctest }

    let paths: PathMapper
    let linker: LinkerReader
    var open: Diagnostic?
    var kind = Kind.none
    var snippet = SnippetReader()
    var expectsSource = false
    private var held: String?
    var included: [Diagnostic.Note] = []
    var isInManifest = false
    private var compilerCrash: CompilerCrashReader?
    private var crash: RuntimeCrashReader?

    init(paths: PathMapper) {
        self.paths = paths
        linker = LinkerReader(paths: paths)
    }

    mutating func take(_ line: Substring, into findings: inout Findings) {
        if let held {
            self.held = nil
            if Self.isCaret(line) { return }
            process(Substring(held), into: &findings)
        }
        if expectsSource {
            expectsSource = false
            // A line of source may look like anything, an error among them; the caret below it tells.
            if Self.looksLikeMessage(line) {
                held = String(line)
                return
            }
        }
        process(line, into: &findings)
    }

    mutating func finish(into findings: inout Findings) {
        if let held { process(Substring(held), into: &findings) }
        held = nil
        close(into: &findings)
    }

    private mutating func process(_ line: Substring, into findings: inout Findings) {
        if compilerCrash?.continues(line) == true || crash?.continues(line) == true { return }
        closeCrashes(into: &findings)
        if line.trimmed.isEmpty { return }
        if isProgress(line) {
            close(into: &findings)
            if line.hasPrefix("Build cancelled!") { findings.wasCancelled = true }
            return
        }
        if continueXCTest(line, into: &findings) { return }
        if takeTests(line, into: &findings) || beginCrash(line, into: &findings) { return }
        if kind == .compiler, takeExpansionOrigin(line) || takeSnippet(line) { return }
        if let header = DiagnosticHeader(line) {
            take(header, line: line, into: &findings)
        } else {
            takeOther(line, into: &findings)
        }
    }

    // MARK: Ends

    mutating func close(into findings: inout Findings) {
        closeCrashes(into: &findings)
        if let open { findings.add(open) }
        open = nil
        kind = .none
        snippet.reset()
        expectsSource = false
        isInManifest = false
    }

    mutating func begin(_ diagnostic: Diagnostic, _ kind: Kind, into findings: inout Findings) {
        if let open { findings.add(open) }
        open = diagnostic
        self.kind = kind
        snippet.reset()
    }

    private mutating func closeCrashes(into findings: inout Findings) {
        if let reader = compilerCrash {
            compilerCrash = nil
            let signal = findings.compilerSignals.first
            findings.add(reader.finding(signal: signal))
        }
        guard let reader = crash else { return }
        crash = nil
        // The compiler's own death ends in the same backtrace; its dump has told of it.
        if reader.program?.hasPrefix("swift-frontend") == true { return }
        let report = reader.report()
        var finding = report.diagnostic()
        let tests = findings.crashTests(report.reason, location: finding.location)
        for name in tests.prefix(8) { finding.notes.insert(.init(message: "while \(name) ran"), at: 0) }
        findings.crashReason = findings.crashReason ?? report.reason
        findings.hasCrash = true
        findings.add(finding)
    }

    private mutating func beginCrash(_ line: Substring, into findings: inout Findings) -> Bool {
        if CompilerCrashReader.begins(line) {
            close(into: &findings)
            compilerCrash = CompilerCrashReader(paths: paths)
            return true
        }
        guard let reader = RuntimeCrashReader(line, paths: paths) else { return false }
        close(into: &findings)
        crash = reader
        return true
    }

    // MARK: Tests

    private mutating func takeTests(_ line: Substring, into findings: inout Findings) -> Bool {
        if findings.xctest.take(line, into: &findings.ledger) {
            close(into: &findings)
            return true
        }
        switch findings.swiftTesting.take(line, into: &findings.ledger) {
        case .notOurs: return false
        case .read: close(into: &findings)
        case .issue(let issue):
            let arguments = issue.arguments.map { " with \($0)" } ?? ""
            let finding = Diagnostic(
                issue.isWarning ? .warning : .error, code: DiagnosticCode.swiftTesting,
                message: "\(issue.test)\(arguments): \(issue.message)", location: issue.location)
            begin(finding, .xctest, into: &findings)
        case .more(let text):
            if open?.code == DiagnosticCode.swiftTesting { open?.message += " - \(text)" }
        }
        return true
    }

    /// Values that hold line ends spread a message of XCTest's over several lines, the last of which holds ` - `.
    private mutating func continueXCTest(_ line: Substring, into findings: inout Findings) -> Bool {
        guard kind == .xctest, let message = open?.message, open?.code == DiagnosticCode.xctest,
            Substring(message).containsText(": XCTAssert"), !Substring(message).containsText(") - "),
            message.utf8.count < 4096, Substring(message).containsText("(\""), message.last != ")",
            !line.hasPrefix("Test "), DiagnosticHeader(line) == nil
        else { return false }
        let words = line.dropping(suffix: ") - ").map { $0 + ")" } ?? line
        open?.message += "\n" + words
        findings.xctest.extend(String(words))
        return true
    }

    // MARK: Forms of lines

    /// `[12/40] Compiling App main.swift` and the package manager's other steps.
    private func isProgress(_ line: Substring) -> Bool {
        if line.utf8.first == UInt8(ascii: "[") {
            guard let close = line.firstIndex(of: "]") else { return false }
            let parts = line[line.index(after: line.startIndex)..<close].split(separator: "/")
            return parts.count == 2 && parts.allSatisfy { $0.number != nil }
        }
        return Self.steps.contains { line.hasPrefix($0) }
    }

    private static let steps = [
        "Building for ", "Build complete!", "Build of ", "Build cancelled!", "Fetching ", "Fetched ", "Updating ",
        "Updated ", "Computing version for ", "Computed ", "Creating working copy ", "Working copy of ", "Resolving ",
        "Everything is already up-to-date",
    ]

    private static func isCaret(_ line: Substring) -> Bool {
        line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x5E || $0 == 0x7E }
            && line.utf8.contains(0x5E)
    }

    private static func looksLikeMessage(_ line: Substring) -> Bool {
        if RuntimeCrashOpening.opens(line) || line.hasPrefix("Test ") { return true }
        guard let header = DiagnosticHeader(line) else { return false }
        if case .place(_, _, .some) = header.origin { return false }
        return true
    }
}

/// Told apart from its reader so that a line of source is not parsed twice.
enum RuntimeCrashOpening {
    static func opens(_ line: Substring) -> Bool {
        line.hasPrefix("Fatal error") || line.hasPrefix("Precondition failed") || line.hasPrefix("*** ")
    }
}
