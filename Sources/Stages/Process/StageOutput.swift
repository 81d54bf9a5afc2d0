package import Model
import SupervisorCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Everything the commands of one stage print: all of it into a file, and as much of it as people can use into events.
///
/// A flood must not drown the daemon, its log or its history: after `Options.lines` lines the events hold a counter
/// every other second, and when the stage ends its last lines. The file has everything up to `Options.fileBytes`, and of
/// more the beginning and the end. Memory does not grow with the output. Lines of several commands and of both streams are kept whole in the file, up to `Options.lineBytes`.
package final class StageOutput: Sendable {
    package struct Options: Sendable {
        /// Lines that become events as they come.
        package var lines = 5000
        /// Bytes that become events as they come; the first of both limits counts.
        package var bytes = 4 << 20
        /// Lines shown at the end of a flood.
        package var tailLines = 200
        /// Bytes kept for them.
        package var tailBytes = 65_536
        /// A longer line comes in pieces.
        package var lineBytes = 16_384
        /// Bytes that the file may take; the middle of more is left out.
        package var fileBytes = 64 << 20
        /// Time between two counters in a flood.
        package var noticeInterval: Duration = .seconds(2)
        package init() {}
    }

    /// What a stage has printed in all.
    package struct Summary: Sendable, Hashable {
        package var lines = 0
        package var bytes = 0
        /// Lines that are in the file only.
        package var withheld = 0
        /// Bytes that are not even in the file, because there were too many.
        package var leftOut = 0
        /// Why the file could not be written to its end; nil when it could.
        package var fileError: String?
    }

    private struct State {
        var file: Int32 = -1
        var summary = Summary()
        var sentLines = 0
        var sentBytes = 0
        var lastNotice = 0
        var cut: HeadAndTail
        var tail = OutputTail(limit: 0)
        var isFinished = false
    }

    let options: Options
    private let service: ServiceName?
    private let stage: Stage?
    private let path: String?
    private let events: @Sendable (StageEvent) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - file: absolute path of the file that gets everything, appended to; nil writes none.
    ///   - events: called in the order of the lines, by one thread at a time.
    package init(
        service: ServiceName? = nil, stage: Stage? = nil, file: String?, options: Options = Options(),
        events: @escaping @Sendable (StageEvent) -> Void
    ) {
        self.service = service
        self.stage = stage
        self.options = options
        self.events = events
        path = file
        var state = State(cut: HeadAndTail(limit: options.fileBytes))
        state.tail = OutputTail(limit: options.tailBytes)
        if let file {
            state.file = Files.open(file, O_WRONLY | O_CREAT | O_APPEND, mode: 0o640) ?? -1
            if state.file < 0 { state.summary.fileError = "'\(file)': \(Files.lastError)" }
        }
        let opening = state.summary.fileError
        self.state = Mutex(state)
        if let opening { say("the output is not kept: \(opening)", .warning) }
    }

    deinit { state.withLock { if $0.file >= 0 { close($0.file) } } }

    /// Takes whole lines (or pieces of overlong ones) of one stream.
    func take(_ stream: LogLine.Stream, _ block: UnsafeRawBufferPointer) {
        guard !block.isEmpty else { return }
        let complaint = state.withLock { state -> String? in
            state.summary.bytes += block.count
            let complaint = Self.write(block, &state, path)
            if state.sentLines < options.lines, state.sentBytes < options.bytes {
                send(block, stream, &state)
            } else {
                withhold(block, stream, &state)
            }
            return complaint
        }
        if let complaint { say(complaint, .warning) }
    }

    /// Ends, in the file, a line whose pieces were all taken before.
    func endLine() {
        state.withLock { state in
            state.summary.bytes += 1
            let end: [UInt8] = [UInt8(ascii: "\n")]
            _ = end.withUnsafeBytes { Self.write($0, &state, path) }
        }
    }

    /// Shows the end of a flood and closes the file; what comes later is dropped.
    @discardableResult
    package func finish() -> Summary {
        state.withLock { state in
            guard !state.isFinished else { return state.summary }
            state.isFinished = true
            let complaint = endFile(&state)
            let tail = state.tail.lines(atMost: options.tailLines)
            let hidden = state.summary.withheld - tail.count
            if hidden > 0 { say("… \(hidden) lines are not shown\(whereabouts(state))", .info) }
            for line in tail { show(line.bytes[...], line.stream) }
            state.summary.withheld = max(0, hidden)
            if let complaint { say(complaint, .warning) }
            return state.summary
        }
    }

    // MARK: the file

    private static func write(_ block: UnsafeRawBufferPointer, _ state: inout State, _ path: String?) -> String? {
        guard state.file >= 0 else { return nil }
        let file = state.file
        var isWritten = true
        state.cut.take(block) { isWritten = isWritten && Files.write($0, to: file) }
        return isWritten ? nil : giveUp(&state, path)
    }

    /// Writes the end of what did not fit, and closes the file.
    ///
    /// - Returns: what is to be said of it.
    private func endFile(_ state: inout State) -> String? {
        guard state.file >= 0 else { return nil }
        if state.cut.isCut, !state.cut.end().withUnsafeBytes({ Files.write($0, to: state.file) }) {
            return Self.giveUp(&state, path)
        }
        close(state.file)
        state.file = -1
        state.summary.leftOut = state.cut.leftOut
        guard state.summary.leftOut > 0 else { return nil }
        return
            "\(state.summary.leftOut) of the \(state.summary.bytes) bytes that it printed are left out of \(path ?? "")"
    }

    private static func giveUp(_ state: inout State, _ path: String?) -> String {
        let reason = Files.lastError
        close(state.file)
        state.file = -1
        state.summary.fileError = "'\(path ?? "")': \(reason)"
        return "the rest of the output is not kept: '\(path ?? "")': \(reason)"
    }

    // MARK: events

    private func send(_ block: UnsafeRawBufferPointer, _ stream: LogLine.Stream, _ state: inout State) {
        var rest = block
        while !rest.isEmpty {
            guard state.sentLines < options.lines, state.sentBytes < options.bytes else {
                return withhold(rest, stream, &state)
            }
            let end = rest.firstNewline ?? rest.count
            let count = min(end, options.lineBytes)
            show(UnsafeRawBufferPointer(rebasing: rest[..<count]), stream)
            state.sentLines += 1
            state.sentBytes += count
            state.summary.lines += 1
            let next = count == end ? min(end + 1, rest.count) : count
            rest = UnsafeRawBufferPointer(rebasing: rest[next...])
        }
    }

    private func withhold(_ block: UnsafeRawBufferPointer, _ stream: LogLine.Stream, _ state: inout State) {
        let lines = block.newlines
        state.summary.lines += lines
        state.summary.withheld += lines
        state.tail.append(block, stream)
        let now = Clock.milliseconds
        if state.lastNotice == 0 {
            state.lastNotice = now
            say("… that was line \(state.sentLines); from here on only every now and then\(whereabouts(state))", .info)
        } else if now - state.lastNotice >= Int(options.noticeInterval.wholeMilliseconds) {
            state.lastNotice = now
            say("… \(state.summary.lines) lines so far\(whereabouts(state))", .info)
        }
    }

    private func whereabouts(_ state: State) -> String {
        guard let path else { return "" }
        return state.cut.isCut ? "; the first and the last are in \(path)" : "; all of them are in \(path)"
    }

    private func show(_ bytes: some BidirectionalCollection<UInt8>, _ stream: LogLine.Stream) {
        let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes[...]
        let text = String(decoding: bytes, as: UTF8.self)
        events(.log(LogLine(text, stream: stream, service: service, stage: stage)))
    }

    private func say(_ text: String, _ level: LogLine.Level) {
        events(.log(LogLine(text, level: level, service: service, stage: stage)))
    }
}
