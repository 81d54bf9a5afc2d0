import Model
import PluginAPI
import Synchronization

/// Serves the host services that one operation calls: each call is a task of its own, ended with the operation.
final class HostCallServer: Sendable {
    struct Context: Sendable {
        var operation: UInt64
        var request: StageRequest
        var services: HostServices
        /// Ids this plugin is offered.
        var offered: Set<String>
        var maySeePlainSecrets: Bool
        /// When the stage's time is over.
        var deadline: ContinuousClock.Instant
        var output: StageOutput
        /// Takes a line for the log of the stage.
        var note: @Sendable (String) -> Void
        /// Queues a frame for the worker; `waits` may hold the calling thread.
        var send: @Sendable (_ frame: [UInt8], _ waits: Bool) -> Void
    }

    private static let most = 16

    private struct State {
        var tasks: [Int64: Task<Void, Never>] = [:]
        var isClosed = false
        /// The stage is to end: a call that comes now ends at once.
        var isCancelled = false
    }

    private let context: Context
    private let state = Mutex(State())
    let streams = OpenStreams()

    init(_ context: Context) { self.context = context }

    /// Starts serving a call. Returns what is wrong with it; nil when it will be answered.
    func serve(_ fields: WireFields) -> String? {
        let number = fields.number(.call)
        guard number > 0, let function = WireFunction(rawValue: fields.number(.function)) else {
            return "a call of an unknown function"
        }
        guard context.offered.contains(function.service) else { return "a call of a service it is not offered" }
        let isAccepted = state.withLock { state -> Bool in
            guard !state.isClosed, state.tasks.count < Self.most, state.tasks[number] == nil else { return false }
            let task = Task.detached {
                let reply = await self.answer(function, number, fields)
                self.context.send(reply.finished(), false)
                self.state.withLock { _ = $0.tasks.removeValue(forKey: number) }
            }
            state.tasks[number] = task
            if state.isCancelled { task.cancel() }
            return true
        }
        if !isAccepted {
            var reply = Self.reply(context.operation, number, DEPLOYER_CALL_FAILED)
            reply.put(.message, "more than \(Self.most) calls at a time")
            context.send(reply.finished(), false)
        }
        return nil
    }

    /// Ends the calls under way; they are still answered.
    func cancel() {
        let tasks = state.withLock { state in
            state.isCancelled = true
            return state.tasks
        }
        for task in tasks.values { task.cancel() }
    }

    /// Ends the calls under way and returns when nothing of them is left.
    func close() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return state.tasks
        }
        for task in tasks.values { task.cancel() }
        for task in tasks.values { await task.value }
        streams.closeAll()
    }

    private func answer(_ function: WireFunction, _ number: Int64, _ fields: WireFields) async -> WireFrame {
        do throws(Refusal) {
            switch function {
            case .processRun: return try await runProcess(fields, number)
            case .httpSend: return try await sendHTTP(fields, number)
            case .secretExists: return try await findSecret(fields, number, reveals: false)
            case .secretReveal: return try await findSecret(fields, number, reveals: true)
            case .superviseStart: return try await startService(fields, number)
            case .superviseStop, .superviseStatus: return try await askService(function, fields, number)
            case .streamOpen: return try await openStream(fields, number)
            case .streamWrite, .streamAnswer, .streamRead, .streamClose:
                return try await useStream(function, fields, number)
            }
        } catch {
            var reply = reply(number, error.code)
            reply.put(.message, context.services.masker.mask(error.message))
            if !error.message.isEmpty, error.code != DEPLOYER_CALL_FAILED {
                // There is no place for a text beside these codes; whoever reads the log learns the reason.
                context.note("\(function.service): \(error.message)")
            }
            return reply
        }
    }

    /// A call that does not do what was asked.
    struct Refusal: Error {
        var code: Int32
        var message: String
        init(_ code: Int32, _ message: String) {
            self.code = code
            self.message = message
        }
        init(_ failure: Failure) { self.init(DEPLOYER_CALL_FAILED, "\(failure)") }
    }

    func reply(_ number: Int64, _ code: Int32) -> WireFrame { Self.reply(context.operation, number, code) }

    private static func reply(_ operation: UInt64, _ number: Int64, _ code: Int32) -> WireFrame {
        var frame = WireFrame(.reply, operation: operation)
        frame.put(.call, number)
        frame.put(.result, Int64(code))
        return frame
    }

    var surroundings: Context { context }

    // MARK: what several calls need

    /// The time a call may take: what it asks for, never beyond the stage's deadline.
    func timeout(_ asked: Int64, default fallback: Duration? = nil) -> Duration {
        let left = max(ContinuousClock.now.duration(to: context.deadline), .zero)
        let wanted = asked > 0 ? Duration.milliseconds(asked) : fallback
        return wanted.map { min($0, left) } ?? left
    }

    /// Values completed with their secrets.
    func completed(_ fields: WireFields) async throws(Refusal) -> [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        for item in fields.all(.secret) {
            let item = WireFields(item)
            let value = try await resolve(item.text(.reference))
            result.append((item.text(.name), item.text(.prefix) + value))
        }
        return result
    }

    func resolve(_ reference: String) async throws(Refusal) -> String {
        guard let secrets = context.services.secrets else {
            throw Refusal(DEPLOYER_CALL_NOT_FOUND, "the host has no secrets; '\(reference)' was asked for")
        }
        do throws(Failure) {
            return try await secrets.resolve(reference)
        } catch {
            throw Refusal(
                error.code == .secretMissing ? DEPLOYER_CALL_NOT_FOUND : DEPLOYER_CALL_FAILED, "\(error)")
        }
    }

    /// The environment of a child: the allow-list, what the plugin sets, the secrets.
    func environment(_ fields: WireFields) async throws(Refusal) -> [String: String] {
        var set: [String: String] = [:]
        for (name, value) in fields.pairs(.environment) + (try await completed(fields)) {
            guard !name.isEmpty, !name.utf8.contains(0), !name.utf8.contains(UInt8(ascii: "=")), !value.utf8.contains(0)
            else { throw Refusal(DEPLOYER_CALL_INVALID, "'\(name)' cannot be an environment variable") }
            set[name] = value
        }
        return ChildEnvironment.make(
            inheriting: fields.texts(.inherit), setting: set, from: context.services.environment)
    }

    /// argv without what execve cannot pass on.
    func arguments(_ fields: WireFields) throws(Refusal) -> [String] {
        let arguments = fields.texts(.argument)
        guard let name = arguments.first, !name.isEmpty, !arguments.contains(where: { $0.utf8.contains(0) }) else {
            throw Refusal(DEPLOYER_CALL_INVALID, "a command needs a program, and no argument may hold a zero byte")
        }
        return arguments
    }
}

extension WireFunction {
    /// The service a function belongs to.
    var service: String {
        switch self {
        case .processRun: "process/1"
        case .httpSend: "http/1"
        case .secretExists, .secretReveal: "secret/1"
        case .superviseStart, .superviseStop, .superviseStatus: "supervise/1"
        case .streamOpen, .streamWrite, .streamAnswer, .streamRead, .streamClose: "http-stream/1"
        }
    }
}
