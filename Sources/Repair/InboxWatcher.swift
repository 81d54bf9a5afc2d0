package import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Says when something may have arrived in the inbox: the kernel's word (inotify(7)), not a poll.
///
/// One signal stands for any number of files, and the first comes at once, for what lies there already. A folder that
/// is removed or moved away is made again and watched.
package final class InboxWatcher: Sendable {
    package let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let wakeup: Mutex<Int32>

    /// - Parameter prepare: makes the folder where it is missing; asked on a thread of the watcher's own.
    ///
    /// Throws `inbox.unusable` when the folder cannot be watched.
    package init(folder: String, prepare: @escaping @Sendable () throws(Failure) -> Void) throws(Failure) {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        #if canImport(Glibc)
            let notifier = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
            let events = InboxEvents(notifier: notifier, folder: folder, prepare: prepare)
            guard notifier >= 0, events.watch() else {
                let cause = String(cString: strerror(errno))
                if notifier >= 0 { close(notifier) }
                throw Failure(
                    .init("inbox.unusable"), "cannot watch '\(folder)'",
                    remedy: "make the folder, or raise fs.inotify.max_user_watches", cause: cause)
            }
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0, fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0
            else {
                let cause = String(cString: strerror(errno))
                close(notifier)
                throw Failure(.init("inbox.unusable"), "cannot watch '\(folder)'", cause: cause, scheduling: .retry)
            }
            wakeup = Mutex(ends[1])
            continuation.yield()
            Self.startThread(Watched(events: events, stop: ends[0], continuation: continuation))
        #else
            throw Failure(.init("inbox.unusable"), "the inbox can only be watched on Linux")
        #endif
    }

    /// Ends the stream and the thread behind it.
    package func stop() {
        continuation.finish()
        #if canImport(Glibc)
            wakeup.withLock { descriptor in
                guard descriptor >= 0 else { return }
                // The watching thread sees the end of the pipe.
                close(descriptor)
                descriptor = -1
            }
        #endif
    }

    #if canImport(Glibc)
        /// What the thread owns.
        private final class Watched {
            let events: InboxEvents
            let stop: Int32
            let continuation: AsyncStream<Void>.Continuation
            init(events: InboxEvents, stop: Int32, continuation: AsyncStream<Void>.Continuation) {
                self.events = events
                self.stop = stop
                self.continuation = continuation
            }
        }

        /// A thread of its own: a blocking poll(2) has no business on the cooperative pool.
        private static func startThread(_ watched: Watched) {
            var thread = pthread_t()
            let argument = Unmanaged.passRetained(watched).toOpaque()
            let code = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    InboxWatcher.watch(Unmanaged<Watched>.fromOpaque(argument).takeRetainedValue())
                    return nil
                }, argument)
            guard code == 0 else {
                Unmanaged<Watched>.fromOpaque(argument).release()
                watched.continuation.finish()
                return
            }
            pthread_detach(thread)
        }

        /// Between two tries to watch a folder that is gone, in milliseconds.
        private static let patience: Int32 = 1000

        private static func watch(_ watched: Watched) {
            let events = watched.events
            defer {
                close(events.notifier)
                close(watched.stop)
                watched.continuation.finish()
            }
            while true {
                var polled = [
                    pollfd(fd: events.notifier, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: watched.stop, events: Int16(POLLIN), revents: 0),
                ]
                guard poll(&polled, 2, events.isWatching ? -1 : patience) >= 0 else {
                    if errno == EINTR { continue }
                    return
                }
                if polled[1].revents != 0 { return }
                var isWorthALook = events.read()
                // What was put into a new folder before it was watched has been announced by nobody.
                if !events.isWatching, events.watch() { isWorthALook = true }
                if isWorthALook { watched.continuation.yield() }
            }
        }
    #endif
}
