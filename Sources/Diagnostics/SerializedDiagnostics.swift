package import Model

/// The compiler's `.dia` files: everything it found about one source file, fix-its included.
///
/// Source of the format: clang/Frontend/SerializedDiagnostics.h (blocks META and DIAG in an LLVM bitstream). It is read
/// here and not through the toolchain's libclang: that library is 100 MB of mapped code for a format of seven records,
/// its path differs between toolchains, and a plugin worker lives for milliseconds.
package struct SerializedDiagnostics: Sendable, Hashable {
    package var diagnostics: [Diagnostic]

    /// Reads one file's bytes.
    /// - Throws: `Failure` with code `dia.damaged` for anything that is not a whole serialized-diagnostics file.
    package init(_ bytes: [UInt8], paths: PathMapper, stage: Stage? = nil) throws(Failure) {
        guard bytes.starts(with: Array("DIAG".utf8)) else {
            throw Self.damaged("it does not begin with the mark of such a file")
        }
        var reading = Reading(paths: paths, stage: stage)
        do throws(BitstreamReader.Damaged) {
            var reader = BitstreamReader(bytes, start: 4)
            while try reading.take(reader.next()) {}
        } catch {
            throw Self.damaged("its bit stream ends or breaks in the middle")
        }
        diagnostics = reading.found
    }

    private static func damaged(_ why: String) -> Failure {
        Failure(
            .init("dia.damaged"), "the serialized diagnostics cannot be read: \(why)",
            remedy: "Build again; the compiler writes the file anew.")
    }
}

/// The records of one file on their way to diagnostics.
private struct Reading {
    let paths: PathMapper
    let stage: Stage?
    var found: [Diagnostic] = []
    private var files: [UInt64: String] = [:]
    private var categories: [UInt64: String] = [:]
    private var flags: [UInt64: String] = [:]
    /// One for each open block; true for the block of a finding or note.
    private var blocks: [Bool] = []
    private var open: [Entry] = []

    private struct Entry {
        var severity = Diagnostic.Severity.note
        var message = ""
        var location: FileLocation?
        var group: String?
        var fixIts: [FixIt] = []
        var children: [Entry] = []
        /// Set for what stands in a macro's expansion.
        var expansion: String?
        var isIgnored = false
    }

    init(paths: PathMapper, stage: Stage?) {
        self.paths = paths
        self.stage = stage
    }

    /// Returns false at the end of the stream.
    mutating func take(_ item: BitstreamReader.Item) -> Bool {
        switch item {
        case .end: return false
        case .enter(let block):
            blocks.append(block == 9)
            if block == 9 { open.append(Entry()) }
        case .leave:
            if blocks.popLast() == true, let entry = open.popLast() { close(entry) }
        case .record(let record): read(record)
        }
        return true
    }

    private mutating func close(_ entry: Entry) {
        if !open.isEmpty {
            open[open.count - 1].children.append(entry)
        } else if !entry.isIgnored, !entry.message.isEmpty {
            found.append(diagnostic(entry))
        }
    }

    private mutating func read(_ record: BitstreamReader.Record) {
        let fields = record.fields
        let text = String(decoding: record.blob, as: UTF8.self)
        switch record.code {
        case 2 where fields.count >= 7 && !open.isEmpty:
            let last = open.count - 1
            open[last].isIgnored = fields[0] == 0
            open[last].severity = severity(fields[0])
            open[last].message = String(Substring(TextScrubber.scrub(text)).trimmed)
            open[last].location = location(file: fields[1], line: fields[2], column: fields[3])
            if let path = files[fields[1]], let line = Int(exactly: fields[2]) {
                open[last].expansion = SourceLocation.expansion(path, line: line)
            }
            // Swift writes the group's name as category, followed by the address of its page; clang writes its flag.
            let group = flags[fields[6]].flatMap { $0.hasPrefix("http") ? nil : $0 } ?? categories[fields[5]]
            open[last].group = group.flatMap { $0.isEmpty ? nil : $0 }
        case 4 where fields.count >= 1: flags[fields[0]] = text
        case 5 where fields.count >= 1:
            categories[fields[0]] = text.split(separator: "@", maxSplits: 1).first.map(String.init) ?? ""
        case 6 where fields.count >= 1: files[fields[0]] = text
        case 7 where fields.count >= 8 && !open.isEmpty:
            if let fixIt = fixIt(fields, text) { open[open.count - 1].fixIts.append(fixIt) }
        default: break
        }
    }

    // clang/Frontend/SerializedDiagnostics.h, enum Level.
    private func severity(_ level: UInt64) -> Diagnostic.Severity {
        switch level {
        case 1: .note
        case 2: .warning
        case 4: .fatal
        case 5: .remark
        default: .error
        }
    }

    private func location(file: UInt64, line: UInt64, column: UInt64) -> FileLocation? {
        guard let path = files[file], path != "<unknown>", let line = Int(exactly: line), line > 0 else { return nil }
        return SourceLocation.make(path, line: line, column: Int(exactly: column), paths: paths)
    }

    private func fixIt(_ fields: [UInt64], _ text: String) -> FixIt? {
        guard let start = location(file: fields[0], line: fields[1], column: fields[2]),
            let end = location(file: fields[4], line: fields[5], column: fields[6]), start.file == end.file,
            let startLine = start.line, let startColumn = start.column, let endLine = end.line,
            let endColumn = end.column
        else { return nil }
        return FixIt(
            file: start.file, startLine: startLine, startColumn: startColumn, endLine: endLine, endColumn: endColumn,
            replacement: text)
    }

    private func diagnostic(_ entry: Entry) -> Diagnostic {
        let code =
            entry.expansion == nil
            ? SourceLocation.code(file: entry.location?.file, message: entry.message)
            : SourceLocation.code(inExpansion: entry.message)
        var result = Diagnostic(
            entry.severity, code: code, message: entry.message, location: entry.location, stage: stage)
        result.group = entry.group
        result.notes = entry.children.map { Diagnostic.Note(message: $0.message, location: $0.location) }
        if let expansion = entry.expansion { result.notes.insert(.init(message: expansion), at: 0) }
        result.fixIts = entry.fixIts
        // Fix-its of notes are alternatives.
        if result.fixIts.isEmpty {
            result.fixIts = FixItNature.proposal(among: entry.children.map(\.fixIts).filter { !$0.isEmpty })
        }
        return result.mapTexts(paths.relativized)
    }
}
