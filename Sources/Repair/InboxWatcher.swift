package import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Says when something may have arrived in the inbox: the kernel's word (inotify(7)), not a poll.
///
/// One signal stands for any number of files, and the first comes at once, for what lies there already.
package final class InboxWatcher: Sendable {
    package let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let wakeup: Mutex<Int32>

    /// Throws `inbox.unusable` when the folder cannot be watched.
    package init(folder: String) throws(Failure) {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        #if canImport(Glibc)
            let notifier = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
            let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR)
            guard notifier >= 0, inotify_add_watch(notifier, folder, events) >= 0 else {
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
            let pair = WatchedDescriptors(notifier: notifier, stop: ends[0], continuation: continuation)
            Self.startThread(pair)
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
        private struct WatchedDescriptors: Sendable {
            let notifier: Int32
            let stop: Int32
            let continuation: AsyncStream<Void>.Continuation
        }

        private final class Box {
            let value: WatchedDescriptors
            init(_ value: WatchedDescriptors) { self.value = value }
        }

        /// A thread of its own: a blocking poll(2) has no business on the cooperative pool.
        private static func startThread(_ descriptors: WatchedDescriptors) {
            var thread = pthread_t()
            let argument = Unmanaged.passRetained(Box(descriptors)).toOpaque()
            let code = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    let descriptors = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().value
                    InboxWatcher.watch(descriptors)
                    return nil
                }, argument)
            guard code == 0 else {
                Unmanaged<Box>.fromOpaque(argument).release()
                descriptors.continuation.finish()
                return
            }
            pthread_detach(thread)
        }

        private static func watch(_ descriptors: WatchedDescriptors) {
            defer {
                close(descriptors.notifier)
                close(descriptors.stop)
                descriptors.continuation.finish()
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                var polled = [
                    pollfd(fd: descriptors.notifier, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: descriptors.stop, events: Int16(POLLIN), revents: 0),
                ]
                guard poll(&polled, 2, -1) >= 0 else {
                    if errno == EINTR { continue }
                    return
                }
                if polled[1].revents != 0 { return }
                // What the events say does not matter, only that there were some: the folder is read anew.
                while read(descriptors.notifier, &buffer, buffer.count) > 0 {}
                descriptors.continuation.yield()
            }
        }
    #endif
}
