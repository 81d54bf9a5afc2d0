/// One finding, for the report and for whoever repairs.
public struct PluginDiagnostic: Sendable, Hashable {
    public enum Severity: Int32, Sendable { case note, remark, warning, error, fatal }

    /// A place in a source file; line and column count from 1, the column in UTF-8 bytes.
    public struct Location: Sendable, Hashable {
        /// Relative to the source folder when inside it, absolute otherwise.
        public var file: String
        public var line: Int?
        public var column: Int?
        public init(file: String, line: Int? = nil, column: Int? = nil) {
            self.file = file
            self.line = line
            self.column = column
        }
    }

    /// A remark that belongs to the finding, at a place of its own.
    public struct Note: Sendable, Hashable {
        public var message: String
        public var location: Location?
        public init(_ message: String, at location: Location? = nil) {
            self.message = message
            self.location = location
        }
    }

    /// A change the tool itself proposes: replace the text from `start` up to `end`.
    public struct FixIt: Sendable, Hashable {
        public var file: String
        public var startLine: Int
        public var startColumn: Int
        public var endLine: Int
        public var endColumn: Int
        public var replacement: String
        public init(
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

    public var severity: Severity
    /// Stable, for machines: `swift.compile`.
    public var code: String
    /// The tool's own category, where it names one.
    public var group: String?
    /// One sentence.
    public var summary: String
    public var detail: String?
    public var location: Location?
    /// RFC 6901 JSON Pointer into the options, for what is wrong with them.
    public var pointer: String?
    public var notes: [Note] = []
    public var fixIts: [FixIt] = []

    public init(_ severity: Severity, code: String, summary: String, at location: Location? = nil) {
        self.severity = severity
        self.code = code
        self.summary = summary
        self.location = location
    }
}
