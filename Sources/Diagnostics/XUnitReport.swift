package import Model

/// Reads `swift test --xunit-output` (XCTest with `--parallel`; Swift Testing writes a file of its own beside it).
package enum XUnitReport {
    /// Its failures have no places; where console or event stream tell of the same cases, `TestReport.merging` takes
    /// the places from there.
    /// - Parameter framework: `XCTest` or `Swift Testing`, which the file does not say.
    /// - Throws: `Failure` with code `xunit.damaged` for anything that is no xUnit document.
    package static func parse(
        _ bytes: [UInt8], framework: String, paths: PathMapper, stage: Stage? = nil
    ) throws(Failure) -> TestRun {
        var reading = Reading(framework: framework, stage: stage)
        do throws(XMLScanner.Damaged) {
            var scanner = XMLScanner(bytes)
            while let token = try scanner.next() { reading.take(token) }
        } catch {
            throw damaged("it is no well-formed XML")
        }
        guard reading.isReport else { throw damaged("it holds no <testsuite>") }
        return TestRun(report: reading.ledger.report, diagnostics: reading.diagnostics)
    }

    private static func damaged(_ why: String) -> Failure {
        Failure(
            .init("xunit.damaged"), "the xUnit report cannot be read: \(why)",
            remedy: "Look at the console's output; the test run may have died while it wrote the report.")
    }

    private struct Reading {
        let framework: String
        let stage: Stage?
        var ledger = TestLedger()
        var diagnostics: [Diagnostic] = []
        var isReport = false
        private var suite = ""
        private var test: TestReport.Case?
        private var isInFailure = false

        init(framework: String, stage: Stage?) {
            self.framework = framework
            self.stage = stage
        }

        mutating func take(_ token: XMLScanner.Token) {
            switch token {
            case .open(let name, let attributes, let isEmpty):
                open(name, attributes)
                if isEmpty { close(name) }
            case .close(let name): close(name)
            case .text(let text):
                let words = Substring(text).trimmed
                if isInFailure, !words.isEmpty, let last = test?.failures.indices.last {
                    let before = test?.failures[last].message ?? ""
                    test?.failures[last].message = before.isEmpty ? String(words) : "\(before)\n\(words)"
                }
            }
        }

        private mutating func open(_ name: String, _ attributes: [String: String]) {
            switch name {
            case "testsuite", "testsuites": isReport = true
            case "testcase":
                suite = attributes["classname"] ?? ""
                let seconds = attributes["time"].flatMap { Double($0) } ?? 0
                test = TestReport.Case(
                    name: attributes["name"] ?? "", result: .passed, duration: seconds.isFinite ? max(0, seconds) : 0)
            case "failure", "error":
                test?.result = .failed
                test?.failures.append(.init(message: attributes["message"] ?? ""))
                isInFailure = true
            case "skipped":
                if test?.result == .passed { test?.result = .skipped }
            default: break
            }
        }

        private mutating func close(_ name: String) {
            if name == "failure" || name == "error" { isInFailure = false }
            guard name == "testcase", let test else { return }
            self.test = nil
            ledger.record(test, suite: suite, framework: framework)
            let code =
                framework == SwiftTestingConsole.framework ? DiagnosticCode.swiftTesting : DiagnosticCode.xctest
            for failure in test.failures {
                diagnostics.append(
                    Diagnostic(
                        .error, code: code, message: "\(suite).\(test.name): \(failure.message)", stage: stage))
            }
        }
    }
}
