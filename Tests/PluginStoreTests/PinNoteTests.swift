import Git
import Model
import Testing

@testable import PluginStore

@Suite struct PinNoteTests {
    private static func record(agrees: Bool = true, commit: String? = nil, id: String = "files") -> MachineRecord {
        var record = MachineRecord()
        let place = PluginPlace(url: "/srv/files", path: "")
        if agrees {
            record.agree(
                .init(
                    place: place, declaration: Sample.declaration(id), commit: Sample.commit, digest: Sample.digest,
                    user: 0,
                    at: "", isOnline: false))
        }
        if let commit { record.install(.init(place: place, id: id, commit: commit, digest: Sample.digest, at: "")) }
        return record
    }

    @Test func whatIsInstalledAsPinnedIsNotMentioned() throws {
        let lock = PluginLock([try Sample.pin()])
        let record = Self.record(commit: Sample.commit)
        #expect(PinNote.all(named: [try Sample.source()], lock: lock, record: record).isEmpty)
        #expect(!record.isDue(lock.pins[0]))
    }

    @Test func eachWayToBeAmissIsNamed() throws {
        let lock = PluginLock([try Sample.pin()])
        let cases: [([PluginSource], PluginLock, MachineRecord, PinNote.State, String)] = [
            ([try Sample.source()], PluginLock(), MachineRecord(), .notPinned, "plugins.lock does not pin it"),
            (
                [try Sample.source(revision: "v2")], lock, Self.record(commit: Sample.commit), .notPinned,
                "plugins.lock pins it at main"
            ),
            ([], lock, MachineRecord(), .notAgreed, "nobody on this machine agreed"),
            ([], lock, Self.record(agrees: false, commit: Sample.commit), .notAgreed, "nobody on this machine agreed"),
            ([], lock, Self.record(), .notInstalled, "is not installed here"),
            ([], lock, Self.record(commit: Sample.otherCommit), .notInstalled, "is installed at 222222222222"),
            ([], PluginLock(), Self.record(commit: Sample.commit), .notInSet, "host plugin remove files"),
        ]
        for (named, lock, record, state, words) in cases {
            let notes = PinNote.all(named: named, lock: lock, record: record)
            #expect(notes.map(\.state) == [state])
            #expect(notes.first?.text.contains(words) == true, "\(notes)")
        }
    }

    /// Without an agreement a pin is never due, whatever was installed.
    @Test func nothingIsDueThatNobodyAgreedTo() throws {
        let pin = try Sample.pin()
        #expect(!MachineRecord().isDue(pin))
        #expect(!Self.record(agrees: false, commit: Sample.otherCommit).isDue(pin))
        #expect(Self.record().isDue(pin) && Self.record(commit: Sample.otherCommit).isDue(pin))
        #expect(!Self.record().isDue(try Sample.pin(path: "elsewhere")))
        #expect(!Self.record().isDue(try Sample.pin(url: "/srv/other")))
    }
}
