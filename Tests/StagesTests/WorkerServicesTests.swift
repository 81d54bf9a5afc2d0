import Foundation
import Model
import Synchronization
import TestSupport
import Testing

@testable import Stages

/// The host's services as a plugin sees them.
@Suite struct WorkerServicesTests {
    static let token = "tok-en-123456"

    @Test func commandRunsWithItsInputEnvironmentAndFolder() async throws {
        try await WorkerFixture.with(process: ProcessRunner()) { fixture in
            let log = WorkerFixture.Log()
            let told = await fixture.run("shell", log: log).outputs
            #expect(told["call"] == "0" && told["result"]?.hasPrefix("0 7 ") == true)
            let folder = try FileManager.default.resolved(fixture.folder)
            #expect(told["stdout"] == "green from stdin \(folder)\n")
            #expect(log.lines.contains { $0.text == "to-stderr" && $0.stream == .stderr })
            #expect(log.lines.contains { $0.text.hasPrefix("green") && $0.stream == .stdout })
        }
    }

    @Test func secretReachesTheCommandAndNothingElse() async throws {
        try await WorkerFixture.with(process: ProcessRunner(), environment: ["MOCK_TOKEN": Self.token]) { fixture in
            let log = WorkerFixture.Log()
            let outcome = await fixture.run("shell-secret", log: log)
            #expect(outcome.outputs["stdout"] == "Bearer ***\n")
            #expect(log.texts.contains("Bearer ***"))
            #expect(!"\(log.events)\(outcome)".contains(Self.token))
        }
    }

    @Test func secretThatIsMissingIsSaidSo() async throws {
        try await WorkerFixture.with(process: ProcessRunner()) { fixture in
            let log = WorkerFixture.Log()
            let outcome = await fixture.run("shell-secret", log: log)
            #expect(outcome.outputs["call"] == "5")
            #expect(log.texts.contains { $0.contains("env:MOCK_TOKEN") })
        }
    }

    @Test func childSeesTheAllowListOnly() async throws {
        let environment = ["MOCK_TOKEN": Self.token, "ANYTHING": "x", "OPENAI_API_KEY": "sk-1"]
        try await WorkerFixture.with(process: ProcessRunner(), environment: environment) { fixture in
            let log = WorkerFixture.Log()
            let text = await fixture.run("shell-environment", log: log).outputs["stdout"] ?? ""
            let names = Set(text.split(separator: "\n").map { $0.prefix { $0 != "=" } }.map(String.init))
            #expect(names.contains("PATH") && names.contains("COLOUR"))
            #expect(!names.contains("ANYTHING") && !names.contains("MOCK_TOKEN") && !names.contains("OPENAI_API_KEY"))
            #expect(!log.texts.contains { $0.contains("PATH=") }, "quiet means not in the log")
        }
    }

    @Test(arguments: [("shell-signal", "1 9 "), ("shell-timeout", "2 0 "), ("no-such-program", "4 2 ")])
    func everyEndOfACommandIsAResult(_ behaviour: String, _ result: String) async throws {
        try await WorkerFixture.with(process: ProcessRunner()) { fixture in
            let outcome = await fixture.run(behaviour)
            #expect(outcome.outputs["result"]?.hasPrefix(result) == true, "\(outcome.outputs)")
            #expect(outcome.outputs["message"]?.isEmpty == false)
            if behaviour == "no-such-program" {
                #expect(outcome.outputs["empty"] == "2" && outcome.outputs["null"] == "2")
            }
        }
    }

    @Test func outputIsStreamedToThePluginAndKeptUpToItsLimit() async throws {
        try await WorkerFixture.with(process: ProcessRunner()) { fixture in
            let outcome = await fixture.run("shell-stream", timeout: .seconds(60))
            #expect(outcome.outputs["streamed"] == "30000000")
            #expect(outcome.outputs["result"] == "0 0 \(4 << 20)")
        }
    }

    @Test func pluginThatCrashesTakesItsCommandsWithIt() async throws {
        try await WorkerFixture.with(process: ProcessRunner()) { fixture in
            let request = fixture.request("shell-segv")
            let outcome = await fixture.runner.run(request) { _ in }
            #expect(outcome.status == .failed && outcome.summary.contains("SIGSEGV"))
            #expect(Remains.of(request.operation).isEmpty)
        }
    }

    @Test func requestIsSentWithItsSecretAndAnswered() async throws {
        let http = RecordingHTTP()
        try await WorkerFixture.with(http: http, environment: ["MOCK_TOKEN": Self.token]) { fixture in
            let told = await fixture.run("http").outputs
            #expect(told["call"] == "0" && told["status"] == "201" && told["body"] == "pong" && told["headers"] == "1")
            let sent = try #require(http.requests.first)
            #expect(sent.method == "POST" && sent.url == "http://127.0.0.1/x" && sent.body == Array("ping".utf8))
            #expect(sent.headers.contains { $0 == ("Authorization", "Bearer \(Self.token)") })
            #expect(sent.timeout <= .seconds(20) && sent.maximumBody == 4 << 20)
            #expect(await fixture.run("http-bad").outputs["call"] == "2")
            #expect(await fixture.run("http-user").outputs["call"] == "2")
            #expect(http.requests.count == 1)
        }
    }

    @Test func requestWithoutAnAnswerIsTold() async throws {
        let http = RecordingHTTP(failure: Failure(.init("http.connect"), "nobody answers at 127.0.0.1"))
        try await WorkerFixture.with(http: http, environment: ["MOCK_TOKEN": Self.token]) { fixture in
            let told = await fixture.run("http").outputs
            #expect(told["call"] == "6" && told["message"] == "nobody answers at 127.0.0.1" && told["status"] == "0")
        }
    }

    @Test func requestWithAnUnknownSecretIsToldWhy() async throws {
        let http = RecordingHTTP()
        try await WorkerFixture.with(http: http, environment: ["MOCK_TOKEN": ""]) { fixture in
            let told = await fixture.run("http").outputs
            #expect(told["call"] == "5" && told["status"] == "0" && http.requests.isEmpty)
            #expect(told["message"]?.contains("there is no secret 'env:MOCK_TOKEN'") == true, "\(told)")
        }
    }

    @Test func sensitiveOptionsThatAreNoReferencesAreMasked() async throws {
        let schema = JSONValue.object([
            "properties": .object([
                "login": .object([
                    "properties": .object(["password": .object(["sensitive": .bool(true)])])
                ]),
                "token": .object(["sensitive": .bool(true)]),
            ])
        ])
        try await WorkerFixture.with(environment: ["MOCK_TOKEN": "another-1"], configuration: schema) { fixture in
            let log = WorkerFixture.Log()
            let outcome = await fixture.run("speak-secret", log: log) {
                $0.service.options = .object([
                    "do": .string("speak-secret"), "token": .string("env:MOCK_TOKEN"),
                    "login": .object(["password": .string(Self.token)]),
                ])
            }
            #expect(log.texts.filter { $0 == "token is *** end" }.count == 2)
            #expect(!"\(log.events)\(outcome)".contains(Self.token))
            // A reference is no secret.
            #expect(fixture.masker.mask("env:MOCK_TOKEN") == "env:MOCK_TOKEN")
        }
    }

    @Test(arguments: [false, true]) func plainSecretIsAPermissionOfItsOwn(_ isGranted: Bool) async throws {
        let environment = ["MOCK_TOKEN": Self.token]
        try await WorkerFixture.with(environment: environment, plainSecrets: isGranted) { fixture in
            let log = WorkerFixture.Log()
            let told = await fixture.run("secrets", log: log).outputs
            #expect(told["exists"] == "0" && told["missing"] == "5")
            #expect(told["reveal"] == (isGranted ? "0" : "4"))
            #expect(told["length"] == (isGranted ? "\(Self.token.utf8.count)" : "-1"))
            // The mock logs what it was given.
            #expect(log.texts.contains("***") == isGranted)
            #expect(!"\(log.events)".contains(Self.token))
        }
    }

    @Test func knownSecretsAreMaskedWhereverAPluginSaysThem() async throws {
        try await WorkerFixture.with { fixture in
            fixture.masker.register(Self.token)
            let log = WorkerFixture.Log()
            let outcome = await fixture.run("speak-secret", log: log)
            #expect(log.texts.filter { $0 == "token is *** end" }.count == 2)
            #expect(outcome.summary == "with ***" && outcome.diagnostics[0].message == "it said ***")
            #expect(!"\(log.events)\(outcome)".contains(Self.token))
        }
    }

    @Test func servicesOfThePluginsOwnServiceAreSupervised() async throws {
        let supervisor = RecordingSupervisor()
        try await WorkerFixture.with(supervise: supervisor) { fixture in
            let told = await fixture.run("supervise").outputs
            #expect(told["start"] == "0" && told["started"] == "2 77 1 -9")
            #expect(told["state"] == "0" && told["stop"] == "0" && told["stopped"] == "1 0 0 0")
            #expect(told["bad"] == "2")
            let spec = try #require(supervisor.specs.first)
            #expect(spec.name == SupervisedName(ServiceName("api")!, part: "worker"))
            #expect(spec.arguments == ["/bin/sleep", "9"] && spec.directory == "/")
            #expect(spec.environment["COLOUR"] == "green" && spec.environment["PATH"] != nil)
            #expect(spec.grace == .milliseconds(1500))
        }
    }

    @Test func graceIsAnHourAtMost() async throws {
        let supervisor = RecordingSupervisor()
        try await WorkerFixture.with(supervise: supervisor) { fixture in
            #expect(await fixture.run("supervise-for-ever").outputs["stop"] == "0")
            #expect(supervisor.specs.first?.grace == .seconds(3600))
        }
    }
}

extension FileManager {
    fileprivate func resolved(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw CocoaError(.fileNoSuchFile) }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

final class RecordingHTTP: HTTPService {
    private let seen = Mutex<[HTTPServiceRequest]>([])
    private let failure: Failure?
    init(failure: Failure? = nil) { self.failure = failure }
    var requests: [HTTPServiceRequest] { seen.withLock { $0 } }
    func send(_ request: HTTPServiceRequest) async throws(Failure) -> HTTPServiceResponse {
        seen.withLock { $0.append(request) }
        if let failure { throw failure }
        return HTTPServiceResponse(status: 201, headers: [("Server", "mock")], body: Array("pong".utf8))
    }
}

final class RecordingSupervisor: SuperviseService {
    private let seen = Mutex<[SupervisedSpec]>([])
    var specs: [SupervisedSpec] { seen.withLock { $0 } }
    private static let running = SupervisedStatus(state: .running, pid: 77, restarts: 1, lastExit: -9)
    func start(_ spec: SupervisedSpec) async throws(Failure) -> SupervisedStatus {
        seen.withLock { $0.append(spec) }
        return Self.running
    }
    func stop(_ name: SupervisedName, grace: Duration?) async throws(Failure) -> SupervisedStatus {
        SupervisedStatus(state: .stopped)
    }
    func status(_ name: SupervisedName) async throws(Failure) -> SupervisedStatus { Self.running }
}
