import Diagnostics
import Foundation
import Model
import TestSupport
import Testing

@Suite struct SerializedDiagnosticsTests {
    static let withFiles = Fixture.all.filter { !$0.files(ending: ".dia").isEmpty }

    @Test func fixItsAreRead() throws {
        let fixture = Fixture.named("type-error")
        let found = try SerializedDiagnostics(fixture.bytes("main.dia"), paths: fixture.paths).diagnostics
        let file = "Sources/App/main.swift"
        #expect(found.map(\.location?.description) == ["\(file):2:25", "\(file):3:31"])
        #expect(
            found.last?.fixIts == [
                FixIt(file: file, startLine: 3, startColumn: 21, endLine: 3, endColumn: 21, replacement: "Double("),
                FixIt(file: file, startLine: 3, startColumn: 36, endLine: 3, endColumn: 36, replacement: ")"),
            ])
    }

    @Test func groupsSeveritiesAndNotesAreRead() throws {
        let fixture = Fixture.named("deprecated")
        let found = try SerializedDiagnostics(fixture.bytes("main.dia"), paths: fixture.paths).diagnostics
        #expect(found.map(\.group) == ["ExistentialAny", "DeprecatedDeclaration", "DeprecatedDeclaration"])
        #expect(found.allSatisfy { $0.severity == .warning && $0.code == "swift.compile" })
        #expect(found[1].notes.map(\.message) == ["use 'serve(port:)' instead"])
    }

    @Test func alternativeFixItsOfNotesAreNotAppliedTogether() throws {
        let fixture = Fixture.named("sendable")
        let found = try SerializedDiagnostics(fixture.bytes("Cache.dia"), paths: fixture.paths).diagnostics
        #expect(found[0].notes.count == 3)
        #expect(found[0].fixIts.isEmpty)
        let single = Fixture.named("deprecated")
        let proposed = try SerializedDiagnostics(single.bytes("main.dia"), paths: single.paths).diagnostics
        #expect(proposed[1].fixIts.map(\.replacement) == ["serve"])
    }

    /// The compiler told the same thing twice: whatever stands in a `.dia` also stands in the text.
    @Test(arguments: withFiles) func textAndFilesTellTheSame(_ fixture: Fixture) throws {
        let printed = fixture.console().diagnostics
        for file in fixture.files(ending: ".dia") {
            for told in try SerializedDiagnostics(fixture.bytes(file), paths: fixture.paths).diagnostics {
                let same = printed.first {
                    $0.message == told.message && $0.location == told.location && $0.severity == told.severity
                        && $0.group == told.group && $0.code == told.code
                }
                #expect(same != nil, "\(file): \(told.line)")
                #expect(same?.notes.map(\.message) == told.notes.map(\.message))
            }
        }
    }

    @Test(arguments: withFiles) func mergingLeavesNoDuplicates(_ fixture: Fixture) throws {
        let printed = fixture.console().diagnostics
        let merged = try fixture.findings().diagnostics
        #expect(merged.map(\.line) == printed.map(\.line))
    }

    @Test func warningsThatWereNotPrintedAgainAreKept() throws {
        let fixture = Fixture.named("warnings-only")
        let stored = try SerializedDiagnostics(fixture.bytes("main.dia"), paths: fixture.paths).diagnostics
        let merged = SerializedDiagnostics.merge(text: [], serialized: stored + stored)
        #expect(merged == stored)
        #expect(merged.count == 4)
    }

    @Test func whatIsNoSuchFileIsRefused() {
        for bytes in [[], Array("DIA".utf8), Array("BC\u{0}\u{0}".utf8), Array("DIAG\u{1}\u{2}\u{3}\u{4}\u{5}".utf8)] {
            #expect(throws: Failure.self) {
                try SerializedDiagnostics(bytes, paths: PathMapper(sourceDirectory: "/srv/deploy/repos/x"))
            }
        }
    }

    @Test func staleFilesAreIgnored() async throws {
        try await ScratchDirectory.with { folder in
            let source = folder + "/Sources/App/main.swift"
            let build = folder + "/.build/x86_64-unknown-linux-gnu/debug/App.build"
            let files = FileManager.default
            try files.createDirectory(atPath: folder + "/Sources/App", withIntermediateDirectories: true)
            try files.createDirectory(atPath: build, withIntermediateDirectories: true)
            let written = BitstreamWriter.serialized(path: source, line: 3, column: 5, level: 2, message: "old")
            try Data(written).write(to: URL(fileURLWithPath: build + "/main.dia"))
            try Data("garbage".utf8).write(to: URL(fileURLWithPath: build + "/other.dia"))
            let paths = PathMapper(sourceDirectory: folder)
            func load() -> [Diagnostic] {
                SerializedDiagnostics.load(scratchDirectory: folder + "/.build", paths: paths)
            }
            #expect(load().isEmpty, "the source does not exist")

            try Data("x".utf8).write(to: URL(fileURLWithPath: source))
            let now = Date()
            try files.setAttributes([.modificationDate: now], ofItemAtPath: build + "/main.dia")
            try files.setAttributes([.modificationDate: now.addingTimeInterval(-10)], ofItemAtPath: source)
            let file = "Sources/App/main.swift"
            #expect(load().map(\.line) == ["\(file):3:5: warning: old"])
            #expect(
                load().first?.fixIts == [
                    FixIt(file: file, startLine: 3, startColumn: 5, endLine: 3, endColumn: 7, replacement: "y")
                ])

            try files.setAttributes([.modificationDate: now.addingTimeInterval(10)], ofItemAtPath: source)
            #expect(load().isEmpty, "the source was changed after the compiler had read it")
        }
    }

    @Test func warningsOfDependenciesAreLeftOutAndTheirErrorsKept() async throws {
        try await ScratchDirectory.with { folder in
            let files = FileManager.default
            for (name, level) in [("Warned", UInt64(2)), ("Broken", 3)] {
                let source = folder + "/.build/checkouts/Lib/\(name).swift"
                try files.createDirectory(atPath: folder + "/.build/checkouts/Lib", withIntermediateDirectories: true)
                try files.createDirectory(atPath: folder + "/.build/debug", withIntermediateDirectories: true)
                try Data("x".utf8).write(to: URL(fileURLWithPath: source))
                let past = Date().addingTimeInterval(-10)
                try files.setAttributes([.modificationDate: past], ofItemAtPath: source)
                let written = BitstreamWriter.serialized(
                    path: source, line: 1, column: 1, level: level, message: name)
                try Data(written).write(to: URL(fileURLWithPath: folder + "/.build/debug/\(name).dia"))
            }
            let found = SerializedDiagnostics.load(
                scratchDirectory: folder + "/.build", paths: PathMapper(sourceDirectory: folder))
            #expect(found.map(\.message) == ["Broken"])
        }
    }
}
