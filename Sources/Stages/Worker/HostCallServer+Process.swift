import Model
import PluginAPI
import Synchronization

extension HostCallServer {
    private static let mostOutput: Int64 = 15 << 20

    /// `process/1`: runs a command; its output goes, masked, into the log, to the plugin and into the answer.
    func runProcess(_ fields: WireFields, _ number: Int64) async throws(Refusal) -> WireFrame {
        guard let process = surroundings.services.process else { throw Refusal(DEPLOYER_CALL_UNSUPPORTED, "") }
        let flags = UInt32(clamping: fields.number(.flags))
        let asked = fields.number(.maximum)
        let limit = flags & DEPLOYER_PROCESS_WANT_OUTPUT == 0 ? 0 : min(asked > 0 ? asked : 4 << 20, Self.mostOutput)
        let directory = fields.text(.directory)
        var request = ProcessRequest(
            // A name of its own: by it the runner finds what this command leaves behind, and nothing else of the stage.
            operation: "\(surroundings.request.operation).\(number)", arguments: try arguments(fields),
            directory: directory.isEmpty ? surroundings.request.sourceDirectory : directory,
            environment: try await environment(fields), input: Array(fields.bytes(.input) ?? []),
            timeout: timeout(fields.number(.milliseconds)))
        if let folders = surroundings.request.confinedTo, let confinement = surroundings.services.confinement {
            request = confinement.confined(request, to: folders)
        }
        let log: OutputCapture? = flags & DEPLOYER_PROCESS_QUIET == 0 ? OutputCapture(surroundings.output) : nil
        let passage = OutputPassage(
            masker: surroundings.services.masker, log: log, limit: Int(limit),
            chunk: fields.number(.stream) == 0 ? nil : chunkSender(number))
        let result = await process.run(request) { passage.take($0, $1) }
        // What was held back may have to wait until the plugin takes it.
        let kept = await DedicatedThread.run { passage.finish() }

        var reply = reply(number, DEPLOYER_CALL_OK)
        put(result.end, arguments: try arguments(fields), into: &reply)
        reply.put(.duration, result.duration.wholeMicroseconds)
        var cut: UInt32 = 0
        if kept.isOutputCut { cut |= DEPLOYER_PROCESS_OUTPUT_CUT }
        if kept.isErrorCut { cut |= DEPLOYER_PROCESS_ERROR_CUT }
        reply.put(.flags, Int64(cut))
        reply.put(.out, kept.output)
        reply.put(.err, kept.error)
        return reply
    }

    private func put(_ end: ProcessResult.End, arguments: [String], into reply: inout WireFrame) {
        let (outcome, code, message): (Int32, Int32, String) =
            switch end {
            case .exited(let code): (DEPLOYER_PROCESS_EXITED, code, "")
            case .signalled(let signal):
                (DEPLOYER_PROCESS_SIGNALLED, signal, "'\(arguments[0])' was ended by \(SignalName.name(signal))")
            case .timedOut: (DEPLOYER_PROCESS_TIMED_OUT, 0, "'\(arguments[0])' took too long and was ended")
            case .cancelled: (DEPLOYER_PROCESS_CANCELLED, 0, "'\(arguments[0])' was ended: the stage was cancelled")
            case .notStarted(let code, let reason): (DEPLOYER_PROCESS_NOT_STARTED, code, reason)
            }
        reply.put(.outcome, Int64(outcome))
        reply.put(.exit, Int64(code))
        reply.put(.message, surroundings.services.masker.mask(message))
    }

    private func chunkSender(_ number: Int64) -> @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void {
        let operation = surroundings.operation
        let send = surroundings.send
        return { stream, bytes in
            var frame = WireFrame(.chunk, operation: operation)
            frame.put(.call, number)
            frame.put(.stream, Int64(stream == .standardError ? DEPLOYER_STREAM_STDERR : DEPLOYER_STREAM_STDOUT))
            frame.put(.out, bytes)
            send(frame.finished(), true)
        }
    }
}

/// The way of one command's output: masked once, then to the log, to the plugin, and into memory up to a limit.
private final class OutputPassage: Sendable {
    struct Kept {
        var output: [UInt8] = []
        var error: [UInt8] = []
        var isOutputCut = false
        var isErrorCut = false
    }
    private struct State {
        var masks: [ProcessOutput: SecretMasker.Stream]
        var kept = Kept()
    }

    private let log: OutputCapture?
    private let limit: Int
    private let chunk: (@Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void)?
    private let state: Mutex<State>

    init(
        masker: SecretMasker, log: OutputCapture?, limit: Int,
        chunk: (@Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void)?
    ) {
        self.log = log
        self.limit = limit
        self.chunk = chunk
        state = Mutex(State(masks: [.standardOutput: masker.stream(), .standardError: masker.stream()]))
    }

    func take(_ stream: ProcessOutput, _ piece: UnsafeRawBufferPointer) {
        state.withLock { state in
            guard var mask = state.masks.removeValue(forKey: stream) else { return }
            mask.process(piece) { pass(stream, $0, &state.kept) }
            state.masks[stream] = mask
        }
    }

    /// Call it when the command has ended.
    func finish() -> Kept {
        state.withLock { state in
            for stream in [ProcessOutput.standardOutput, .standardError] {
                guard var mask = state.masks.removeValue(forKey: stream) else { continue }
                mask.finish { pass(stream, $0, &state.kept) }
            }
            log?.finish()
            return state.kept
        }
    }

    private func pass(_ stream: ProcessOutput, _ bytes: UnsafeRawBufferPointer, _ kept: inout Kept) {
        log?.receive(stream, bytes)
        chunk?(stream, bytes)
        guard limit > 0 else { return }
        if stream == .standardOutput {
            kept.isOutputCut = kept.isOutputCut || bytes.count > limit - kept.output.count
            kept.output.append(contentsOf: bytes.prefix(limit - kept.output.count))
        } else {
            kept.isErrorCut = kept.isErrorCut || bytes.count > limit - kept.error.count
            kept.error.append(contentsOf: bytes.prefix(limit - kept.error.count))
        }
    }
}
