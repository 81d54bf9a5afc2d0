import Model
import Synchronization
import TestSupport
import Testing

@testable import Repair

@Suite(.timeLimit(.minutes(5))) struct RepairQueueTests {
    /// Who has come how far, in order.
    final class Book: Sendable {
        private let lines = Mutex<[String]>([])
        func note(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    /// Holds until it is let go.
    final class Gate: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation
        init() { (stream, continuation) = AsyncStream.makeStream() }
        func open() { continuation.finish() }
        func pass() async { for await _ in stream {} }
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func whatSharesNothingIsWorkedOnSideBySide() async throws {
        let queue = RepairQueue(limit: 2)
        let (one, other) = (await queue.take(id: "a"), await queue.take(id: "b"))
        #expect(try await queue.enter(one, claims: ["api"]) == false)
        #expect(try await queue.enter(other, claims: ["web"]) == false)
        await queue.leave(one)
        await queue.leave(other)
    }

    @Test func forOneServiceTheOrderOfArrivalCounts() async throws {
        let queue = RepairQueue(limit: 9)
        let book = Book()
        let places = await [queue.take(id: "a"), queue.take(id: "b"), queue.take(id: "c")]
        // The later ones are located first.
        let gates = [Gate(), Gate(), Gate()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in [2, 1, 0] {
                group.addTask {
                    _ = try await queue.enter(places[number], claims: ["api"])
                    book.note("\(number)")
                    await gates[number].pass()
                    await queue.leave(places[number])
                }
                await Task.yield()
            }
            for number in 0...2 {
                try await until { book.all.count == number + 1 }
                gates[number].open()
            }
            try await group.waitForAll()
        }
        #expect(book.all == ["0", "1", "2"])
    }

    @Test func whoIsNotLocatedYetIsWaitedFor() async throws {
        let queue = RepairQueue(limit: 9)
        let book = Book()
        let (first, second) = (await queue.take(id: "a"), await queue.take(id: "b"))
        let later = Task {
            _ = try await queue.enter(second, claims: ["web"])
            book.note("second")
        }
        try await Task.sleep(for: .milliseconds(20))
        #expect(book.all.isEmpty)
        _ = try await queue.enter(first, claims: ["api"])
        try await later.value
        #expect(book.all == ["second"])
    }

    @Test func noMoreThanTheLimitAreAtWorkAndActionsDoNotCount() async throws {
        let queue = RepairQueue(limit: 1)
        let places = await [queue.take(id: "a"), queue.take(id: "b"), queue.take(id: "c", isAction: true)]
        _ = try await queue.enter(places[0], claims: ["api"])
        let book = Book()
        let second = Task {
            _ = try await queue.enter(places[1], claims: ["web"])
            book.note("second")
        }
        try await Task.sleep(for: .milliseconds(20))
        #expect(try await queue.enter(places[2], claims: ["web"]) == false)
        #expect(book.all.isEmpty)
        await queue.leave(places[0])
        try await second.value
    }

    @Test func anActionWaitsForActionsAloneAndNoPatchWaitsForIt() async throws {
        let queue = RepairQueue(limit: 1)
        let (patch, action) = (await queue.take(id: "a"), await queue.take(id: "b", isAction: true))
        let (next, other) = (await queue.take(id: "c", isAction: true), await queue.take(id: "d"))
        // Nobody knows yet what the patch is for.
        #expect(try await queue.enter(action, claims: ["api"]) == false)
        let book = Book()
        let second = Task {
            let hasWaited = try await queue.enter(next, claims: ["api"])
            book.note("\(hasWaited)")
        }
        try await Task.sleep(for: .milliseconds(20))
        #expect(book.all.isEmpty)
        #expect(try await queue.enter(patch, claims: ["api"]) == false)
        await queue.leave(patch)
        #expect(try await queue.settle(other) == false)
        await queue.leave(action)
        try await second.value
        #expect(book.all == ["true"])
    }

    @Test func oneIdIsOnItsWayOnceAndHoldsUpNobodyElse() async throws {
        let queue = RepairQueue(limit: 9)
        let book = Book()
        let (first, again, other) = (
            await queue.take(id: "a"), await queue.take(id: "a"), await queue.take(id: "b")
        )
        try await queue.begin(first)
        _ = try await queue.enter(first, claims: ["api"])
        let repeated = Task {
            try await queue.begin(again)
            book.note("again")
        }
        try await Task.sleep(for: .milliseconds(20))
        try await queue.begin(other)
        #expect(try await queue.enter(other, claims: ["web"]) == false)
        #expect(book.all.isEmpty)
        await queue.leave(first)
        try await repeated.value
    }

    @Test func aSlowBeginLetsNobodySlipPast() async throws {
        let queue = RepairQueue(limit: 9)
        let book = Book()
        let (first, second) = (await queue.take(id: "a"), await queue.take(id: "b"))
        try await queue.begin(second)
        let later = Task {
            _ = try await queue.enter(second, claims: ["api"])
            book.note("second")
        }
        try await Task.sleep(for: .milliseconds(20))
        try await queue.begin(first)
        try await Task.sleep(for: .milliseconds(20))
        #expect(book.all.isEmpty)
        _ = try await queue.enter(first, claims: ["api"])
        book.note("first")
        await queue.leave(first)
        try await later.value
        #expect(book.all == ["first", "second"])
    }

    @Test func whatCannotBeLocatedWaitsForEverythingBeforeItAndIsNotWaitedFor() async throws {
        let queue = RepairQueue(limit: 9)
        let book = Book()
        let (first, lost, other) = (await queue.take(id: "a"), await queue.take(id: "b"), await queue.take(id: "c"))
        _ = try await queue.enter(first, claims: ["api"])
        let waiting = Task {
            let hasWaited = try await queue.settle(lost)
            book.note("settled \(hasWaited)")
        }
        try await Task.sleep(for: .milliseconds(20))
        #expect(try await queue.enter(other, claims: ["web"]) == false)
        #expect(book.all.isEmpty)
        await queue.leave(first)
        try await waiting.value
        #expect(book.all == ["settled true"])
        #expect(try await queue.settle(lost) == false)
    }

    @Test func whoeverIsCutOffSaysSoAndBlocksNobody() async throws {
        let queue = RepairQueue(limit: 9)
        let (first, second, third) = (await queue.take(id: "a"), await queue.take(id: "b"), await queue.take(id: "c"))
        _ = try await queue.enter(first, claims: ["api"])
        let waiting = Task { try await queue.enter(second, claims: ["api", "web"]) }
        try await Task.sleep(for: .milliseconds(20))
        waiting.cancel()
        await #expect(throws: Failure.self) { try await waiting.value }
        await queue.leave(second)
        #expect(try await queue.enter(third, claims: ["web"]) == false)
    }

    /// Who holds what at a time, and held it in which order.
    private actor Ledger {
        private var atWork: [Int: Set<String>] = [:]
        private(set) var order: [String: [Int]] = [:]

        /// False where somebody holds the same, or three are at work.
        func begin(_ number: Int, _ claims: Set<String>) -> Bool {
            let isFree = atWork.values.allSatisfy { $0.isDisjoint(with: claims) } && atWork.count < 3
            atWork[number] = claims
            for claim in claims { order[claim, default: []].append(number) }
            return isFree
        }
        func end(_ number: Int) { atWork[number] = nil }
    }

    private struct Job: Sendable {
        var number: Int
        var place: RepairQueue.Place
        var claims: Set<String>
        var pause: Duration

        func run(_ queue: RepairQueue, _ ledger: Ledger) async throws {
            try await queue.begin(place)
            try await Task.sleep(for: pause)
            _ = try await queue.enter(place, claims: claims)
            #expect(await ledger.begin(number, claims))
            try await Task.sleep(for: pause)
            await ledger.end(number)
            await queue.leave(place)
        }
    }

    /// Many at a time, each with claims of its own: nobody shares anything with another at work, the limit is kept, and for
    /// each service the order is that of arrival.
    @Test(arguments: 0..<40) func nothingThatIsSharedIsHeldTwice(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let queue = RepairQueue(limit: 3)
        let ledger = Ledger()
        var jobs: [Job] = []
        for number in 0..<30 {
            let claims = (0...Int.random(in: 0...2, using: &random)).map { _ in
                "s\(Int.random(in: 0..<6, using: &random))"
            }
            jobs.append(
                Job(
                    number: number, place: await queue.take(id: "f\(number)"), claims: Set(claims),
                    pause: .microseconds(Int.random(in: 0..<300, using: &random))))
        }
        jobs.shuffle(using: &random)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for job in jobs { group.addTask { try await job.run(queue, ledger) } }
            try await group.waitForAll()
        }
        for (claim, numbers) in await ledger.order { #expect(numbers == numbers.sorted(), "\(claim)") }
    }
}
