import Dispatch
package import Model
import Synchronization

/// Shows the lines of a cycle on a descriptor, and in a terminal what is running, on a line of its own at the bottom.
///
/// Nothing here waits for the terminal: one that was stopped (Ctrl-S) makes the daemon drop lines after 8 MB, say how
/// many, and go on. The build log has them all.
package final class Console: Sendable {
    private struct Board {
        var progress = ProgressBoard()
        /// Whether a progress line stands on the terminal now.
        var isDrawn = false
        var drawnAt: ContinuousClock.Instant?
        var isTicking = false
    }

    package let style: ConsoleStyle
    private let descriptor: Int32
    private let writer: LogWriter
    private let board: Shared
    private let now: @Sendable () -> Timestamp

    // A class of its own: the writer's decoration needs it and must not hold the console.
    private final class Shared: Sendable {
        let board = Mutex(Board())
    }

    /// Least time between two drawings of the progress line.
    private static let redraw: Duration = .milliseconds(100)

    /// - Parameters:
    ///   - descriptor: stays the caller's.
    ///   - now: the clock that elapsed times are shown by.
    package init(
        descriptor: Int32, style: ConsoleStyle, now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.descriptor = descriptor
        self.style = style
        self.now = now
        let shared = Shared()
        board = shared
        var decorate: (@Sendable (inout [UInt8]) -> Void)?
        if case .terminal(let colour) = style {
            decorate = { Self.decorate(&$0, shared, descriptor: descriptor, colour: colour, at: now()) }
        }
        writer = LogWriter(
            descriptor: descriptor, ownsDescriptor: false, name: "the console", limit: 8 << 20, interval: 100,
            overflow: .drop, decorate: decorate)
    }

    package func write(_ line: LogLine) {
        writer.append { LineStyle.append(line, style: style, to: &$0) }
    }

    package func write(_ lines: [LogLine]) {
        for line in lines { write(line) }
    }

    /// Puts a stage on the progress line. Without a terminal the three progress methods do nothing.
    package func stageBegan(_ service: ServiceName, _ stage: Stage) {
        change { [now] in $0.began(service, stage, at: now()) }
    }

    /// - Parameter share: done, in 0...1; nil when it is not known.
    package func progress(_ service: ServiceName, _ stage: Stage, share: Double?, message: String) {
        change { $0.progressed(service, stage, share: share, message: message) }
    }

    package func stageEnded(_ service: ServiceName, _ stage: Stage) {
        change { $0.ended(service, stage) }
    }

    /// Returns when everything written so far is shown, or after two seconds of a terminal that takes nothing.
    package func flush() async { await writer.flush(waiting: 2) }

    /// Shows what is left and takes the progress line away. The descriptor stays open; later lines are lost.
    /// Waits two seconds at most.
    package func close() async {
        change { $0 = ProgressBoard() }
        await writer.finish(waiting: 2)
    }

    private func change(_ body: (inout ProgressBoard) -> Void) {
        guard case .terminal = style else { return }
        let mustTick = board.board.withLock { board -> Bool in
            body(&board.progress)
            defer { if !board.progress.isEmpty { board.isTicking = true } }
            return !board.progress.isEmpty && !board.isTicking
        }
        writer.touch()
        if mustTick { Self.tick(board, writer) }
    }

    /// Draws once a second while something runs, so that the seconds are seen to pass; then it stops by itself.
    private static func tick(_ shared: Shared, _ writer: LogWriter) {
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .seconds(1)) {
            let isOver = shared.board.withLock { board -> Bool in
                if board.progress.isEmpty { board.isTicking = false }
                return board.progress.isEmpty
            }
            if isOver { return }
            writer.touch()
            tick(shared, writer)
        }
    }

    /// Takes the progress line away before the lines and puts it back after them, in one write: the two never mix.
    private static func decorate(
        _ bytes: inout [UInt8], _ shared: Shared, descriptor: Int32, colour: Bool, at time: Timestamp
    ) {
        let width = ConsoleStyle.width(of: descriptor) ?? 80
        let clock = ContinuousClock.now
        shared.board.withLock { board in
            // The last column stays free: some terminals break the line as soon as it is filled.
            let line = board.progress.line(width: width - 1, at: time)
            // Too soon after the last drawing: it waits for the next piece, or for the tick.
            let isRecent = board.drawnAt.map { clock - $0 < redraw } ?? false
            if bytes.isEmpty, isRecent, line != nil, board.isDrawn { return }
            if board.isDrawn {
                bytes.insert(contentsOf: "\r\u{1B}[2K".utf8, at: 0)
                board.isDrawn = false
            }
            guard let line else { return }
            bytes.append(contentsOf: (colour ? "\u{1B}[2m\(line)\u{1B}[0m" : line).utf8)
            board.isDrawn = true
            board.drawnAt = clock
        }
    }
}
