import Synchronization

/// Wakes a loop before its time: a patch was pushed, a plugin arrived, the configuration is to be read again.
/// Any number of nudges until the loop looks again are one. One task waits at a time.
final class Nudge: Sendable {
    private struct State {
        var isPending = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    func now() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isPending = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for a nudge, at most as long as given, or until the task is cancelled.
    func wait(atMost duration: Duration) async {
        let timer = Task {
            do { try await Task.sleep(for: duration) } catch { return }
            release()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if state.isPending || Task.isCancelled {
                        state.isPending = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            release()
        }
        timer.cancel()
    }

    private func release() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
