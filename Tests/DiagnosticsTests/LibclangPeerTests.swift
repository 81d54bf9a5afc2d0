import Diagnostics
import Foundation
import Model
import Testing

/// The reader of `.dia` files against libclang, whose format it is: its answers were recorded beside the files.
@Suite struct LibclangPeerTests {
    struct Spot: Decodable, Equatable {
        var file: String
        var line: Int
        var column: Int
    }
    struct Fix: Decodable {
        var start: Spot
        var end: Spot
        var text: String
    }
    struct Finding: Decodable {
        var severity: Int
        var message: String
        var category: String
        var place: Spot
        var fixes: [Fix]
        var notes: [Finding]
    }

    @Test(arguments: SerializedDiagnosticsTests.withFiles) func readsWhatLibclangReads(_ fixture: Fixture) throws {
        let theirs = try JSONDecoder().decode([String: [Finding]].self, from: Data(fixture.bytes("libclang.json")))
        #expect(theirs.keys.sorted() == fixture.files(ending: ".dia"))
        for (file, findings) in theirs {
            let ours = try SerializedDiagnostics(fixture.bytes(file), paths: fixture.paths).diagnostics
            #expect(ours.count == findings.count, "\(file)")
            for (our, their) in zip(ours, findings) { compare(our, their, fixture) }
        }
    }

    private func compare(_ our: Diagnostic, _ their: Finding, _ fixture: Fixture) {
        let severities: [Diagnostic.Severity] = [.note, .note, .warning, .error, .fatal]
        #expect(our.message == their.message.trimmingCharacters(in: .whitespaces))
        #expect(our.severity == severities[min(4, their.severity)])
        #expect(our.group ?? "" == their.category)
        if their.place.file.contains("@__swiftmacro_") {
            #expect(our.location == nil)
            #expect(our.notes.first?.message.hasPrefix("in line \(their.place.line) of the ") == true)
        } else {
            #expect(our.location == place(their.place, fixture))
            #expect(our.notes.map(\.location) == their.notes.map { place($0.place, fixture) })
            #expect(our.notes.map(\.message) == their.notes.map(\.message))
        }
        let proposals = their.notes.map(\.fixes).filter { !$0.isEmpty }.map { $0.map { fixIt($0, fixture) } }
        let fixes = their.fixes.map { fixIt($0, fixture) }
        #expect(our.fixIts == (fixes.isEmpty ? FixItNature.proposal(among: proposals) : fixes))
    }

    private func fixIt(_ fix: Fix, _ fixture: Fixture) -> FixIt {
        FixIt(
            file: fixture.paths.map(fix.start.file), startLine: fix.start.line, startColumn: fix.start.column,
            endLine: fix.end.line, endColumn: fix.end.column, replacement: fix.text)
    }

    private func place(_ spot: Spot, _ fixture: Fixture) -> FileLocation {
        FileLocation(file: fixture.paths.map(spot.file), line: spot.line, column: spot.column)
    }
}
