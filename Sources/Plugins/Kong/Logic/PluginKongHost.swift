import Model
package import PluginKit

/// The deployer itself, through PluginKit.
package struct PluginKongHost: KongHost {
    private let context: StageContext
    package init(_ context: StageContext) { self.context = context }

    package func log(_ text: String, level: PluginLog.Level) { context.log(text, level: level) }
    package func report(_ diagnostic: PluginDiagnostic) { context.diagnostic(diagnostic) }
    package func progress(_ share: Double?, _ message: String) { context.progress(share, message) }
    package func output(_ key: String, _ value: String) { context.output(key, value) }
    package func checkpoint(_ state: [UInt8]) { context.checkpoint(state) }
    package func plan(_ changes: [PlanChange]) { context.plan(changes) }

    package func send(_ call: HTTPCall) throws(NoAnswer) -> GatewayAnswer {
        do throws(HostCallFailure) {
            let answer = try context.http.send(call)
            return GatewayAnswer(
                status: answer.status, body: answer.body,
                retryAfter: answer.header("Retry-After").flatMap { Int($0) })
        } catch {
            throw NoAnswer(Self.kind(error), error.message.isEmpty ? "\(error)" : error.message)
        }
    }

    package func run(_ command: ProcessCommand) throws(NoAnswer) -> CommandEnd {
        var command = command
        command.keepOutput = 64 << 10
        do throws(HostCallFailure) {
            let end = try context.process.run(command)
            let message =
                switch end.outcome {
                case .exited(let code): "ended with exit code \(code)"
                case .signalled(let number): "was ended by signal \(number)"
                case .timedOut: "did not end in time"
                case .cancelled: "was cancelled"
                case .notStarted: end.message.isEmpty ? "could not be started" : end.message
                }
            return CommandEnd(succeeded: end.succeeded, message: message, output: end.outputText + end.errorText)
        } catch {
            throw NoAnswer(Self.kind(error), "\(error)")
        }
    }

    package func hasSecret(_ reference: String) -> Bool { (try? context.secrets.exists(reference)) ?? false }

    package var isCancelled: Bool { context.isCancelled }
    package var timeLeft: Duration { context.timeLeft }

    package func pause(_ duration: Duration) { context.pause(for: duration) }

    private static func kind(_ failure: HostCallFailure) -> NoAnswer.Kind {
        switch failure.reason {
        case .notFound: .secret
        case .cancelled, .refused: .cancelled
        case .failed: .unreachable
        default: .refused
        }
    }
}
