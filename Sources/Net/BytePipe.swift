import Synchronization

/// A short line of bytes between two tasks: whoever puts waits while enough lies in it, whoever takes waits while nothing
/// does. One putter, one taker.
final class BytePipe: Sendable {
    enum End: Sendable {
        case whole
        case broken(any Error)
    }
    private struct State {
        var pieces: [[UInt8]] = []
        var size = 0
        var end: End?
        var waiting: [Side: CheckedContinuation<Void, Never>] = [:]
    }
    private enum Side { case putter, taker }

    /// Bytes that make the putter wait.
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Returns once less than the limit lies here; false when nobody takes any more.
    func put(_ bytes: [UInt8]) async -> Bool {
        let (isOpen, taker) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.end == nil else { return (false, nil) }
            if !bytes.isEmpty {
                state.pieces.append(bytes)
                state.size += bytes.count
            }
            return (true, state.waiting.removeValue(forKey: .taker))
        }
        taker?.resume()
        guard isOpen else { return false }
        while !Task.isCancelled {
            let verdict = state.withLock { state in state.end != nil ? false : state.size < limit ? true : nil as Bool? }
            if let verdict { return verdict }
            await wait(.putter) { $0.end != nil || $0.size < self.limit }
        }
        return false
    }

    /// The next bytes, at least one and at most `most`; nil at the end.
    ///
    /// - Throws: what it was broken off with; `CancellationError`.
    func take(most: Int) async throws -> [UInt8]? {
        while true {
            try Task.checkCancellation()
            let (bytes, end, putter) = state.withLock { state in Self.next(&state, most: most, limit: limit) }
            putter?.resume()
            if let bytes { return bytes }
            switch end {
            case .whole: return nil
            case .broken(let error): throw error
            case nil: await wait(.taker) { $0.end != nil || !$0.pieces.isEmpty }
            }
        }
    }

    /// What lies here can still be taken; the first end stands.
    func finish(_ end: End) {
        let waiting = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume() }
    }

    private static func next(
        _ state: inout State, most: Int, limit: Int
    ) -> ([UInt8]?, End?, CheckedContinuation<Void, Never>?) {
        guard var bytes = state.pieces.first else { return (nil, state.end, nil) }
        var used = 1
        while used < state.pieces.count, bytes.count + state.pieces[used].count <= most {
            bytes.append(contentsOf: state.pieces[used])
            used += 1
        }
        state.pieces.removeFirst(used)
        if bytes.count > most {
            state.pieces.insert(Array(bytes[most...]), at: 0)
            bytes.removeSubrange(most...)
        }
        state.size -= bytes.count
        return (bytes, nil, state.size < limit ? state.waiting.removeValue(forKey: .putter) : nil)
    }

    /// Until somebody wakes this side, or the task is cancelled. The caller looks again.
    private func wait(_ side: Side, unless isReady: @Sendable (State) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard !Task.isCancelled, !isReady(state) else { return false }
                    state.waiting[side] = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: side) }?.resume()
        }
    }
}

extension BytePipe: AsyncSequence {
    struct AsyncIterator: AsyncIteratorProtocol {
        let pipe: BytePipe
        func next() async throws -> [UInt8]? { try await pipe.take(most: 1 << 20) }
    }
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pipe: self) }
}
