import CoderDoubles
import Coders
import Diagnostics
import Model
import Net
import Stages
import Synchronization

enum Fixtures {
    static let revision = Revision(String(repeating: "ab", count: 20)) ?? .none
    static let now = Timestamp(seconds: 1_800_000_000)

    static func name(_ text: String = "api") -> ServiceName {
        guard let name = ServiceName(text) else { preconditionFailure("'\(text)' is no service name") }
        return name
    }

    static func diagnostic(_ message: String = "cannot find 'port' in scope", line: Int = 12) -> Diagnostic {
        Diagnostic(
            .error, code: "swift.compile", message: message,
            location: FileLocation(file: "Sources/App/main.swift", line: line, column: 7), stage: .build)
    }

    static func report(
        _ diagnostics: [Diagnostic] = [diagnostic()], log: String = "[1/2] Compiling App\nerror: fatalError\n",
        diff: String? = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n",
        sources: [Int: String] = [11: "func run() {", 12: "    serve(port)", 13: "}"]
    ) -> FailureReport {
        var outcome = StageOutcome(stage: .build, status: .failed, summary: "build failed")
        outcome.diagnostics = diagnostics
        var context = ReportBuilder.Context(service: name(), revision: revision, createdAt: now)
        context.lastGood = Revision(String(repeating: "cd", count: 20))
        context.change = diff
        context.log = TextScrubber.excerpt(log)
        let file = (1...20).map { sources[$0] ?? "// line \($0)" }.joined(separator: "\n")
        guard let report = ReportBuilder().report([outcome], context: context, source: { _ in file }) else {
            preconditionFailure("a failed stage has a report")
        }
        return report
    }

    static func request(
        _ report: FailureReport = report(), attempt: Int = 1, earlier: [EarlierAttempt] = [],
        failure: String? = nil
    ) -> CoderRequest {
        CoderRequest(
            report: report, folder: "repos/api", failure: failure, earlier: earlier, allowedPaths: ["repos/api"],
            attempt: attempt)
    }

    /// What a model would answer at its best.
    static let patch =
        "Sources/App/main.swift\n<<<<<<< SEARCH\n    serve(port)\n=======\n    serve(8080)\n>>>>>>> REPLACE\n"
    static func answer(
        description: String = "Serve on a fixed port", patch: String = patch, target: String? = nil
    ) -> String {
        let target = target.map { "\"\($0)\"" } ?? "null"
        return """
            {"description": "\(description)", "cannot": null, \
            "patches": [{"target": \(target), "text": "\(patch.replacing("\n", with: "\\n"))"}]}
            """
    }
}

extension Revision {
    fileprivate static var none: Revision { preconditionFailure("no revision") }
}

/// Keeps exchanges where a test can look at them.
final class Recorder: CoderRecorder {
    private let kept = Mutex<[CoderExchange]>([])
    func record(_ exchange: CoderExchange) async { kept.withLock { $0.append(exchange) } }
    var exchanges: [CoderExchange] { kept.withLock { $0 } }
}

/// Everything that was said, in order.
final class Words: Sendable {
    private let kept = Mutex<[String]>([])
    func add(_ text: String) { kept.withLock { $0.append(text) } }
    var all: [String] { kept.withLock { $0 } }
}

/// A coder before a double, with a clock that only its own waits move.
struct Trial: Sendable {
    let coder: OpenAICoder
    let recorder = Recorder()
    let ledger = MemoryCoderLedger()
    let pauses = Pauses()
    let transport = HTTPTransport()
    let words = Words()

    final class Pauses: Sendable {
        private let kept = Mutex<[Duration]>([])
        func add(_ pause: Duration) { kept.withLock { $0.append(pause) } }
        var all: [Duration] { kept.withLock { $0 } }
        var total: Duration { all.reduce(.zero, +) }
    }

    init(
        _ base: String, key: String? = ModelDouble.key, prompts: PromptOptions = PromptOptions(),
        limits: CoderLimits = CoderLimits(), prices: [String: TokenPrices] = [:], secrets: [String] = [],
        options change: (inout OpenAIOptions) -> Void = { _ in }
    ) {
        var options = OpenAIOptions(base: base, key: key, model: "test-model", timeout: .seconds(20))
        change(&options)
        let pauses = pauses
        coder = OpenAICoder(
            options, prompts: prompts, transport: transport,
            gate: BudgetGate(ledger: ledger, limits: limits, prices: prices), masker: SecretMasker(secrets),
            recorder: recorder, clock: { Fixtures.now.advanced(by: pauses.total) }, sleep: { pauses.add($0) })
    }

    func propose(_ request: CoderRequest = Fixtures.request()) async throws(CoderFailure) -> CoderProposal {
        let words = words
        return try await coder.propose(request) { words.add($0) }
    }

    /// The failure that a proposal ends with; nil where there is a proposal.
    func failure(_ request: CoderRequest = Fixtures.request()) async -> CoderFailure? {
        do throws(CoderFailure) {
            _ = try await propose(request)
            return nil
        } catch { return error }
    }

    /// Runs a trial and shuts its client down.
    static func with(_ trial: Trial, _ body: (Trial) async throws -> Void) async rethrows {
        do {
            try await body(trial)
        } catch {
            await trial.transport.shutdown()
            throw error
        }
        await trial.transport.shutdown()
    }
}
