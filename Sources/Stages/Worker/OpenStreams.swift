import Model
import PluginAPI
import Synchronization

/// The exchanges that one operation has open, by number; all of them end with it.
final class OpenStreams: Sendable {
    private struct State {
        var streams: [Int64: any HTTPServiceStream] = [:]
        var last: Int64 = 0
        var isClosed = false
    }
    private let state = Mutex(State())

    /// The number of the stream; nil when there are as many as may be, or the operation is over.
    func add(_ stream: any HTTPServiceStream) -> Int64? {
        state.withLock { state in
            guard !state.isClosed, state.streams.count < Int(DEPLOYER_CAP_STREAMS) else { return nil }
            state.last += 1
            state.streams[state.last] = stream
            return state.last
        }
    }

    subscript(_ number: Int64) -> (any HTTPServiceStream)? { state.withLock { $0.streams[number] } }

    func remove(_ number: Int64) { state.withLock { $0.streams.removeValue(forKey: number) }?.close() }

    func closeAll() {
        let open = state.withLock { state in
            state.isClosed = true
            defer { state.streams = [:] }
            return state.streams
        }
        for stream in open.values { stream.close() }
    }
}
