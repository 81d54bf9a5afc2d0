import NIOCore
import Synchronization

/// Keeps the listener free: closes whoever says nothing in time, and for somebody new the oldest of those that have shown
/// no token.
final class ConnectionDesk: Sendable {
    private struct State {
        var table: ConnectionTable<ObjectIdentifier>
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private let state: Mutex<State>
    /// For a request's whole header to come, and between two requests.
    private let headTime: TimeAmount

    init(strangers: Int, admitted: Int, headTime: TimeAmount) {
        state = Mutex(State(table: ConnectionTable(strangers: strangers, admitted: admitted)))
        self.headTime = headTime
    }

    func opened(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let peer = Self.peer(channel.remoteAddress)
        let (turn, evicted) = state.withLock { state in
            let (turn, evicted) = state.table.opened(key, peer: peer)
            state.channels[key] = channel
            return (turn, evicted.flatMap { state.channels[$0] })
        }
        channel.closeFuture.whenComplete { [weak self] _ in self?.closed(key) }
        evicted?.close(promise: nil)
        expect(channel, turn)
    }

    func asks(_ channel: any Channel) { state.withLock { $0.table.asks(ObjectIdentifier(channel)) } }

    /// - Returns: false where as many are answered already as are at a time.
    func admit(_ channel: any Channel) -> Bool { state.withLock { $0.table.admit(ObjectIdentifier(channel)) } }

    func answered(_ channel: any Channel) {
        guard let turn = state.withLock({ $0.table.answered(ObjectIdentifier(channel)) }) else { return }
        expect(channel, turn)
    }

    private func expect(_ channel: any Channel, _ turn: UInt64) {
        let key = ObjectIdentifier(channel)
        let task = channel.eventLoop.scheduleTask(in: headTime) { [weak self] in
            guard let self, self.state.withLock({ $0.table.isWaiting(key, since: turn) }) else { return }
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in task.cancel() }
    }

    private func closed(_ key: ObjectIdentifier) {
        state.withLock { state in
            state.table.closed(key)
            state.channels[key] = nil
        }
    }

    /// Of IPv6 the network: who has one address there has all of them.
    private static func peer(_ address: SocketAddress?) -> String {
        let text = address?.ipAddress ?? ""
        // Of IPv4, or one of those written as IPv6.
        guard text.contains(":"), !text.contains(".") else { return text }
        let halves = text.prefix { $0 != "%" }.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        let head = halves[0].split(separator: ":")
        let tail = halves.count > 1 ? halves[1].split(separator: ":") : []
        let gap = Array(repeating: Substring("0"), count: max(0, 8 - head.count - tail.count))
        return (head + gap + tail).prefix(4).joined(separator: ":")
    }
}
