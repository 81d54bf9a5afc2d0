import Foundation
import KongLogic
import Model
import Net
import PluginKit
import Stages
import Synchronization

/// A host without a daemon: keeps what it is told, sends requests over the program's own HTTP client, answers commands from a
/// script.
final class FakeHost: KongHost, Sendable {
    struct Told: Sendable {
        var lines: [String] = []
        var diagnostics: [PluginDiagnostic] = []
        var outputs: [String: String] = [:]
        var checkpoints: [[UInt8]] = []
        /// How many requests had been sent, and commands run, when the first came.
        var beforeCheckpoint: (calls: Int, commands: Int)?
        var plans: [[PlanChange]] = []
        var commands: [[String]] = []
        var calls: [HTTPCall] = []
        var isCancelled = false
    }

    private let state = Mutex(Told())
    private let transport: HTTPTransport
    private let secrets: [String: String]
    private let budget: ContinuousClock.Instant
    /// Answers a command.
    let answer: @Sendable ([String]) -> CommandEnd

    init(
        _ transport: HTTPTransport, secrets: [String: String] = [:], timeLeft: Duration = .seconds(60),
        answer: @escaping @Sendable ([String]) -> CommandEnd = { _ in
            CommandEnd(succeeded: false, message: "could not be started", output: "")
        }
    ) {
        self.transport = transport
        self.secrets = secrets
        self.answer = answer
        budget = ContinuousClock.now + timeLeft
    }

    var told: Told { state.withLock { $0 } }
    var errors: [PluginDiagnostic] { told.diagnostics.filter { $0.severity == .error } }
    func cancel() { state.withLock { $0.isCancelled = true } }

    func log(_ text: String, level: PluginLog.Level) { state.withLock { $0.lines.append(text) } }
    func report(_ diagnostic: PluginDiagnostic) { state.withLock { $0.diagnostics.append(diagnostic) } }
    func progress(_ share: Double?, _ message: String) {}
    func output(_ key: String, _ value: String) { state.withLock { $0.outputs[key] = value } }
    func checkpoint(_ checkpoint: [UInt8]) {
        state.withLock { state in
            state.checkpoints.append(checkpoint)
            state.beforeCheckpoint = state.beforeCheckpoint ?? (state.calls.count, state.commands.count)
        }
    }
    func plan(_ changes: [PlanChange]) { state.withLock { $0.plans.append(changes) } }
    func hasSecret(_ reference: String) -> Bool { secrets[reference] != nil }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }
    var timeLeft: Duration { max(ContinuousClock.now.duration(to: budget), .zero) }
    func pause(_ duration: Duration) { Thread.sleep(forTimeInterval: Double(duration.wholeMilliseconds) / 1000) }

    func run(_ command: ProcessCommand) throws(NoAnswer) -> CommandEnd {
        state.withLock { $0.commands.append(command.arguments) }
        return answer(command.arguments)
    }

    func send(_ call: HTTPCall) throws(NoAnswer) -> GatewayAnswer {
        state.withLock { $0.calls.append(call) }
        var url = call.url
        if let reference = call.baseReference { url = try secret(reference) + url }
        var request = HTTPServiceRequest(
            method: call.method, url: url, headers: call.headers, body: call.body,
            timeout: call.timeout ?? .seconds(30),
            maximumBody: call.maxBody ?? 4 << 20)
        for header in call.secretHeaders {
            request.headers.append((header.name, header.prefix + (try secret(header.reference))))
        }
        if call.certificateReference != nil || call.authorityFile != nil {
            request.tls = HTTPServiceTLS(
                authorityFile: call.authorityFile,
                certificate: try call.certificateReference.map { reference throws(NoAnswer) in try secret(reference) },
                privateKey: try call.privateKeyReference.map { reference throws(NoAnswer) in try secret(reference) })
        }
        let answer = wait(request)
        do throws(Failure) {
            let found = try answer.get()
            let delay = found.headers.first { $0.name.lowercased() == "retry-after" }.flatMap { Int($0.value) }
            return GatewayAnswer(status: found.status, body: found.body, retryAfter: delay)
        } catch {
            throw NoAnswer(.unreachable, "\(error)")
        }
    }

    private func secret(_ reference: String) throws(NoAnswer) -> String {
        guard let value = secrets[reference] else { throw NoAnswer(.secret, "there is no secret '\(reference)'") }
        return value
    }

    /// Stages are synchronous; they run on a thread of their own here, never on one of the concurrency pool.
    private func wait(_ request: HTTPServiceRequest) -> Result<HTTPServiceResponse, Failure> {
        let service = NetHTTPService(transport)
        let box = Mutex<Result<HTTPServiceResponse, Failure>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            do throws(Failure) {
                let answer = try await service.send(request)
                box.withLock { $0 = .success(answer) }
            } catch {
                box.withLock { $0 = .failure(error) }
            }
            done.signal()
        }
        done.wait()
        return box.withLock { $0 } ?? .failure(Failure(.init("test"), "no answer"))
    }
}
