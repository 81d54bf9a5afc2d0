import Model
import Net
import Synchronization

/// Remembers what a forge said about its limits, and holds requests back until it wants to hear them.
final class RateGate: Sendable {
    private struct State {
        var closedUntil: Timestamp?
        var reason = ""
        var strikes = 0
        var nextChange: Timestamp?
    }

    private let server: String
    /// Between two requests that change something: GitHub's second limit asks for a second.
    private let spacing: Duration
    private let state = Mutex(State())

    init(server: String, spacing: Duration) {
        self.server = server
        self.spacing = spacing
    }

    func pause(now: Timestamp) -> Duration? {
        state.withLock { state in
            guard let until = state.closedUntil, until > now else { return nil }
            return until - now
        }
    }

    /// - Throws: `forge.rate-limited` while the forge wants to hear nothing.
    func pass(now: Timestamp) throws(Failure) {
        let (pause, reason) = state.withLock { state in
            (state.closedUntil.flatMap { $0 > now ? $0 - now : nil }, state.reason)
        }
        guard let pause else { return }
        throw Self.failure(server, reason, pause)
    }

    static func failure(_ server: String, _ reason: String, _ pause: Duration) -> Failure {
        Failure(
            .forgeRateLimited, "\(server) is asked nothing for \(pause.spoken): \(reason)",
            remedy: "Nothing: it goes on by itself. If it happens often, poll less often or use an App's token.",
            scheduling: .wait(for: server))
    }

    /// How long a request that changes something has to wait for its turn.
    func turn(now: Timestamp) -> Duration {
        state.withLock { state in
            let turn = max(now, state.nextChange ?? now)
            state.nextChange = turn.advanced(by: spacing)
            return turn - now
        }
    }

    /// - Returns: the limit that the answer has met, where it has.
    @discardableResult
    func note(_ response: HTTPTransport.Response, now: Timestamp) -> RateLimit? {
        state.withLock { state in
            guard let limit = RateLimit.read(response, now: now, strikes: state.strikes) else {
                // A forge that answers has got over it.
                if response.status < 400 { state.strikes = 0 }
                return nil
            }
            if limit.isVague { state.strikes += 1 }
            let until = now.advanced(by: limit.pause)
            if until > state.closedUntil ?? now {
                state.closedUntil = until
                state.reason = limit.reason
            }
            return limit
        }
    }
}
