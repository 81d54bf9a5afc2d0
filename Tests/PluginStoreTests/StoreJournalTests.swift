import Foundation
import Model
import Stages
import SupervisorCore
import TestSupport
import Testing

@testable import PluginStore

/// A kill at any point leaves the old set or the new one, once the next command has looked.
@Suite struct StoreJournalTests {
    struct World {
        let places: PluginPlaces
        let library: LibraryFile
        static let old = Array("old library".utf8)
        static let new = Array("new library".utf8)

        func journal() throws -> StoreJournal { StoreJournal(places: places, record: try .load(places.record)) }
        func prepared(_ bytes: [UInt8], commit: String = Sample.commit, id: String = "files") throws
            -> PluginStore.Prepared
        {
            try Sample.prepared(
                id, commit: commit, bytes: bytes, digest: SHA256.hex(of: bytes), library: library)
        }
        func installed(_ file: String = "files.so") -> [UInt8]? { Files.read("\(places.plugins)/\(file)") }
        func lock() throws -> PluginLock { try PluginStore.lock(at: places) }
        func recovered() throws -> (note: String?, record: MachineRecord) {
            var journal = try journal()
            let note = try journal.recover()
            // What is done is done: there is nothing left for another one.
            var again = try self.journal()
            #expect(try again.recover() == nil)
            return (note, journal.record)
        }
        func install(_ bytes: [UInt8], commit: String = Sample.commit, id: String = "files") throws {
            var journal = try journal()
            let prepared = try prepared(bytes, commit: commit, id: id)
            try journal.install(prepared, pin: prepared.pin, isOnline: false)
        }
        /// Puts back what was there before some files were changed, as if the kill had come before that.
        func state() -> [String: [UInt8]] {
            var found: [String: [UInt8]] = [:]
            for path in [places.lock, places.record, "\(places.plugins)/files.so", "\(places.plugins)/other.so"] {
                found[path] = Files.read(path)
            }
            return found
        }
        func set(_ path: String, to state: [String: [UInt8]]) {
            guard let bytes = state[path] else {
                unlink(path)
                return
            }
            #expect(Files.replace(path, with: bytes))
        }
    }

    static func with(_ body: (World) throws -> Void) async throws {
        let library = try #require(LibraryFile(try await LibraryFileTests.library()))
        try await ScratchDirectory.with { folder in
            for name in ["plugins", "own"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            try body(
                World(
                    places: PluginPlaces(root: folder, plugins: "\(folder)/plugins", own: "\(folder)/own"),
                    library: library))
        }
    }

    @Test func anInstallationLeavesLibraryLockAndRecordInStep() async throws {
        try await Self.with { world in
            try world.install(World.old)
            let record = try MachineRecord.load(world.places.record)
            #expect(world.installed() == World.old && record.pending == nil)
            #expect(try world.lock().pins.map(\.digest) == [SHA256.hex(of: World.old)])
            #expect(record.digests == ["files.so": [SHA256.hex(of: World.old)]])
            #expect(record.agreements.map(\.place) == [PluginPlace(url: "/srv/files", path: "")])
            #expect(Files.names(in: world.places.plugins) == ["files.so"])
        }
    }

    /// The pending record as `install` writes it first, with the rest as it was before or after each later step.
    @Test(arguments: [false, true]) func aBrokenOffInstallationIsUndoneOrFinished(isUpdate: Bool) async throws {
        try await Self.with { world in
            if isUpdate { try world.install(World.old) }
            let before = world.state()
            let prepared = try world.prepared(World.new, commit: Sample.otherCommit)
            let digest = SHA256.hex(of: World.new)
            let pending = try Self.pending(prepared, world)
            try pending.save(world.places.record)
            // Killed before the library was put in place.
            #expect(try MachineRecord.load(world.places.record).digests["files.so"]?.contains(digest) == true)
            Files.replace("\(world.places.plugins)/.files.so.new", with: Array("half".utf8))
            let undone = try world.recovered()
            #expect(undone.note?.contains("undone") == true)
            #expect(world.installed() == before["\(world.places.plugins)/files.so"])
            #expect(try world.lock().text == PluginLock(reading: before[world.places.lock]).text)
            #expect(undone.record.digests["files.so"] == (isUpdate ? [SHA256.hex(of: World.old)] : nil))
            #expect(undone.record.agreements.count == (isUpdate ? 1 : 0))
            #expect(!Files.names(in: world.places.plugins).contains(".files.so.new"))
            // Killed after that, before lock and record followed; and after the lock did.
            for hasLock in [false, true] {
                for path in before.keys { world.set(path, to: before) }
                try pending.save(world.places.record)
                Files.replace("\(world.places.plugins)/files.so", with: World.new)
                if hasLock { Files.replace(world.places.lock, with: Array(PluginLock([prepared.pin]).text.utf8)) }
                let finished = try world.recovered()
                #expect(finished.note?.contains("finished") == true)
                #expect(world.installed() == World.new && finished.record.digests == ["files.so": [digest]])
                #expect(try world.lock().pins == [prepared.pin])
                #expect(finished.record.agreements.map(\.digest) == [digest])
            }
        }
    }

    private static func pending(_ prepared: PluginStore.Prepared, _ world: World) throws -> MachineRecord {
        var record = try MachineRecord.load(world.places.record)
        let place = prepared.proposal.place
        record.pending = .install(
            .init(
                place: place, id: "files", commit: prepared.proposal.commit, digest: prepared.proposal.digest, at: "now"
            ),
            .init(
                place: place, declaration: prepared.proposal.declaration, commit: prepared.proposal.commit,
                digest: prepared.proposal.digest, user: 0, at: "now", isOnline: false), pin: prepared.pin)
        return record
    }

    @Test func aBrokenOffRemovalIsFinished() async throws {
        try await Self.with { world in
            try world.install(World.old)
            let before = world.state()
            for steps in 0...2 {
                for path in before.keys { world.set(path, to: before) }
                var record = try MachineRecord.load(world.places.record)
                record.pending = .remove(id: "files")
                try record.save(world.places.record)
                if steps >= 1 { unlink("\(world.places.plugins)/files.so") }
                if steps >= 2 { Files.replace(world.places.lock, with: Array(PluginLock().text.utf8)) }
                let finished = try world.recovered()
                #expect(finished.record == MachineRecord() && world.installed() == nil)
                #expect(try world.lock().pins.isEmpty)
            }
        }
    }

    @Test func aPluginWithAnotherIDLeavesNoOldLibrary() async throws {
        try await Self.with { world in
            try world.install(World.old)
            try world.install(World.new, commit: Sample.otherCommit, id: "other")
            #expect(Files.names(in: world.places.plugins) == ["other.so"])
            #expect(try world.lock().pins.map(\.id) == ["other"])
            #expect(try MachineRecord.load(world.places.record).installed.map(\.id) == ["other"])
        }
    }

    /// Once its pin is gone a library counts as the operator's own; this one never was.
    @Test func aLibraryThatSomeoneReplacedIsSetAsideWhenItsPluginIsRemoved() async throws {
        try await Self.with { world in
            try world.install(World.old)
            Files.replace("\(world.places.plugins)/files.so", with: Array("smuggled".utf8))
            var journal = try world.journal()
            let note = try journal.remove("files")
            #expect(note?.contains("set aside") == true)
            #expect(Files.names(in: world.places.plugins) == ["files.so.not-installed"])
        }
    }

    @Test func oneCommandWorksAtATime() async throws {
        try await Self.with { world in
            let key = try StoreGuard(world.places.guardFile)
            let failure = #expect(throws: Failure.self) { try StoreGuard(world.places.guardFile) }
            #expect(failure?.code.rawValue == "plugin.busy")
            withExtendedLifetime(key) {}
        }
        try await Self.with { world in
            do { _ = try StoreGuard(world.places.guardFile) }
            _ = try StoreGuard(world.places.guardFile)
        }
    }

    @Test(arguments: [0o664, 0o646]) func aRecordThatOthersCanWriteIsNotBelieved(mode: Int) async throws {
        try await Self.with { world in
            try world.install(World.old)
            chmod(world.places.record, mode_t(mode))
            #expect(
                #expect(throws: Failure.self) { try MachineRecord.load(world.places.record) }?.remedy?.contains("sync")
                    == true)
            #expect(MachineRecord.pins(world.places.record).digests.isEmpty)
        }
    }
}
