import Model

/// Lines that go on with what an earlier one began.
extension OutputContext {
    mutating func takeOther(_ line: Substring, into findings: inout Findings) {
        if kind == .linker, let finding = open {
            var finding = finding
            if linker.continues(&finding, line) {
                open = finding
                return
            }
        }
        if let note = linker.note(line), kind == .linker {
            open?.notes.append(note)
        } else if let path = line.dropping(prefix: "In file included from "), let place = trailingPlace(path) {
            close(into: &findings)
            if included.count < Self.noteLimit {
                included.append(.init(message: "included from here", location: place))
            }
        } else if let binutils = line.firstRange(ofText: ": undefined reference to ") {
            let place = trailingPlace(line[..<binutils.lowerBound] + ":")
            let words = line[line.index(binutils.lowerBound, offsetBy: 2)...]
            begin(linker.finding(words, severity: .error, location: place), .linker, into: &findings)
        } else if kind == .message, continuesMessage(line) {
            append(line)
        }
    }

    /// `- /path/App.swift:3:23: note: expanded code originates here`: the place that its author can change.
    mutating func takeExpansionOrigin(_ line: Substring) -> Bool {
        guard let origin = line.dropping(prefix: "`- "), let header = DiagnosticHeader(origin),
            case .place(let path, let number, let column) = header.origin
        else { return false }
        if open?.location == nil {
            open?.location = SourceLocation.make(path, line: number, column: column, paths: paths)
        }
        return true
    }

    /// `/path/core.c:1:`
    private func trailingPlace(_ text: Substring) -> FileLocation? {
        guard let rest = text.trimmed.dropping(suffix: ":"), let colon = rest.lastIndex(of: ":"),
            let line = rest[rest.index(after: colon)...].number
        else { return nil }
        return SourceLocation.make(rest[..<colon], line: line, paths: paths)
    }

    private func continuesMessage(_ line: Substring) -> Bool {
        if line.utf8.first == UInt8(ascii: " ") { return true }
        switch open?.code {
        case DiagnosticCode.resolve, DiagnosticCode.graph, DiagnosticCode.manifest, DiagnosticCode.toolsVersion:
            return true
        default: return false
        }
    }

    private mutating func append(_ line: Substring) {
        let words = line.trimmed
        let detail = open?.detail ?? ""
        guard detail.utf8.count < 4000 else { return }
        open?.detail = detail.isEmpty ? String(words) : "\(detail)\n\(words)"
    }

    mutating func takeSnippet(_ line: Substring) -> Bool {
        switch snippet.read(line) {
        case .notSnippet: return false
        case .snippet: return true
        case .mark(let mark):
            guard mark.severity == .note, let open, let last = open.notes.last?.location ?? open.location else {
                return true
            }
            let known = open.notes.contains { $0.message == mark.message && $0.location?.line == mark.line }
            if !known, open.notes.count < Self.noteLimit {
                let place = FileLocation(file: last.file, line: mark.line, column: mark.column)
                self.open?.notes.append(.init(message: mark.message, location: place))
            }
            return true
        }
    }
}
