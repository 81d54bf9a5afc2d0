import History
import Model
import TestSupport
import Testing

@Suite(
    .enabled(if: Disk.canMount, "needs the right to mount a small tmpfs (root); this user has not"), .serialized)
struct FullDiskTests {
    let api = Fixture.service("api")

    @Test func aFullDiskIsSaidAndSurvived() async throws {
        try await ScratchDirectory.with { folder in
            try await Disk.withVolume(kilobytes: 1024, in: folder) { volume in
                let store = try await HistoryStore.open(at: "\(volume)/history.sqlite")
                var outcome = Fixture.outcome(.build, .failed)
                outcome.diagnostics = (0..<50).map { _ in
                    Fixture.diagnostic(String(repeating: "x", count: 1000))
                }
                var kept: [Int64] = []
                var failure: Failure?
                while failure == nil, kept.count < 500 {
                    do throws(Failure) {
                        let id = try await store.cycleStarted(
                            revision: Fixture.first, previous: nil, log: "l", at: .now)
                        try await store.stageEnded(cycle: id, service: api, outcome: outcome)
                        kept.append(id)
                    } catch {
                        failure = error
                    }
                }
                #expect(failure?.code.rawValue == "history.disk-full")
                #expect(failure?.scheduling == .wait(for: "disk space"))
                #expect(!kept.isEmpty)
                let cycles = try await store.cycles(limit: 1000)
                #expect(Set(cycles.map(\.id)).isSuperset(of: kept), "reading goes on")
                await store.close()
            }
        }
    }

    @Test func spaceThatComesBackIsUsed() async throws {
        try await ScratchDirectory.with { folder in
            try await Disk.withVolume(kilobytes: 1024, in: folder) { volume in
                let store = try await HistoryStore.open(at: "\(volume)/history.sqlite")
                let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
                // Somebody else fills what is left.
                let filler = "\(volume)/filler"
                var size = 1 << 20
                while size >= 512 {
                    if (try? Disk.append(size, to: filler)) == nil { size /= 2 }
                }
                var outcome = Fixture.outcome(.build)
                outcome.diagnostics = (0..<50).map { _ in Fixture.diagnostic(String(repeating: "y", count: 4000)) }
                let failure = await #expect(throws: Failure.self) {
                    try await store.stageEnded(cycle: id, service: api, outcome: outcome)
                }
                #expect(failure?.code.rawValue == "history.disk-full")
                #expect(try await store.cycle(id)?.services.isEmpty == true, "all of it or nothing")
                try Disk.write([], to: filler)
                try await store.stageEnded(cycle: id, service: api, outcome: outcome)
                #expect(try await store.cycle(id)?.services.first?.stages.first?.diagnostics.count == 50)
                await store.close()
            }
        }
    }

    @Test func aReadOnlyMediumIsReadAndNotWritten() async throws {
        try await ScratchDirectory.with { folder in
            try await Disk.withVolume(kilobytes: 1024, in: folder) { volume in
                let path = "\(volume)/history 100%?.sqlite"
                let store = try await HistoryStore.open(at: path)
                let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
                await store.close()
                try Disk.remountReadOnly(volume)
                let failure = await #expect(throws: Failure.self) { try await HistoryStore.open(at: path) }
                #expect(failure?.code.rawValue == "history.read-only")
                let reader = try await HistoryStore.openReadOnly(at: path)
                #expect(try await reader.lastCycle()?.id == id)
                let refused = await #expect(throws: Failure.self) {
                    try await reader.setValue("x", for: "y")
                }
                #expect(refused?.code.rawValue == "history.read-only")
                await reader.close()
            }
        }
    }
}
