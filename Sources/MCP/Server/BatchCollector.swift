import Model
import Synchronization

/// Waits for the answers of one batch, to send them together.
final class BatchCollector: Sendable {
    private let state: Mutex<(missing: Int, answers: [JSONValue])>
    private let send: @Sendable (JSONValue) -> Void

    init(expected: Int, send: @escaping @Sendable (JSONValue) -> Void) {
        state = Mutex((expected, []))
        self.send = send
    }

    /// - Parameter answer: nil for a message that gets none.
    func add(_ answer: JSONValue?) {
        let whole = state.withLock { state -> [JSONValue]? in
            state.missing -= 1
            if let answer { state.answers.append(answer) }
            return state.missing == 0 ? state.answers : nil
        }
        // Of notifications alone nothing comes back.
        if let whole, !whole.isEmpty { send(.array(whole)) }
    }
}
