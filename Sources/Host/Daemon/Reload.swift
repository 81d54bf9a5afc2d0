import Model
import Synchronization

/// Whether somebody asked for the settings to be read again.
final class ReloadRequest: Sendable {
    private struct State {
        var isRequested = false
        var wake: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())

    var isRequested: Bool { state.withLock { $0.isRequested } }
    func clear() { state.withLock { $0.isRequested = false } }
    func onRequest(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }
    func request() {
        let wake = state.withLock { state in
            state.isRequested = true
            return state.wake
        }
        wake?()
    }
}

/// Makes the next generation while the present one still works: one that cannot be made replaces nothing.
final class Reloader: Sendable {
    enum Cause: Sendable { case request, commit }

    let request: ReloadRequest
    private let isChanged: @Sendable () async -> Bool
    private let make: @Sendable () async throws(Failure) -> Generation
    private let failed: @Sendable (Failure, _ isNews: Bool) -> Void
    private let state = Mutex<(next: Generation?, errors: RepeatedErrors)>((nil, RepeatedErrors()))

    /// - Parameters:
    ///   - isChanged: whether a commit says other settings than the present generation works by.
    ///   - failed: told of each generation that could not be made, and whether that is said for the first time.
    init(
        request: ReloadRequest, isChanged: @escaping @Sendable () async -> Bool,
        make: @escaping @Sendable () async throws(Failure) -> Generation,
        failed: @escaping @Sendable (Failure, _ isNews: Bool) -> Void
    ) {
        self.request = request
        self.isChanged = isChanged
        self.make = make
        self.failed = failed
    }

    /// What was made, to take the present generation's place.
    var next: Generation? { state.withLock { $0.next } }

    /// Why there should be another generation; nil where there is no reason.
    func cause() async -> Cause? {
        if request.isRequested { return .request }
        return await isChanged() ? .commit : nil
    }

    /// Returns whether there is a next generation.
    func prepare() async -> Bool {
        // Whoever asks while it is made is not heard by it, and asks for another one.
        request.clear()
        do throws(Failure) {
            let made = try await make()
            state.withLock { $0.next = made }
            return true
        } catch {
            let failure = error
            failed(failure, state.withLock { $0.errors.isWorthTelling(failure) })
            return false
        }
    }
}
