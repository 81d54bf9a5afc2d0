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

    /// - Parameters:
    ///   - prepare: makes the folder where it is missing; asked on a thread of the watcher's own.
    ///   - unwatched: told the cause where a folder that was made again cannot be watched; there is a signal each second then.
    ///
    /// Throws `inbox.unwatched` when the kernel does not let it watch.
    package convenience init(
        folder: String, prepare: @escaping @Sendable () throws(Failure) -> Void,
        unwatched: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(Failure) {
        try self.init(folder: folder, prepare: prepare, unwatched: unwatched, startThread: Self.startThread)
    }

    /// - Parameter startThread: runs something on a thread of its own; returns what pthread_create(3) does.
    init(
        folder: String, prepare: @escaping @Sendable () throws(Failure) -> Void,
        unwatched: @escaping @Sendable (String) -> Void, startThread: (@escaping @Sendable () -> Void) -> Int32
    ) throws(Failure) {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        #if canImport(Glibc)
            let notifier = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
            guard notifier >= 0 else {
                throw Self.failure(folder, errno, remedy: "raise fs.inotify.max_user_instances")
            }
            let events = InboxEvents(notifier: notifier, folder: folder, prepare: prepare)
            guard events.watch() else {
                let error = errno
                close(notifier)
                throw Self.failure(folder, error, remedy: "raise fs.inotify.max_user_watches")
            }
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
                let error = errno
                for descriptor in [notifier] + ends where descriptor >= 0 { close(descriptor) }
                throw Self.failure(folder, error, remedy: "raise the limit of open files")
            }
            wakeup = Mutex(ends[1])
            continuation.yield()
            let watched = Watched(
                events: events, stop: ends[0], continuation: continuation, unwatched: unwatched)
            let code = startThread { watched.watch() }
            guard code == 0 else {
                for descriptor in [notifier] + ends { close(descriptor) }
                throw Self.failure(folder, code, remedy: "raise the limit of threads")
            }
        #else
            throw Failure(.init("inbox.unwatched"), "the inbox can only be watched on Linux")
        #endif
    }

    private static func failure(_ folder: String, _ error: Int32, remedy: String) -> Failure {
        Failure(
            .init("inbox.unwatched"), "cannot watch '\(folder)'", remedy: remedy,
            cause: String(cString: strerror(error)), scheduling: .retry)
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
        private final class Work {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }

        /// A thread of its own: a blocking poll(2) has no business on the cooperative pool.
        private static func startThread(_ run: @escaping @Sendable () -> Void) -> Int32 {
            var thread = pthread_t()
            let argument = Unmanaged.passRetained(Work(run)).toOpaque()
            let code = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                }, argument)
            if code == 0 { pthread_detach(thread) } else { Unmanaged<Work>.fromOpaque(argument).release() }
            return code
        }

        /// What the thread works with; nobody else touches the events once it runs.
        private struct Watched: @unchecked Sendable {
            let events: InboxEvents
            let stop: Int32
            let continuation: AsyncStream<Void>.Continuation
            let unwatched: @Sendable (String) -> Void

            /// Between two tries to watch a folder that is gone, in milliseconds.
            private static let patience: Int32 = 1000

            func watch() {
                defer {
                    close(events.notifier)
                    close(stop)
                    continuation.finish()
                }
                var isTold = false
                while true {
                    var polled = [
                        pollfd(fd: events.notifier, events: Int16(POLLIN), revents: 0),
                        pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
                    ]
                    guard poll(&polled, 2, events.isWatching ? -1 : Self.patience) >= 0 else {
                        if errno == EINTR { continue }
                        return
                    }
                    if polled[1].revents != 0 { return }
                    var isWorthALook = events.read()
                    if !events.isWatching {
                        // What was put into a new folder before it was watched has been announced by nobody.
                        if events.watch() {
                            (isWorthALook, isTold) = (true, false)
                        } else if events.isThere {
                            if !isTold { unwatched(String(cString: strerror(errno))) }
                            (isWorthALook, isTold) = (true, true)
                        }
                    }
                    if isWorthALook { continuation.yield() }
                }
            }
        }
    #endif
}
