import SupervisorCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Wakes a thread that waits in poll(2): how a task's cancellation reaches a thread of its own.
package final class WakePipe: Sendable {
    /// Becomes readable, and stays so, once `wake` was called.
    package let descriptor: Int32
    private let writeEnd: Int32
    private let woken = Mutex(false)

    /// Nil when the process has no descriptors left.
    package init?() {
        guard let ends = KernelControl.pipe() else { return nil }
        descriptor = ends.read
        writeEnd = ends.write
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    package var isWoken: Bool { woken.withLock { $0 } }

    package func wake() {
        let isFirst = woken.withLock { woken in
            defer { woken = true }
            return !woken
        }
        if isFirst { Files.write([1], to: writeEnd) }
    }
}
