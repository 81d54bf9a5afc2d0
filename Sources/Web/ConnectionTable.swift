/// Who is connected, how far he is, and who has to go for somebody new. A value without I/O and clock.
///
/// Whoever is not let in yet - nothing sent, half a header, no token, a body that does not come - takes a place that the
/// next one may need more: a stranger can make such connections by the thousand.
struct ConnectionTable<Key: Hashable & Sendable>: Sendable {
    private enum Stage { case waiting, asking, admitted }

    private struct Entry {
        var peer: String
        var stage = Stage.waiting
        /// When it began to wait, as a number that only grows.
        var turn: UInt64
    }

    /// Connections of those that are not let in.
    let strangers: Int
    /// Requests of those that are.
    let admitted: Int
    private var entries: [Key: Entry] = [:]
    private var turn: UInt64 = 0

    init(strangers: Int, admitted: Int) {
        self.strangers = strangers
        self.admitted = admitted
    }

    /// - Parameter peer: who it comes from; whoever holds the most places loses one first.
    /// - Returns: the turn in which its request is waited for, and who has to go for it.
    mutating func opened(_ key: Key, peer: String) -> (turn: UInt64, evicted: Key?) {
        turn += 1
        entries[key] = Entry(peer: peer, turn: turn)
        let others = entries.filter { $0.value.stage != .admitted }
        guard others.count > strangers else { return (turn, nil) }
        let held = Dictionary(grouping: others.values, by: \.peer).mapValues(\.count)
        let most = held.values.max() ?? 0
        let victim = others.filter { held[$0.value.peer] == most && $0.key != key }.min {
            $0.value.turn < $1.value.turn
        }
        if let victim { entries[victim.key] = nil }
        return (turn, victim?.key)
    }

    /// The head of its request is there.
    mutating func asks(_ key: Key) { if entries[key]?.stage == .waiting { entries[key]?.stage = .asking } }

    /// It has shown who it is.
    /// - Returns: false where as many are answered already as are at a time.
    mutating func admit(_ key: Key) -> Bool {
        guard entries[key] != nil else { return true }
        guard entries.values.count(where: { $0.stage == .admitted }) < admitted else { return false }
        entries[key]?.stage = .admitted
        return true
    }

    /// It has its answer.
    /// - Returns: the turn in which it is waited for again; nil where it is gone.
    mutating func answered(_ key: Key) -> UInt64? {
        guard entries[key] != nil else { return nil }
        turn += 1
        entries[key]?.stage = .waiting
        entries[key]?.turn = turn
        return turn
    }

    /// Whether it is still waited for as it was at that turn.
    func isWaiting(_ key: Key, since turn: UInt64) -> Bool {
        entries[key].map { $0.stage == .waiting && $0.turn == turn } ?? false
    }

    mutating func closed(_ key: Key) { entries[key] = nil }

    var count: Int { entries.count }
}
