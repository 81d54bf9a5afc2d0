import Model

/// Follows XCTest's lines on the console: `Test Case 'RouteTests.testEqual' failed (0.001 seconds)`.
struct XCTestConsole {
    static let framework = "XCTest"
    /// `Class.test`, while it runs.
    private(set) var running: String?
    private var failures: [TestReport.Failure] = []

    /// - Returns: false for a line that is not XCTest's.
    mutating func take(_ line: Substring, into ledger: inout TestLedger) -> Bool {
        if line.hasPrefix("Test Suite '") { return true }
        guard let rest = line.dropping(prefix: "Test Case '"), let end = rest.firstRange(ofText: "' ") else {
            return false
        }
        let name = Self.plain(rest[..<end.lowerBound])
        let word = rest[end.upperBound...]
        if word.hasPrefix("started") {
            close(.failed, duration: 0, into: &ledger)
            running = name
        } else if let result = Self.results.first(where: { word.hasPrefix($0.0) })?.1 {
            running = name
            close(result, duration: word.between("(", " seconds").flatMap { Double($0) } ?? 0, into: &ledger)
        }
        return true
    }

    private static let results: [(String, TestReport.Case.Result)] = [
        ("passed", .passed), ("failed", .failed), ("skipped", .skipped),
    ]

    /// `RouteTests.testEqual : message`; nil for words of another form.
    static func split(_ message: Substring) -> (test: String, message: Substring)? {
        guard let mark = message.firstRange(ofText: " : ") else { return nil }
        let name = plain(message[..<mark.lowerBound])
        guard !name.contains(" "), name.contains("."), !name.contains("/"), !name.contains("'") else { return nil }
        return (name, message[mark.upperBound...])
    }

    mutating func fail(_ test: String, message: String, location: FileLocation?, into ledger: inout TestLedger) {
        if running == nil { running = test }
        if failures.count < 100 { failures.append(.init(message: message, location: location)) }
    }

    /// Adds a line to the message of the last failure.
    mutating func extend(_ line: String) {
        if let last = failures.indices.last { failures[last].message += "\n" + line }
    }

    /// Ends the case that runs, because the process that ran it died.
    mutating func crash(_ reason: String, location: FileLocation?, into ledger: inout TestLedger) {
        guard running != nil else { return }
        failures.append(.init(message: reason, location: location))
        close(.failed, duration: 0, into: &ledger)
    }

    mutating func close(_ result: TestReport.Case.Result, duration: Double, into ledger: inout TestLedger) {
        defer { (running, failures) = (nil, []) }
        guard let running, let dot = running.lastIndex(of: ".") else { return }
        ledger.record(
            .init(
                name: String(running[running.index(after: dot)...]), result: result, duration: duration,
                failures: result == .failed ? failures : []),
            suite: String(running[..<dot]), framework: Self.framework)
    }

    /// macOS writes `-[AppTests.RouteTests testEqual]` for `AppTests.RouteTests.testEqual`.
    private static func plain(_ name: Substring) -> String {
        guard let inside = name.between("-[", "]") else { return String(name) }
        return inside.split(separator: " ").joined(separator: ".")
    }
}
