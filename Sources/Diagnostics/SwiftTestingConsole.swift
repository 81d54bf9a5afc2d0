import Model

/// Follows Swift Testing's lines on the console, for runs whose event stream was not asked for or was lost. They name
/// no suite and only the last component of a path.
struct SwiftTestingConsole {
    static let framework = "Swift Testing"
    /// Stands for the suites that the console does not name.
    static let suite = "Swift Testing"

    struct Issue {
        var test: String
        var arguments: String?
        var message: String
        var location: FileLocation?
        var isWarning: Bool
    }
    enum Reading {
        case notOurs
        case read
        case issue(Issue)
        /// `↳ the version moved`: more about the issue before it.
        case more(String)
    }

    private var running: [String] = []
    private var failures: [String: [TestReport.Failure]] = [:]

    var runningTests: [String] { running }

    mutating func take(_ line: Substring, into ledger: inout TestLedger) -> Reading {
        // Each line begins with a symbol: of Unicode on Linux, of a private area on macOS.
        guard let first = line.unicodeScalars.first, first.value > 0x2000, let space = line.firstIndex(of: " ") else {
            return .notOurs
        }
        let text = line[space...].trimmed
        if first == "↳" { return .more(String(text)) }
        if text.hasPrefix("Test run ") || text.hasPrefix("Suite ") || text.hasPrefix("Test case ") { return .read }
        guard let words = text.dropping(prefix: "Test ") else { return .notOurs }
        return event(words, into: &ledger)
    }

    private mutating func event(_ words: Substring, into ledger: inout TestLedger) -> Reading {
        if words.containsText(" recorded a known issue") { return .read }
        if let mark = words.firstRange(ofText: " recorded an issue") {
            return issue(words[..<mark.lowerBound], words[mark.upperBound...], isWarning: false)
        }
        if let mark = words.firstRange(ofText: " recorded a warning") {
            return issue(words[..<mark.lowerBound], words[mark.upperBound...], isWarning: true)
        }
        if let name = words.dropping(suffix: " started.") {
            if running.count < 1000 { running.append(Self.plain(name)) }
        } else if let mark = words.firstRange(ofText: " passed after ") {
            end(words[..<mark.lowerBound], .passed, words[mark.upperBound...], into: &ledger)
        } else if let mark = words.firstRange(ofText: " failed after ") {
            end(words[..<mark.lowerBound], .failed, words[mark.upperBound...], into: &ledger)
        } else if let mark = words.firstRange(ofText: " skipped") {
            end(words[..<mark.lowerBound], .skipped, "", into: &ledger)
        } else {
            return .notOurs
        }
        return .read
    }

    private mutating func issue(_ name: Substring, _ rest: Substring, isWarning: Bool) -> Reading {
        let test = Self.plain(name)
        var issue = Issue(test: test, message: "", isWarning: isWarning)
        var text = rest
        if let mark = rest.firstRange(ofText: ".swift:"),
            let colon = rest.firstRange(ofText: ": ", from: mark.upperBound)
        {
            let numbers = rest[mark.upperBound..<colon.lowerBound].split(separator: ":").compactMap(\.number)
            let start = rest[..<mark.lowerBound].lastIndex(of: " ").map { rest.index(after: $0) } ?? rest.startIndex
            if let line = numbers.first {
                let file = String(rest[start..<mark.lowerBound]) + ".swift"
                issue.location = FileLocation(file: file, line: line, column: numbers.count > 1 ? numbers[1] : nil)
            }
            issue.arguments = rest[..<start].between(" with ", " at ").flatMap(Self.arguments)
            text = rest[colon.upperBound...]
        } else {
            text = (text.dropping(prefix: ":") ?? text).trimmed
        }
        issue.message = String(text)
        if !isWarning, failures.count < 1000, failures[test, default: []].count < 100 {
            failures[test, default: []].append(.init(message: issue.message, location: issue.location))
        }
        return .issue(issue)
    }

    /// `2 arguments text → "b", number → 2`
    private static func arguments(_ text: Substring) -> String? {
        text.firstRange(ofText: " argument ").map { String(text[$0.upperBound...]) }
            ?? text.firstRange(ofText: " arguments ").map { String(text[$0.upperBound...]) }
    }

    private mutating func end(
        _ name: Substring, _ result: TestReport.Case.Result, _ rest: Substring, into ledger: inout TestLedger
    ) {
        let test = Self.plain(name)
        let seconds = rest.firstRange(ofText: " seconds").flatMap { Double(rest[..<$0.lowerBound]) } ?? 0
        running.removeAll { $0 == test }
        ledger.record(
            .init(name: test, result: result, duration: seconds, failures: failures.removeValue(forKey: test) ?? []),
            suite: Self.suite, framework: Self.framework)
    }

    /// Tests that run in parallel run on; one that was alone is what the process died in.
    mutating func crash(_ reason: String, location: FileLocation?, into ledger: inout TestLedger) {
        for test in running {
            var told = failures.removeValue(forKey: test) ?? []
            told.append(.init(message: reason, location: location))
            ledger.record(
                .init(name: test, result: .failed, duration: 0, failures: told), suite: Self.suite,
                framework: Self.framework)
        }
        running = []
    }

    /// Without the number of its cases and the quotation marks of a display name.
    private static func plain(_ name: Substring) -> String {
        var name = name
        if let mark = name.firstRange(ofText: " with "), name.hasSuffix(" test cases") || name.hasSuffix(" test case") {
            name = name[..<mark.lowerBound]
        }
        if name.utf8.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") { name = name.dropFirst().dropLast() }
        return String(name)
    }
}
