import History
import Model
import TestSupport
import Testing

@Suite struct ReportTests {
    private static func report(_ id: String, _ cycle: Int64, _ service: String, document: String = "{}") -> StoredReport
    {
        StoredReport(
            id: id, cycle: cycle, service: Fixture.service(service), createdAt: Timestamp(seconds: cycle),
            summary: "it failed", document: document)
    }

    @Test func reportsAreFoundByIdAndServiceTheNewestFirst() async throws {
        try await ScratchDirectory.with { folder in
            let store = try await HistoryStore.open(at: "\(folder)/history.sqlite")
            #expect(try await store.lastReport() == nil)
            #expect(try await store.report("x") == nil)
            for number in 1...3 {
                let cycle = try await store.cycleStarted(
                    revision: Fixture.revision(number), previous: nil, log: "l", at: .now)
                try await store.keep(Self.report("\(cycle)-api", cycle, "api", document: "{\"n\": \(number)}"))
                if number == 1 { try await store.keep(Self.report("\(cycle)-shop", cycle, "shop")) }
                try await store.cycleEnded(cycle: cycle, outcome: .failed, at: .now)
            }
            #expect(try await store.reports(limit: 10).map(\.id) == ["3-api", "2-api", "1-shop", "1-api"])
            #expect(try await store.reports(limit: 2).map(\.document) == ["", ""])
            #expect(try await store.lastReport()?.document == "{\"n\": 3}")
            #expect(try await store.lastReport(of: Fixture.service("shop"))?.id == "1-shop")
            #expect(try await store.lastReport(of: Fixture.service("other")) == nil)
            #expect(try await store.report("2-api")?.document == "{\"n\": 2}")
            #expect(try await store.report("2-api' OR '1'='1") == nil)
            // Kept as long as its cycle.
            #expect(try await store.prune(keepingCycles: 1) == 2)
            #expect(try await store.reports(limit: 10).map(\.id) == ["3-api"])
            await store.close()
        }
    }

    @Test func theNewestCycleOfARevisionIsFoundByItsFirstDigits() async throws {
        try await ScratchDirectory.with { folder in
            let store = try await HistoryStore.open(at: "\(folder)/history.sqlite")
            var last: Int64 = 0
            for number in [0xabc, 0xabd, 0xabc] {
                last = try await store.cycleStarted(
                    revision: Fixture.revision(number), previous: nil, log: "l", at: .now)
                try await store.cycleEnded(cycle: last, outcome: .failed, at: .now)
            }
            let hex = Fixture.revision(0xabc).hex
            #expect(try await store.lastCycle(ofRevision: hex)?.id == last)
            #expect(try await store.lastCycle(ofRevision: String(hex.prefix(38)))?.id == last)
            #expect(try await store.lastCycle(ofRevision: Fixture.revision(0xabd).hex)?.id == last - 1)
            #expect(try await store.lastCycle(ofRevision: "%") == nil)
            #expect(try await store.lastCycle(ofRevision: "fff") == nil)
            await store.close()
        }
    }

    @Test func feedbackIsListedOnceForEachId() async throws {
        try await ScratchDirectory.with { folder in
            let store = try await HistoryStore.open(at: "\(folder)/history.sqlite")
            for (id, digest) in [("a", "1"), ("b", "2"), ("a", "3")] {
                try await store.feedbackReceived(id: id, file: "\(id).json", digest: digest, at: .now)
                try await store.feedbackPhase(id: id, phase: digest == "3" ? .trying : .done)
            }
            let entries = try await store.feedbacks(limit: 10)
            #expect(entries.map(\.id) == ["a", "b"])
            #expect(entries.map(\.phase) == [.trying, .done] && entries[0].digest == "3")
            #expect(try await store.feedbacks(limit: 1).count == 1)
            await store.close()
        }
    }
}
