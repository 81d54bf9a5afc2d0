import Model
import Synchronization

/// A stage under way that others may cancel, also before it has begun.
final class StageHandle: Sendable {
    private struct State {
        var task: Task<StageOutcome, any Error>?
        var isCancelled = false
    }
    private let state = Mutex(State())

    func run(_ body: @escaping @Sendable () async throws -> StageOutcome) async throws -> StageOutcome {
        let task = Task { try await body() }
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
        return try await task.value
    }

    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }
}
