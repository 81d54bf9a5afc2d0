/// One finding of a compiler, test run, crash or plugin; the shape follows LSP's Diagnostic.
package struct Diagnostic: Hashable, Sendable, Codable {
    package enum Severity: String, Sendable, Codable, Comparable {
        case note, remark, warning, error, fatal
        private var rank: Int {
            switch self {
            case .note: 0
            case .remark: 1
            case .warning: 2
            case .error: 3
            case .fatal: 4
            }
        }
        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
    }

    /// A remark that belongs to a finding, at a place of its own.
    package struct Note: Hashable, Sendable, Codable {
        package var message: String
        package var location: FileLocation?
        package init(message: String, location: FileLocation? = nil) {
            self.message = message
            self.location = location
        }
    }

    /// Names it in reports: what a feedback gives as `diagnosticId`. nil elsewhere.
    package var id: String? = nil
    package var severity: Severity
    /// Stable and machine-readable: `swift.compile`, `swift.link`, `swiftpm.resolve`, `xctest.failure`, `runtime.crash`.
    package var code: String
    /// The tool's own group or category (`DeprecatedDeclaration`), where it names one.
    package var group: String? = nil
    package var message: String
    package var detail: String? = nil
    package var location: FileLocation? = nil
    package var notes: [Note] = []
    package var fixIts: [FixIt] = []
    package var stage: Stage? = nil

    package init(
        _ severity: Severity, code: String, message: String, location: FileLocation? = nil, stage: Stage? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.location = location
        self.stage = stage
    }

    /// Severity error or worse.
    package var isError: Bool { severity >= .error }

    /// `Sources/App/main.swift:3:5: error: cannot find 'x' in scope`.
    package var line: String {
        let place = location.map { "\($0): " } ?? ""
        let suffix = group.map { " [\($0)]" } ?? ""
        return "\(place)\(severity.rawValue): \(message)\(suffix)"
    }
}

/// A place in a source file; line and column count from 1, the column in UTF-8 bytes.
package struct FileLocation: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Relative to the service's folder when it lies inside, absolute otherwise.
    package var file: String
    package var line: Int?
    package var column: Int?
    package init(file: String, line: Int? = nil, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }
    package var description: String {
        [file, line.map(String.init), line == nil ? nil : column.map(String.init)].compactMap { $0 }.joined(
            separator: ":")
    }
}

/// A change the tool itself proposes: replace the text from `start` up to `end` (line and column from 1).
package struct FixIt: Hashable, Sendable, Codable {
    package var file: String
    package var startLine: Int
    package var startColumn: Int
    package var endLine: Int
    package var endColumn: Int
    package var replacement: String
    package init(
        file: String, startLine: Int, startColumn: Int, endLine: Int, endColumn: Int, replacement: String
    ) {
        self.file = file
        self.startLine = startLine
        self.startColumn = startColumn
        self.endLine = endLine
        self.endColumn = endColumn
        self.replacement = replacement
    }
}
