package import Model

/// The lines of a log file, from its end or beginning and on as it grows, over rotation, truncation and the flip of
/// `latest.log`; for `host logs -f`.
///
/// A thread of its own waits for inotify (polls four times a second where there is none) and reads; it pauses while
/// 1 MB of lines waits to be taken. It ends when the loop over the lines does, or its task is cancelled.
package struct LogTail: AsyncSequence, Sendable {
    package typealias Element = String
    package typealias Failure = Model.Failure

    let path: String
    let service: ServiceName?
    let last: Int?
    let follows: Bool

    /// - Parameters:
    ///   - path: a file or a symbolic link to one; with `follows` it may come later, its folder must exist.
    ///   - service: only the lines of a build log that are about it.
    ///   - last: begin with that many lines from the end; nil begins at the beginning.
    ///   - follows: goes on when the end is reached; else the sequence ends there.
    package init(path: String, service: ServiceName? = nil, last: Int? = nil, follows: Bool = true) {
        self.path = path
        self.service = service
        self.last = last
        self.follows = follows
    }

    package func makeAsyncIterator() -> Iterator { Iterator(tail: self) }

    /// Throws `logs.none` where there is no such file (or, following, no such folder), `logs.read` when it cannot be read.
    package struct Iterator: AsyncIteratorProtocol {
        /// Ends the thread when the iterator is gone.
        private final class Life: Sendable {
            let channel: LogTailChannel
            init(_ channel: LogTailChannel) { self.channel = channel }
            deinit { channel.cancel() }
        }

        private let tail: LogTail
        private var life: Life?
        private var batch: ArraySlice<String> = []

        init(tail: LogTail) { self.tail = tail }

        package mutating func next() async throws(Model.Failure) -> String? {
            try await next(isolation: nil)
        }

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(Model.Failure) -> String? {
            if let line = batch.popFirst() { return line }
            if life == nil {
                let channel = try LogTailChannel()
                life = Life(channel)
                LogTailReader.start(tail, channel)
            }
            guard let channel = life?.channel, let lines = try await channel.next() else { return nil }
            batch = lines[...]
            return batch.popFirst()
        }
    }
}
