import Foundation
import PluginKit
import TestSupport
import Testing

@testable import TypesenseLogic

/// The pieces of a copy, each by itself.
@Suite struct PieceTests {
    private func identifier(_ line: String) -> String? {
        Array(line.utf8).withUnsafeBufferPointer { bytes in
            DocumentLine.identifier(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
        }
    }

    @Test(
        arguments: [
            (#"{"id":"7"}"#, "7"), (#"{"a":{"id":"no"},"b":["}",{"id":"no"}],"id":"yes","z":1}"#, "yes"),
            (#" { "x" : "\"id\":\"no\"" , "id" : "a\"b" } "#, #"a\"b"#), (#"{"id":7}"#, nil), (#"{"x":1}"#, nil),
            ("nonsense", nil),
            ("", nil), (#"{"id":"#, nil), (#"{"a":[[[[]]]],"n":-1.5e3,"t":true,"id":"ü😀"}"#, "ü😀"),
        ] as [(String, String?)])
    func theIdIsFoundWithoutParsing(_ line: String, _ id: String?) { #expect(identifier(line) == id) }

    @Test func anyBytesAreReadWithoutHarm() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]",:\id 17"#.utf8)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...60)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            bytes.withUnsafeBufferPointer { buffer in
                if let place = DocumentLine.identifier(in: buffer) { #expect(place.upperBound <= buffer.count) }
            }
        }
    }

    @Test func onlyWhatTheSchemaNeedsIsChanged() throws {
        var transform = DocumentTransform(
            from: [["name": "tag", "type": "string"], ["name": "n", "type": "int64"]],
            to: [["name": "tag", "type": "string[]"], ["name": "n", "type": "int64"]], given: ["shelf": "A", "n": 5])
        #expect(transform.wrapped == ["tag"])
        func applied(_ line: String) -> String {
            Array(line.utf8).withUnsafeBufferPointer { String(decoding: transform.applied(to: $0), as: UTF8.self) }
        }
        #expect(
            applied(#"{"id":"1","n":18446744073709551615,"tag":"x"}"#)
                == #"{"id":"1","n":18446744073709551615,"tag":["x"],"shelf":"A"}"#)
        #expect(
            applied(#"{"id":"1","n":null,"tag":["x"],"shelf":"B"}"#) == #"{"id":"1","n":5,"tag":["x"],"shelf":"B"}"#)
        #expect(applied("{}") == #"{"n":5,"shelf":"A"}"#)
        transform = DocumentTransform(
            from: [["name": "a", "type": "string"]], to: [["name": "a", "type": "int32"]], given: [:])
        #expect(!transform.isNeeded, "the server coerces that")
    }

    @Test func aJournalThatWasCutIsReadToTheCut() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/j"
            let records = (0..<1000).map {
                JournalFile.Record(id: Array("id-\($0)".utf8), digest: UInt64($0), isRefused: $0 % 10 == 3)
            }
            do {
                let writer = try JournalWriter(path)
                for start in stride(from: 0, to: 1000, by: 100) {
                    try writer.append(Array(records[start..<start + 100]))
                }
            }
            #expect(try JournalFile.count(path) == (1000, 100))
            let reader = try #require(try JournalReader(path))
            var read: [JournalFile.Record] = []
            while let record = reader.next() { read.append(record) }
            #expect(read == records)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            try bytes.prefix(bytes.count - 5).write(to: URL(fileURLWithPath: path))
            #expect(try JournalFile.count(path) == (900, 90))
            var broken = bytes
            broken[bytes.count / 2] ^= 0xFF
            try broken.write(to: URL(fileURLWithPath: path))
            #expect(try JournalFile.count(path).all < 600)
            #expect(try JournalReader("\(folder)/none") == nil)
        }
    }

    private func difference(_ declared: String, _ live: String) throws -> SchemaDifference {
        SchemaDifference(
            declared: try PluginJSON(parsing: Array("{\"fields\":[\(declared)]}".utf8)),
            live: try PluginJSON(parsing: Array("{\"fields\":[\(live)]}".utf8)))
    }

    @Test func differencesAreThoseThatCount() throws {
        let live =
            #"{"facet":false,"index":true,"infix":false,"locale":"","name":"a","optional":false,"sort":false,"type":"string"}"#
        #expect(try difference(#"{"name":"a","type":"string"}"#, live).isEmpty)
        #expect(try difference(#"{"name":"a","type":"string","facet":false,"sort":false}"#, live).isEmpty)
        #expect(try difference(#"{"name":"id","type":"string"},{"name":"a","type":"string"}"#, live).isEmpty)
        let facet = try difference(#"{"name":"a","type":"string","facet":true}"#, live)
        #expect(facet.reason == "field 'a': 'facet' becomes true" && !facet.isAdditive)
        let more = try difference(#"{"name":"a","type":"string"},{"name":"b","type":"int32"}"#, live)
        #expect(more.isAdditive && more.addedFields == ["b"])
        #expect(
            try difference(#"{"name":"b","type":"string"}"#, live).changes == [
                .added(field: "b"), .removed(field: "a"),
            ])
        // Fields that the server found by a pattern or in an object are nobody's change.
        let found = #"{"name":"x_s","type":"string"},{"name":"o.p","type":"string"}"#
        #expect(
            try difference(
                #"{"name":".*_s","type":"string"},{"name":"o","type":"object"}"#,
                #"{"name":".*_s","type":"string","optional":true},{"name":"o","type":"object"},"# + found
            ).isEmpty)
        let settings = SchemaDifference(
            declared: ["fields": [], "token_separators": ["-"], "metadata": ["a": 1]], live: ["fields": []])
        #expect(settings.changes.count == 2 && !settings.isAdditive)
        #expect(SchemaDifference(declared: ["fields": [], "metadata": ["a": 1]], live: ["fields": []]).isAdditive)
    }

    @Test func versionsAndNamesAreToldApart() {
        #expect(ServerVersion("0.24.1") < ServerVersion("0.25") && ServerVersion("0.25.2") < ServerVersion("26.0"))
        #expect(
            ServerVersion("30.0.rc1").hasSets && !ServerVersion("29.0").hasSets
                && !ServerVersion("0.24.1").altersMetadata)
        #expect(VersionedName.make("books", "ab") == "books_00000000ab")
        #expect(
            VersionedName.isOne("books_00000000ab", of: "books")
                && VersionedName.isOne("books_00000000ab_2", of: "books"))
        for other in [
            "books", "books_2024", "books_00000000ab_x", "books_00000000ab_1", "books_0000000xab", "book_00000000ab",
            "books_00000000ab_2_3",
        ] {
            #expect(!VersionedName.isOne(other, of: "books"), "\(other)")
        }
    }

    @Test func addressesAndDurationsAreChecked() throws {
        #expect(throws: InvalidOptions.self) { try Options(reading: ["url": "ftp://x"]) }
        #expect(throws: InvalidOptions.self) { try Options(reading: ["url": "http://user@x"]) }
        #expect(throws: InvalidOptions.self) { try Options(reading: ["timeout": "soon"]) }
        let options = try Options(reading: ["url": "http://a:8108/, https://b", "timeout": 0.5, "patience": "2m"])
        #expect(options.nodes == ["http://a:8108", "https://b"] && options.timeout == .milliseconds(500))
        #expect(options.patience == .seconds(120) && options.key == "env:TYPESENSE_API_KEY")
        #expect(
            Server.url("http://a", ["collections", "a/b é"], [("q", "x&y")])
                == "http://a/collections/a%2Fb%20%C3%A9?q=x%26y")
    }
}
