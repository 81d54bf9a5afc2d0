import History
import Model
import TestSupport
import Testing

@Suite struct DamageTests {
    /// A history with a few hundred rows, closed.
    private func history(in folder: String) async throws -> (path: String, bytes: [UInt8]) {
        let path = "\(folder)/history.sqlite"
        let store = try await HistoryStore.open(at: path)
        for number in 1...40 {
            let id = try await store.cycleStarted(
                revision: Fixture.revision(number), previous: nil, log: "l", at: .now)
            var outcome = Fixture.outcome(.build)
            outcome.diagnostics = [Fixture.diagnostic(String(repeating: "x", count: 500))]
            try await store.stageEnded(cycle: id, service: Fixture.service("api"), outcome: outcome)
        }
        await store.close()
        return (path, try Disk.read(path))
    }

    private func expectNewBeginning(_ folder: String, _ path: String, _ bytes: [UInt8], _ what: String) async throws {
        let reading = await #expect(throws: Failure.self, "\(what)") { try await HistoryStore.openReadOnly(at: path) }
        #expect(reading?.code.rawValue == "history.damaged", "\(what)")
        #expect(try Disk.read(path) == bytes, "a reader changes nothing: \(what)")

        let store = try await HistoryStore.open(at: path)
        #expect(store.recovery?.code.rawValue == "history.damaged", "\(what)")
        #expect(try await store.lastCycle() == nil)
        _ = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
        #expect(try await store.cycles(limit: 9).count == 1)
        await store.close()
        let aside = try #require(try Disk.names(folder).first { $0.contains(".damaged-") && !$0.hasSuffix("-wal") })
        #expect(store.recovery?.message.contains(aside) == true)
        #expect(try Disk.read("\(folder)/\(aside)") == bytes, "the damaged file is kept: \(what)")
    }

    @Test(arguments: [2, 15, 100, 4095, 4096, 5000, 20_480])
    func aTruncatedFileIsSetAside(length: Int) async throws {
        try await ScratchDirectory.with { folder in
            let (path, bytes) = try await history(in: folder)
            #expect(bytes.count > length)
            try Disk.write(Array(bytes.prefix(length)), to: path)
            try await expectNewBeginning(folder, path, Array(bytes.prefix(length)), "cut to \(length)")
        }
    }

    @Test func aFileOfSomethingElseIsSetAside() async throws {
        try await ScratchDirectory.with { folder in
            let text = Array("This is no database.\n".utf8) + [UInt8](repeating: 0x41, count: 9000)
            try Disk.write(text, to: "\(folder)/history.sqlite")
            try await expectNewBeginning(folder, "\(folder)/history.sqlite", text, "text")
        }
    }

    @Test func overwrittenPagesAreNoticed() async throws {
        try await ScratchDirectory.with { folder in
            let (path, bytes) = try await history(in: folder)
            var broken = bytes
            // In the middle of the rows, where opening alone does not look.
            let middle = bytes.count / 4096 / 2 * 4096
            for index in middle..<(middle + 3 * 4096) { broken[index] = UInt8(truncatingIfNeeded: index &* 31) }
            try Disk.write(broken, to: path)
            let store = try await HistoryStore.open(at: path)
            #expect(store.recovery?.code.rawValue == "history.damaged")
            #expect(try await store.lastCycle() == nil)
            await store.close()
        }
    }

    @Test func twoDamagedFilesInOneSecondAreBothKept() async throws {
        try await ScratchDirectory.with { folder in
            for text in ["one, and no database", "two, and none either"] {
                try Disk.write(Array(text.utf8), to: "\(folder)/history.sqlite")
                let store = try await HistoryStore.open(at: "\(folder)/history.sqlite")
                await store.close()
            }
            let kept = try Disk.names(folder).filter { $0.contains(".damaged-") && !$0.hasSuffix("-wal") }
            #expect(kept.count == 2)
        }
    }

    @Test func noHistoryYetIsSaid() async throws {
        try await ScratchDirectory.with { folder in
            let failure = await #expect(throws: Failure.self) {
                try await HistoryStore.openReadOnly(at: "\(folder)/history.sqlite")
            }
            #expect(failure?.code.rawValue == "history.none")
            #expect(failure?.remedy?.contains("host run") == true)
            let names = try Disk.names(folder)
            #expect(names.isEmpty, "looking makes nothing")
        }
    }

    @Test func aMissingFolderIsSaid() async throws {
        try await ScratchDirectory.with { folder in
            let failure = await #expect(throws: Failure.self) {
                try await HistoryStore.open(at: "\(folder)/none/history.sqlite")
            }
            #expect(failure?.code.rawValue == "history.read-only")
        }
    }
}
