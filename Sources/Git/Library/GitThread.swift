import Dispatch
import Model

/// A serial queue as an actor's executor: libgit2 may block on the disk, and must not do so on the cooperative pool.
final class GitThread: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Runs `body` on the queue, for work that belongs to no actor (yet).
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () -> Swift.Result<Result, Failure>
    ) async throws(Failure) -> Result {
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
        return try result.get()
    }
}
