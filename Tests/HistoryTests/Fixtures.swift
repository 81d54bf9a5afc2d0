import History
import Model
import TestSupport

enum Fixture {
    static let first = revision(1)
    static let second = revision(2)
    static let third = revision(3)

    static func revision(_ number: Int) -> Revision {
        let digits = String(number, radix: 16)
        guard let revision = Revision(String(repeating: "0", count: 40 - digits.count) + digits) else {
            preconditionFailure("a fixture's revision")
        }
        return revision
    }

    static func service(_ text: String) -> ServiceName {
        guard let name = ServiceName(text) else { preconditionFailure("a fixture's service") }
        return name
    }

    static func item(_ text: String, stages: [Stage] = [.build, .deploy, .health]) -> Plan.Item {
        var service = Service(name: Self.service(text), path: "repos/\(text)", kind: "scripted")
        service.group = "g"
        service.stages = stages
        service.options = .object(["port": .integer(80)])
        return Plan.Item(
            service: service, decision: .deploy([.neverDeployed]), fingerprint: Fingerprint(tree: revision(101)),
            revision: first)
    }

    static func release(_ number: Int, checkpoint: [UInt8]? = nil) -> Release {
        Release(
            revision: revision(number),
            fingerprint: Fingerprint(
                tree: revision(number + 100), inputs: ["shared/**": "d\(number)"], configuration: "c\(number)"),
            checkpoint: checkpoint, deployedAt: Timestamp(seconds: Int64(1_000_000 + number)))
    }

    static func failed(_ number: Int, quarantined: Bool = false) -> FailedAttempt {
        FailedAttempt(
            revision: revision(number), fingerprint: Fingerprint(tree: revision(number + 100)), stage: .health,
            summary: "no answer on port 8080", attempts: 2, retryAt: Timestamp(seconds: 5), isQuarantined: quarantined)
    }

    static func diagnostic(_ message: String, _ severity: Diagnostic.Severity = .error) -> Diagnostic {
        var diagnostic = Diagnostic(
            severity, code: "swift.compile", message: message,
            location: FileLocation(file: "Sources/App/main.swift", line: 3, column: 5), stage: .build)
        diagnostic.group = "DeprecatedDeclaration"
        diagnostic.detail = "let x = y\n        ^"
        diagnostic.notes = [.init(message: "declared here", location: FileLocation(file: "a.swift", line: 1))]
        diagnostic.fixIts = [
            FixIt(file: "a.swift", startLine: 1, startColumn: 2, endLine: 1, endColumn: 3, replacement: "z\u{0}é")
        ]
        return diagnostic
    }

    static func tests() -> TestReport {
        TestReport(suites: [
            .init(
                name: "AppTests", framework: "Swift Testing",
                cases: [
                    .init(name: "adds()", result: .passed, duration: 0.25),
                    .init(
                        name: "subtracts()", result: .failed, duration: 0.5,
                        failures: [
                            .init(
                                message: "Expectation failed: 1 == 2",
                                location: FileLocation(file: "Tests/A.swift", line: 9, column: 1))
                        ]),
                    .init(name: "divides()", result: .skipped, duration: 0),
                ])
        ])
    }

    static func outcome(_ stage: Stage, _ status: StageStatus = .ok) -> StageOutcome {
        StageOutcome(
            stage: stage, status: status, summary: "\(stage) ended", startedAt: Timestamp(seconds: 100),
            duration: .milliseconds(2400), stageTime: .milliseconds(2300))
    }

    /// Opens a fresh history in a folder of its own and closes it afterwards.
    static func withStore(_ body: (HistoryStore) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            let store = try await HistoryStore.open(at: "\(folder)/history.sqlite")
            do {
                try await body(store)
            } catch {
                await store.close()
                throw error
            }
            await store.close()
        }
    }
}
