import Model
import Synchronization

/// What waits for others - a remote that answers slowly - and is given up once the daemon is to end.
final class Waits: Sendable {
    private struct State {
        var isEnding = false
        var next = 0
        var endings: [Int: @Sendable () -> Void] = [:]
    }
    private let state = Mutex(State())

    /// The daemon is told to end where it still waits.
    static let ending = Failure.Code("daemon.ending")

    /// Ends everything that waits, now or later.
    func end() {
        let endings = state.withLock { state in
            state.isEnding = true
            defer { state.endings = [:] }
            return Array(state.endings.values)
        }
        for end in endings { end() }
    }

    /// Does some work as a task of its own, which is cancelled by `end`. Throws `daemon.ending` where that broke it off.
    /// - Parameter grace: how long it may go on after the end was asked for.
    func wait<Value: Sendable>(
        atMostAfterEnd grace: Duration = .zero, _ work: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let task = Task { () -> Result<Value, Failure> in
            do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
        }
        let end: @Sendable () -> Void = {
            guard grace > .zero else { return task.cancel() }
            Task {
                try? await Task.sleep(for: grace)
                task.cancel()
            }
        }
        let (number, isLate) = state.withLock { state in
            state.next += 1
            if !state.isEnding { state.endings[state.next] = end }
            return (state.next, state.isEnding)
        }
        if isLate { end() }
        let result = await task.value
        let isEnding = state.withLock { state in
            state.endings[number] = nil
            return state.isEnding
        }
        switch result {
        case .success(let value): return value
        case .failure(let failure):
            guard isEnding else { throw failure }
            throw Failure(Self.ending, "the daemon was asked to end", cause: failure.message)
        }
    }
}
