/// What a test stage found, suite by suite. A plugin hands it over as the output `test-report` (JSON of this shape).
package struct TestReport: Hashable, Sendable, Codable {
    package struct Case: Hashable, Sendable, Codable {
        package enum Result: String, Sendable, Codable { case passed, failed, skipped }
        package var name: String
        package var result: Result
        /// Seconds.
        package var duration: Double
        package var failures: [Failure]
        package init(name: String, result: Result, duration: Double, failures: [Failure] = []) {
            self.name = name
            self.result = result
            self.duration = duration
            self.failures = failures
        }
    }
    package struct Failure: Hashable, Sendable, Codable {
        package var message: String
        package var location: FileLocation?
        package init(message: String, location: FileLocation? = nil) {
            self.message = message
            self.location = location
        }
    }
    package struct Suite: Hashable, Sendable, Codable {
        package var name: String
        /// `XCTest` or `Swift Testing`, or whatever a plugin's tool calls itself.
        package var framework: String
        package var cases: [Case]
        package init(name: String, framework: String, cases: [Case]) {
            self.name = name
            self.framework = framework
            self.cases = cases
        }
    }
    package var suites: [Suite]
    package init(suites: [Suite]) { self.suites = suites }

    package func count(_ result: Case.Result) -> Int {
        suites.reduce(0) { $0 + $1.cases.count { $0.result == result } }
    }
    /// `suite.case` of everything that passed: what a repair must not break.
    package var passed: Set<String> {
        Set(suites.flatMap { suite in suite.cases.filter { $0.result == .passed }.map { "\(suite.name).\($0.name)" } })
    }
}
