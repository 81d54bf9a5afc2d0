import Model
import Synchronization

@testable import Repair

/// Answers a verification by looking for words in the `main.swift` of the services and of those that depend on them. Where one
/// has lines of the form `// test a passes`, `// test a fails` or `// test a fails once`, it has tests; one that fails passes with
/// `// mend a`.
struct WordVerifier: RepairVerifier {
    /// Names that were met once.
    final class Met: Sendable {
        private let names = Mutex<Set<String>>([])
        func isFirst(_ name: String) -> Bool { names.withLock { $0.insert(name).inserted } }
    }

    var repository: MemoryRepository
    var services: [Service]
    /// A file that holds this word does not build.
    var bad = "BROKEN"
    var status: StageStatus?
    /// What was wrong with every service.
    var findings: [Diagnostic] = []
    /// The commit at which it was wrong.
    var findingsRevision: Revision?
    var met = Met()
    /// Called for each verification.
    var count: @Sendable () -> Void = {}

    func services(at revision: Revision) async throws(Failure) -> [Service] { services }

    func syntaxErrors(_ files: [String: [UInt8]]) -> [Diagnostic] {
        files.sorted { $0.key < $1.key }.filter { String(decoding: $0.value, as: UTF8.self).contains("((UNCLOSED") }.map
        {
            Diagnostic(.error, code: "swift.compile", message: "expected ')'", location: .init(file: $0.key, line: 1))
        }
    }

    func openFindings(of service: Service) -> OpenFindings { OpenFindings(findings, revision: findingsRevision) }

    func content(of services: [Service], at commit: Revision) async throws(Failure) -> RepairContent {
        var digests: [String] = []
        for service in services { digests.append(await repository.digest(of: service.path, at: commit)) }
        return RepairContent(services: services, digests: digests)
    }

    func verify(_ commit: Revision, services: [Service], events: @escaping @Sendable (StageEvent) -> Void)
        async throws(Failure) -> [StageOutcome]
    {
        count()
        if let status { return [StageOutcome(stage: .build, status: status, summary: "no toolchain")] }
        let names = Set(services.map(\.name))
        let others = self.services.filter { $0.dependsOn.contains(where: names.contains) && !names.contains($0.name) }
        var outcomes: [StageOutcome] = []
        for service in services + others {
            let text = await repository.text(service.path + "/main.swift", at: commit) ?? ""
            for var outcome in verify(text.split(separator: "\n").map(String.init)) {
                outcome.service = service.name
                outcomes.append(outcome)
            }
        }
        return outcomes
    }

    private func verify(_ lines: [String]) -> [StageOutcome] {
        let errors = lines.filter { $0.contains(bad) }.map { line in
            Diagnostic(.error, code: "swift.compile", message: "bad: \(line)", location: .init(file: "main.swift"))
        }
        var build = StageOutcome(
            stage: .build, status: errors.isEmpty ? .ok : .failed, summary: errors.isEmpty ? "built" : "does not build")
        build.diagnostics = errors
        let cases = errors.isEmpty ? lines.compactMap { result(of: $0, in: lines) } : []
        guard !cases.isEmpty else { return [build] }
        let failed = cases.filter { $0.result == .failed }
        var test = StageOutcome(
            stage: .test, status: failed.isEmpty ? .ok : .failed, summary: "\(failed.count) tests failed")
        test.diagnostics = failed.map { Self.finding($0.name) }
        test.tests = TestReport(suites: [.init(name: "S", framework: "XCTest", cases: cases)])
        return [build, test]
    }

    static func finding(_ test: String, line: Int? = nil) -> Diagnostic {
        Diagnostic(
            .error, code: "xctest.failure", message: "\(test) failed", location: .init(file: "main.swift", line: line),
            stage: .test)
    }

    private func result(of line: String, in lines: [String]) -> TestReport.Case? {
        let words = line.split(separator: " ").map(String.init)
        guard words.starts(with: ["//", "test"]), words.count > 3 else { return nil }
        let fails = words[3] == "fails" && !lines.contains("// mend \(words[2])")
        let isOver = words.last == "once" && !(fails && met.isFirst(words[2]))
        return .init(name: words[2], result: fails && !isOver ? .failed : .passed, duration: 0)
    }
}
