package import Model

/// Reads Swift Testing's JSON lines (`--event-stream-output-path`), versions 0 and 6.3.
///
/// Source of the format: swift-testing, Documentation/ABI/JSON.md.
package struct TestEventStream: Sendable {
    package init(paths: PathMapper, stage: Stage? = nil) {}

    /// Takes a piece of the file, cut anywhere.
    package mutating func consume(_ bytes: some Sequence<UInt8>) {}

    /// Takes one record. Lines that are no record of a known version are counted in `unread` and passed over.
    package mutating func consume(line: some StringProtocol) {}

    /// Ends the run. A test that started and did not end failed, with `termination` as the reason.
    package mutating func finish(_ termination: ToolTermination? = nil) -> TestRun { TestRun() }

    package private(set) var unread = 0
}
