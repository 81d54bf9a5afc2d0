package import Model

/// Reads what `swift build`, `swift test`, `swift package` and a running program print, line by line as it comes, and
/// answers with diagnostics.
///
/// Both streams go through one parser; each keeps its own context (the finding that a note belongs to, the snippet
/// that is being drawn). Memory is bounded: what is kept is the findings, at most `limit`.
package struct SwiftOutputParser: Sendable {
    /// - Parameter stage: put into every diagnostic.
    /// - Parameter limit: findings beyond it are counted in `omitted`, not kept.
    package init(paths: PathMapper, stage: Stage? = nil, limit: Int = 2000) {}

    /// Takes a piece of output, cut anywhere, and answers with the findings that are complete now.
    package mutating func consume(_ bytes: some Sequence<UInt8>, from stream: LogLine.Stream) -> [Diagnostic] { [] }

    /// Takes one line without its line end.
    package mutating func consume(line: some StringProtocol, from stream: LogLine.Stream) -> [Diagnostic] { [] }

    /// Ends both streams and answers with the findings that were still open. When the tool failed and no error was
    /// found, one of code `tool.failed` says so with the last lines as detail; a killed tool is reported as such.
    package mutating func finish(_ termination: ToolTermination? = nil) -> [Diagnostic] { [] }

    /// Every finding so far, in the order in which it was answered, each once.
    package private(set) var diagnostics: [Diagnostic] = []
    package private(set) var omitted = 0

    /// What the console told of tests; nil when it told of none. The event stream knows more of Swift Testing
    /// (`TestReport.merging`).
    package var testReport: TestReport? { nil }
}
