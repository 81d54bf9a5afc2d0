import PluginConformance
import PluginStore
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The test harness as proof: `host test-plugin` as a process of its own, where the library's code does no harm.
struct HarnessProver: PluginProving {
    /// Absolute path of `host`.
    let program: String
    private static let deadline: Duration = .seconds(900)

    func prove(_ subject: ProofSubject, in room: Confinement) async -> ProofVerdict {
        var command = [program, "test-plugin", subject.library, "--json"]
        if let example = subject.example { command += ["--source", example] }
        if let options = subject.options { command += ["--options", options] }
        let result = await room.run(command, timeout: Self.deadline)
        guard let document = try? JSONDecoder().decode(ConformanceDocument.self, from: Data(result.standardOutput))
        else {
            let words = String(decoding: result.standardError.prefix(1000), as: UTF8.self)
            return ProofVerdict(
                checks: 0,
                failed: [.init(name: "harness", message: "it did not come to a verdict: \(result.end) \(words)")])
        }
        return Self.verdict(of: document)
    }

    /// Advice that is not heeded, and checks that could not apply, keep nobody out.
    static func verdict(of document: ConformanceDocument) -> ProofVerdict {
        let made = document.checks.filter { $0.result != "skipped" }
        var failed = made.filter { $0.result == "failed" }.map { check in
            ProofVerdict.FailedCheck(
                name: check.name, message: "\(check.findings.joined(separator: "; ")) (expected: \(check.expected))")
        }
        if failed.isEmpty, !document.passed { failed = [.init(name: "harness", message: "it says that it failed")] }
        return ProofVerdict(checks: made.count, failed: failed)
    }
}
