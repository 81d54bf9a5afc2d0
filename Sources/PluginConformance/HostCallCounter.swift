import Model
import Stages
import Synchronization

/// Counts the commands a stage wants and the answers it gets, and strikes at a certain one.
final class HostCallCounter: Sendable {
    private struct State {
        var commands = 0
        var answers = 0
        var command: Int?
        var answer: Int?
        var strike: @Sendable () -> Void = {}
    }
    private let state = Mutex(State())

    var commands: Int { state.withLock { $0.commands } }
    var answers: Int { state.withLock { $0.answers } }

    /// Begins to count anew, and strikes as soon as a command or an answer of this number is due.
    func arm(command: Int? = nil, answer: Int? = nil, _ strike: @escaping @Sendable () -> Void) {
        state.withLock { $0 = State(command: command, answer: answer, strike: strike) }
    }

    func disarm() { arm {} }

    func wrap(_ services: inout HostServices) {
        services.process = services.process.map { CountedProcess(process: $0, counter: self) }
        services.http = services.http.map { CountedHTTP(http: $0, counter: self) }
        services.streams = services.streams.map { CountedStreams(streams: $0, counter: self) }
    }

    /// Whether it struck: then the command is not run.
    fileprivate func takeCommand() -> Bool {
        let strike = state.withLock { state in
            state.commands += 1
            return state.commands == state.command ? state.strike : nil
        }
        strike?()
        return strike != nil
    }

    fileprivate func takeAnswer() {
        let strike = state.withLock { state in
            state.answers += 1
            return state.answers == state.answer ? state.strike : nil
        }
        strike?()
    }
}

private struct CountedProcess: ProcessService {
    let process: any ProcessService
    let counter: HostCallCounter
    func run(
        _ request: ProcessRequest, output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) async -> ProcessResult {
        if counter.takeCommand() { return ProcessResult(end: .cancelled) }
        return await process.run(request, output: output)
    }
}

private struct CountedHTTP: HTTPService {
    let http: any HTTPService
    let counter: HostCallCounter
    func send(_ request: HTTPServiceRequest) async throws(Failure) -> HTTPServiceResponse {
        let answer = try await http.send(request)
        counter.takeAnswer()
        return answer
    }
}

private struct CountedStreams: HTTPStreamService {
    let streams: any HTTPStreamService
    let counter: HostCallCounter
    func open(_ request: HTTPStreamRequest) async throws(Failure) -> any HTTPServiceStream {
        CountedStream(stream: try await streams.open(request), counter: counter)
    }
}

private struct CountedStream: HTTPServiceStream {
    let stream: any HTTPServiceStream
    let counter: HostCallCounter
    func write(_ bytes: [UInt8]) async throws(Failure) { try await stream.write(bytes) }
    func answer() async throws(Failure) -> HTTPServiceResponse {
        let answer = try await stream.answer()
        counter.takeAnswer()
        return answer
    }
    func read(most: Int) async throws(Failure) -> [UInt8]? { try await stream.read(most: most) }
    func close() { stream.close() }
}
