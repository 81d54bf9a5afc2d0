import Model

/// Lines that carry a severity.
extension OutputContext {
    mutating func take(_ header: DiagnosticHeader, line: Substring, into findings: inout Findings) {
        if header.severity == .note, !LinkerReader.speaks(header.message) {
            attach(header)
            return
        }
        switch header.origin {
        case .place(let path, let number, let column):
            place(header, path, number, column, into: &findings)
        case .nowhere: nowhere(header, into: &findings)
        case .macro(let name, let number):
            var finding = Diagnostic(header.severity, code: DiagnosticCode.macro, message: String(header.message))
            finding.group = header.group
            finding.notes = [.init(message: "in line \(number) of what \(name) expands to")]
            begin(finding, .compiler, into: &findings)
        case .tool(let name): tool(header, name, into: &findings)
        case .object(let text):
            let words = "\(text): \(header.message)"
            begin(
                linker.finding(Substring(words), severity: header.severity, location: nil), .linker, into: &findings)
        case .none: message(header, into: &findings)
        }
    }

    private mutating func attach(_ header: DiagnosticHeader) {
        guard open != nil else { return }
        var note = Diagnostic.Note(message: String(header.message))
        if case .place(let path, let line, let column) = header.origin {
            note.location = SourceLocation.make(path, line: line, column: column, paths: paths)
        }
        if let notes = open?.notes, notes.count < Self.noteLimit, !notes.contains(note) { open?.notes.append(note) }
        expectsSource = note.location != nil
        snippet.reset()
    }

    private mutating func place(
        _ header: DiagnosticHeader, _ path: String, _ number: Int, _ column: Int?, into findings: inout Findings
    ) {
        let location = SourceLocation.make(path, line: number, column: column, paths: paths)
        if column == nil, let failure = XCTestConsole.split(header.message) {
            failTest(failure.test, failure.message, location, into: &findings)
            return
        }
        if LinkerReader.speaks(header.message) {
            begin(
                linker.finding(header.message, severity: header.severity, location: location), .linker,
                into: &findings)
            return
        }
        var code = SourceLocation.code(file: location?.file ?? path, message: header.message)
        var finding = Diagnostic(header.severity, code: code, message: String(header.message), location: location)
        if let expansion = SourceLocation.expansion(path, line: number) {
            code = SourceLocation.code(inExpansion: header.message)
            finding.notes.append(.init(message: expansion))
        }
        finding.code = isInManifest ? DiagnosticCode.manifest : code
        finding.group = header.group
        finding.notes += included
        included = []
        begin(finding, .compiler, into: &findings)
        expectsSource = true
    }

    private mutating func nowhere(_ header: DiagnosticHeader, into findings: inout Findings) {
        if let failure = XCTestConsole.split(header.message) {
            failTest(failure.test, failure.message, nil, into: &findings)
        } else if header.message.containsText("fatal error encountered during compilation") {
            findings.consequences.append(String(header.message))
        } else {
            let code = SourceLocation.code(file: nil, message: header.message)
            var finding = Diagnostic(header.severity, code: code, message: String(header.message))
            finding.group = header.group
            begin(finding, .compiler, into: &findings)
        }
    }

    private mutating func failTest(
        _ test: String, _ message: Substring, _ location: FileLocation?, into findings: inout Findings
    ) {
        let words = String(message.dropping(suffix: " -") ?? message)
        findings.xctest.fail(test, message: words, location: location, into: &findings.ledger)
        begin(
            Diagnostic(.error, code: DiagnosticCode.xctest, message: "\(test): \(words)", location: location), .xctest,
            into: &findings)
    }

    private mutating func tool(_ header: DiagnosticHeader, _ name: String, into findings: inout Findings) {
        if name.hasPrefix("clang"), header.message.containsText("unable to execute command: Killed") {
            findings.compilerSignals.append(9)
        } else if name.hasPrefix("clang") || name.hasPrefix("swift") || name.hasPrefix("c") {
            message(header, into: &findings, code: name.hasPrefix("swift") ? nil : DiagnosticCode.clang)
        } else {
            begin(linker.finding(header.message, severity: header.severity, location: nil), .linker, into: &findings)
        }
    }

    private mutating func message(_ header: DiagnosticHeader, into findings: inout Findings, code: String? = nil) {
        let words = PackageManagerMessage(header.message, severity: header.severity)
        switch words.meaning {
        case .consequence:
            close(into: &findings)
            findings.consequences.append(words.message)
        case .manifestFollows:
            close(into: &findings)
            findings.consequences.append("Invalid manifest")
            isInManifest = true
        case .pluginFailed:
            if kind == .message { open?.code = DiagnosticCode.plugin }
            close(into: &findings)
            findings.consequences.append(words.message)
        case .signal(let number):
            close(into: &findings)
            findings.signal = number
        case .compilerSignal(let number):
            close(into: &findings)
            findings.compilerSignals.append(number)
        case .finding(let found):
            let isInside = isInManifest && found == DiagnosticCode.package
            close(into: &findings)
            var finding = Diagnostic(
                header.severity, code: isInside ? DiagnosticCode.manifest : code ?? found, message: words.message)
            finding.group = header.group
            if let package = words.package { finding.detail = "package '\(package)'" }
            begin(finding, .message, into: &findings)
        }
    }
}
