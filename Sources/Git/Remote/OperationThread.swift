// libgit2's headers bring pthread types along, and the compiler takes those for the owners of their initialisers.
import CGit2

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A detached thread for one blocking piece of work: what would otherwise hold a thread of the cooperative pool.
enum OperationThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        if launch(work) != 0 {
            // No thread is to be had: late on the caller's thread is better than never.
            perform(work)
        }
    }

    /// Runs `body` on such a thread and waits for it without holding the caller's.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            start { continuation.resume(returning: body()) }
        }
    }

    private static func launch(_ work: UnsafeMutableRawPointer) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 512 * 1024)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
            var thread: pthread_t?
            return pthread_create(
                &thread, &attributes,
                { work in
                    OperationThread.perform(work)
                    return nil
                }, work)
        #else
            var thread = pthread_t()
            return pthread_create(
                &thread, &attributes,
                { work in
                    if let work { OperationThread.perform(work) }
                    return nil
                }, work)
        #endif
    }

    private static func perform(_ work: UnsafeMutableRawPointer) {
        Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
    }
}
