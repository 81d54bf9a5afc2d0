import Testing

@testable import Web

@Suite struct ConnectionTableTests {
    @Test func forOneMoreTheOldestOfWhoeverHoldsTheMostHasToGo() {
        var table = ConnectionTable<Int>(strangers: 4, admitted: 1)
        let evicted = (1...6).map { key in
            table.opened(key, peer: [1: "person", 6: "other"][key] ?? "crowd").evicted
        }
        #expect(evicted == [nil, nil, nil, nil, 2, 3])
        table.asks(1)
        let isIn = table.admit(1)
        // Who is let in takes no place of theirs.
        let third = table.opened(7, peer: "third").evicted
        #expect(isIn && third == nil && table.count == 5)
        // With one each, the oldest goes: but never the one that came.
        let next = (8...20).map { key in table.opened(key, peer: "\(key)").evicted != key }
        #expect(next.allSatisfy { $0 } && table.count == 5)
    }

    @Test func whoIsAnsweredWaitsAnewAndEndsInItsOwnTurnOnly() {
        var table = ConnectionTable<Int>(strangers: 4, admitted: 1)
        let turn = table.opened(1, peer: "a").turn
        #expect(table.isWaiting(1, since: turn))
        table.asks(1)
        var isIn = table.admit(1)
        #expect(!table.isWaiting(1, since: turn) && isIn)
        _ = table.opened(2, peer: "a")
        table.asks(2)
        isIn = table.admit(2)
        #expect(!isIn)
        let again = table.answered(1)
        isIn = table.admit(2)
        #expect(isIn && !table.isWaiting(1, since: turn) && again.map { table.isWaiting(1, since: $0) } == true)
        table.closed(1)
        let gone = table.answered(1)
        #expect(gone == nil && again.map { table.isWaiting(1, since: $0) } == false)
    }
}
