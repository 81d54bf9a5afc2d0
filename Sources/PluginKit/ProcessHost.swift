internal import PluginAPI

/// A value that the host completes with a secret's plain text; the plugin never sees it.
public struct SecretValue: Sendable, Hashable {
    /// Name of the header or of the environment variable.
    public var name: String
    /// What stands before the secret: `Bearer `.
    public var prefix: String
    /// `env:NAME`, `file:/path` or a name that the operator's configuration defines.
    public var reference: String
    public init(_ name: String, prefix: String = "", reference: String) {
        self.name = name
        self.prefix = prefix
        self.reference = reference
    }
}

/// A command for the host to run: argv, no shell. The host ends it with its whole tree.
public struct ProcessCommand: Sendable {
    /// The first is an absolute path, or a name found in the host's `PATH`.
    public var arguments: [String]
    /// Absolute; nil is the stage's source folder.
    public var directory: String?
    public var environment: [String: String] = [:]
    public var secretEnvironment: [SecretValue] = []
    /// Names of the host's variables to pass on. `PATH`, `HOME`, `TMPDIR`, `LANG` and `TZ` always are; the host's own
    /// secrets never.
    public var inherit: [String] = []
    public var input: [UInt8] = []
    /// nil: until the stage's deadline; never beyond it.
    public var timeout: Duration?
    /// Bytes of each output to hand back; nil hands back nothing. At most 15 MiB.
    public var keepOutput: Int?
    /// Keeps what it prints out of the log.
    public var isQuiet = false

    public init(_ arguments: [String], directory: String? = nil, keepOutput: Int? = nil) {
        self.arguments = arguments
        self.directory = directory
        self.keepOutput = keepOutput
    }
}

/// How a command ended.
public struct ProcessEnd: Sendable {
    public enum Outcome: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut
        case cancelled
        /// With errno, or 0.
        case notStarted(Int32)
    }
    public var outcome: Outcome
    /// For people, when it was not simply an exit.
    public var message: String
    public var duration: Duration
    public var output: [UInt8]
    public var error: [UInt8]
    /// True when there was more than was kept.
    public var isOutputCut: Bool
    public var isErrorCut: Bool
    public var succeeded: Bool { outcome == .exited(0) }
    public var outputText: String { String(decoding: output, as: UTF8.self) }
    public var errorText: String { String(decoding: error, as: UTF8.self) }
}

/// `process/1`.
public struct ProcessHost: Sendable {
    public enum Stream: Sendable { case standardOutput, standardError }

    private let host: HostCalls
    init(_ host: HostCalls) { self.host = host }

    /// Runs a command to its end. A non-zero exit, a signal, a timeout are results.
    ///
    /// - Parameter onOutput: what it prints, as it comes, cut anywhere, secrets masked; called on this thread. While it
    ///   does not return the child is slowed down.
    /// - Throws: when the host does not offer `process/1`, refuses the arguments or has no such secret.
    public func run(
        _ command: ProcessCommand, onOutput: ((Stream, UnsafeBufferPointer<UInt8>) -> Void)? = nil
    ) throws(HostCallFailure) -> ProcessEnd {
        guard let table = host.process, let run = table.run else { throw .init("process/1 run", code: 8) }
        let arena = Arena()
        var request = deployer_process_request()
        request.size = UInt64(MemoryLayout<deployer_process_request>.size)
        (request.arguments, request.argument_count) = arena.strings(command.arguments)
        request.directory = arena.string(command.directory ?? "")
        (request.environment, request.environment_count) = arena.pairs(command.environment)
        (request.secret_environment, request.secret_environment_count) = arena.secrets(command.secretEnvironment)
        (request.inherit, request.inherit_count) = arena.strings(command.inherit)
        request.input = arena.bytes(command.input)
        request.timeout_ms = command.timeout.map(milliseconds) ?? 0
        if let kept = command.keepOutput {
            request.flags |= DEPLOYER_PROCESS_WANT_OUTPUT
            request.max_output = UInt64(max(kept, 1))
        }
        if command.isQuiet { request.flags |= DEPLOYER_PROCESS_QUIET }

        let call = ProcessCall(onOutput)
        let context = Unmanaged.passUnretained(call).toOpaque()
        if onOutput != nil {
            request.output_context = context
            request.output = { context, stream, chunk in
                guard let context else { return }
                let call = Unmanaged<ProcessCall>.fromOpaque(context).takeUnretainedValue()
                call.onOutput?(
                    stream == DEPLOYER_STREAM_STDERR ? .standardError : .standardOutput,
                    UnsafeBufferPointer(start: chunk.data, count: Int(chunk.length)))
            }
        }
        let code = withExtendedLifetime((arena, call)) {
            run(host.context, host.operation, &request, context) { context, result in
                guard let context, let result else { return }
                Unmanaged<ProcessCall>.fromOpaque(context).takeUnretainedValue().end = ProcessEnd(sized(result))
            }
        }
        guard code == DEPLOYER_CALL_OK, let end = call.end else { throw .init("process/1 run", code: code) }
        return end
    }
}

private final class ProcessCall {
    let onOutput: ((ProcessHost.Stream, UnsafeBufferPointer<UInt8>) -> Void)?
    var end: ProcessEnd?
    init(_ onOutput: ((ProcessHost.Stream, UnsafeBufferPointer<UInt8>) -> Void)?) { self.onOutput = onOutput }
}

extension ProcessEnd {
    fileprivate init(_ result: deployer_process_result) {
        outcome =
            switch result.outcome {
            case DEPLOYER_PROCESS_EXITED: .exited(result.code)
            case DEPLOYER_PROCESS_SIGNALLED: .signalled(result.code)
            case DEPLOYER_PROCESS_TIMED_OUT: .timedOut
            case DEPLOYER_PROCESS_CANCELLED: .cancelled
            default: .notStarted(result.code)
            }
        message = String(result.message)
        duration = .microseconds(Int64(clamping: result.duration_us))
        output = [UInt8](result.output)
        error = [UInt8](result.error)
        isOutputCut = result.flags & DEPLOYER_PROCESS_OUTPUT_CUT != 0
        isErrorCut = result.flags & DEPLOYER_PROCESS_ERROR_CUT != 0
    }
}
