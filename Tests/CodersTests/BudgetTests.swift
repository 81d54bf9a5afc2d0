import CoderDoubles
import Coders
import Model
import Testing

/// What may be spent on asking: requests, tokens and money, per hour and per failure.
@Suite struct BudgetTests {
    static let prices = ["test-model": TokenPrices(input: 1_250_000, cached: 125_000, output: 10_000_000)]

    static func gate(_ limits: CoderLimits, _ ledger: MemoryCoderLedger = MemoryCoderLedger()) -> BudgetGate {
        BudgetGate(ledger: ledger, limits: limits, prices: prices)
    }

    static func refusal(
        _ gate: BudgetGate, _ failure: String = "f", most: TokenUsage = TokenUsage(input: 100, output: 100),
        at now: Timestamp = Fixtures.now, model: String? = "test-model"
    ) async -> CoderFailure? {
        do throws(CoderFailure) {
            _ = try await gate.open(Fixtures.request(failure: failure), model: model, most: most, at: now)
            return nil
        } catch { return error }
    }

    @Test func costsAreThoseOfThePriceList() {
        let price = Self.prices["test-model"]
        // 600 at 1.25, 400 at 0.125, 200 at 10 for a million.
        #expect(price?.cost(of: TokenUsage(input: 1000, cached: 400, output: 200)) == 750 + 50 + 2000)
        #expect(price?.cost(of: TokenUsage(input: 1)) == 2)
        #expect(price?.cost(of: TokenUsage()) == 0)
        #expect(price?.cost(of: TokenUsage(input: .max, output: .max)) ?? 0 > 1 << 40)
        #expect(TokenPrices.spoken(1_250_000) == "1.25" && TokenPrices.spoken(1) == "0.000001")
        #expect(TokenPrices.spoken(0) == "0.00")
    }

    @Test func aFailuresRequestsAreCountedWhateverTheHour() async {
        let gate = Self.gate(CoderLimits(perFailure: .init(requests: 2)))
        for hours in 0..<2 {
            #expect(await Self.refusal(gate, at: Fixtures.now.advanced(by: .seconds(7200 * hours))) == nil)
        }
        let refusal = await Self.refusal(gate, at: Fixtures.now.advanced(by: .seconds(99_999)))
        #expect(refusal?.meaning == .spent(until: nil) && refusal?.description.contains("2 requests") == true)
        // Another failure has its own.
        #expect(await Self.refusal(gate, "g") == nil)
    }

    @Test func theHourIsForAllFailuresAndSlides() async {
        let gate = Self.gate(CoderLimits(perHour: .init(requests: 2)))
        #expect(await Self.refusal(gate, "f") == nil)
        #expect(await Self.refusal(gate, "g", at: Fixtures.now.advanced(by: .seconds(600))) == nil)
        let refusal = await Self.refusal(gate, "h", at: Fixtures.now.advanced(by: .seconds(700)))
        #expect(refusal?.meaning == .spent(until: Fixtures.now.advanced(by: .seconds(3600))))
        #expect(await Self.refusal(gate, "h", at: Fixtures.now.advanced(by: .seconds(3601))) == nil)
    }

    @Test func whatARequestMayTakeAtMostHasToFit() async {
        let gate = Self.gate(CoderLimits(perHour: .init(tokens: 1000), perFailure: .init(tokens: 500)))
        let most = TokenUsage(input: 200, output: 250)
        #expect(await Self.refusal(gate, most: most) == nil)
        #expect(await Self.refusal(gate, most: most)?.meaning == .spent(until: nil))
        #expect(await Self.refusal(gate, "g", most: TokenUsage(input: 2000))?.meaning == .spent(until: nil))
    }

    @Test func aSettledRequestCountsWithWhatItTook() async throws {
        let ledger = MemoryCoderLedger()
        let gate = Self.gate(CoderLimits(perFailure: .init(tokens: 1000)), ledger)
        let request = Fixtures.request(failure: "f")
        let most = TokenUsage(input: 400, output: 500, isEstimated: true)
        let entry = try await gate.open(request, model: "test-model", most: most, at: Fixtures.now)
        #expect(await Self.refusal(gate, most: most) != nil)
        try await gate.settle(entry, TokenUsage(input: 50, output: 10))
        #expect(await Self.refusal(gate, most: most) == nil)
        #expect(await ledger.entries.count == 2)
        #expect(await ledger.entries.first { $0.id == entry.id }?.cost == 163)
    }

    @Test func moneyIsABudgetToo() async {
        let gate = Self.gate(CoderLimits(perHour: .init(money: 3_000_000), perFailure: .init(money: 10_000)))
        // A thousand tokens out are 0.01.
        #expect(await Self.refusal(gate, most: TokenUsage(output: 1000)) == nil)
        let refusal = await Self.refusal(gate, most: TokenUsage(output: 1))
        #expect(refusal?.description.contains("0.01 in money") == true)
    }

    @Test func moneyWithoutAPriceIsNoBudget() async {
        let gate = Self.gate(CoderLimits(perHour: .init(money: 1)))
        let refusal = await Self.refusal(gate, model: "unheard-of")
        #expect(refusal?.meaning == .setup && refusal?.description.contains("'unheard-of'") == true)
        // A command whose tokens nobody counts is not held by it.
        #expect(await Self.refusal(gate, model: nil) == nil)
    }

    @Test func manyAtATimeTakeNoMoreThanIsAllowed() async {
        let ledger = MemoryCoderLedger()
        let gate = Self.gate(CoderLimits(perHour: .init(requests: 5)), ledger)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<40 { group.addTask { _ = await Self.refusal(gate, "f\(number)") } }
        }
        #expect(await ledger.entries.count <= 5)
    }

    struct BrokenLedger: CoderLedger {
        func write(_ entry: CoderLedgerEntry) throws(Failure) {
            throw Failure(.init("history.full"), "the disk is full")
        }
        func remove(_ id: String) {}
        func entries(since: Timestamp) -> [CoderLedgerEntry] { [] }
        func entries(of failure: String) -> [CoderLedgerEntry] { [] }
    }

    @Test func whatCannotBeWrittenDownIsNotSpent() async {
        let refusal = await Self.refusal(BudgetGate(ledger: BrokenLedger()))
        #expect(refusal?.failure.code == .coderLedger && refusal?.meaning == .away(until: nil))
    }

    @Test func aCoderStopsAtItsBudget() async throws {
        let double = try ModelDouble([.text("I cannot.")])
        defer { double.stop() }
        let limits = CoderLimits(perFailure: .init(requests: 3))
        await Trial.with(Trial(double.base, limits: limits)) { trial in
            for _ in 0..<3 { #expect(await trial.failure()?.meaning == .badAnswer) }
            #expect(await trial.failure()?.meaning == .spent(until: nil))
        }
        #expect(double.received.count == 3)
    }

    @Test func usageThatAServerLeavesOutIsEstimated() async throws {
        let double = try ModelDouble([
            .members([
                "usage": .null,
                "output": .array([
                    DoubleAnswer.message([.object(DoubleAnswer.part(Fixtures.answer()))])
                ]),
            ])
        ])
        defer { double.stop() }
        try await Trial.with(Trial(double.base, prices: Self.prices)) { trial in
            let usage = try await trial.propose().usage
            #expect(usage.isEstimated && usage.input > 500 && usage.output > 50)
            #expect(trial.recorder.exchanges.first?.cost ?? 0 > 1000)
        }
    }
}
