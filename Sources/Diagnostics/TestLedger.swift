import Model

/// Test cases as they are heard of, kept in the order in which their suites and they themselves first appeared.
struct TestLedger: Sendable, Hashable {
    private struct Key: Hashable {
        var framework: String
        var suite: String
    }
    private var order: [Key] = []
    private var cases: [Key: [TestReport.Case]] = [:]
    private var places: [Key: [String: Int]] = [:]

    var isEmpty: Bool { order.isEmpty }

    mutating func record(_ test: TestReport.Case, suite: String, framework: String) {
        let key = Key(framework: framework, suite: suite)
        if cases[key] == nil {
            order.append(key)
            cases[key] = []
        }
        if let place = places[key]?[test.name], let known = cases[key]?[place] {
            cases[key]?[place] = known.merging(test)
        } else {
            places[key, default: [:]][test.name] = cases[key]?.count ?? 0
            cases[key]?.append(test)
        }
    }

    var report: TestReport {
        TestReport(
            suites: order.map { .init(name: $0.suite, framework: $0.framework, cases: cases[$0] ?? []) })
    }
}

extension TestReport.Case {
    /// The same case told twice: a failure is believed over anything, a skip over a pass, and failures with places
    /// are preferred to those without.
    func merging(_ other: Self) -> Self {
        var result = self
        if other.result == .failed || result.result == .passed { result.result = other.result }
        if result.duration == 0 { result.duration = other.duration }
        let here = failures.count { $0.location != nil }
        let there = other.failures.count { $0.location != nil }
        if there > here || failures.isEmpty { result.failures = other.failures }
        return result
    }
}
