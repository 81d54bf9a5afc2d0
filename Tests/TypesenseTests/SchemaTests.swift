import Documents
import Foundation
import Model
import PluginKit
import TestSupport
import Testing

@testable import TypesenseLogic

/// Files read and checked, with line and column.
@Suite struct SchemaTests {
    private func read(_ files: [String: String]) async throws -> DefinitionReader {
        try await ScratchDirectory.with { root in
            for (path, content) in files {
                let file = URL(fileURLWithPath: "\(root)/\(path)")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(content.utf8).write(to: file)
            }
            return try DefinitionReader(root)
        }
    }

    @Test(
        arguments: [
            (
                #"{"name": "b", "fields": [{"name": "a", "type": "strng"}]}"#, 1, "'strng' is no type of a field",
                "did you mean 'string'?"
            ),
            (
                #"{"name": "b", "fields": [{"name": "a", "type": "string", "facets": true}]}"#, 1,
                "a field has no member 'facets'", "did you mean 'facet'?"
            ),
            (
                "{\"name\": \"b\",\n \"default_sorting_field\": \"yaer\",\n \"fields\": [{\"name\": \"year\", \"type\": \"int32\"}]}",
                2, "there is no field 'yaer' to sort by", "did you mean 'year'?"
            ),
            (
                "{\"name\": \"b\", \"fields\": [\n{\"name\": \"a\", \"type\": \"string\"},\n{\"name\": \"a\", \"type\": \"string\"}]}",
                3, "the field 'a' stands there twice", "the first is on line 2"
            ),
            (#"{"name": "b"}"#, 1, "a collection has no 'fields'", nil),
            (
                #"{"name": "b", "fields": [{"name": "a", "type": "string", "facet": "yes"}]}"#, 1,
                "'facet' must be true or false, but is 'yes'", nil
            ),
            ("{\"name\": \"b\",\n\"fields\": [}", 2, "", nil),
            (
                #"{"name": "b", "fields": [{"name": "a", "type": "float[]", "embed": {"from": ["t"], "model_config": {"model_name": "openai/x", "api_key": "sk-1"}}}]}"#,
                1, "'api_key' must be a reference, not the secret itself", "write env:NAME or file:/path"
            ),
        ] as [(String, Int, String, String?)])
    func whatIsWrongHasItsPlace(_ text: String, _ line: Int, _ message: String, _ suggestion: String?) async throws {
        let reader = try await read(["schemas/b.schema.json": text])
        let problem = try #require(reader.errors.first)
        #expect(
            problem.file == "schemas/b.schema.json" && problem.line == line && problem.column ?? 0 > 0, "\(problem)")
        if !message.isEmpty {
            #expect(problem.message.contains(message) && problem.suggestion == suggestion, "\(problem)")
        }
    }

    @Test func filesOfNothingAreAWarning() async throws {
        for files in [
            ["schemas/a.schema.json": "  \n"], ["collections.yaml": "# none yet\n"], ["synonyms/a.yaml": "# none\n"],
        ] {
            let reader = try await read(files)
            #expect(
                reader.errors.isEmpty && reader.problems.count == 1 && !reader.problems[0].isError, "\(reader.problems)"
            )
            #expect(reader.problems[0].message.contains("nothing but comments"))
        }
    }

    @Test func oneFileMayHoldAllCollections() async throws {
        let list = "- name: a\n  fields: [{name: t, type: string}]\n- name: b\n  fields: [{name: t, type: string}]\n"
        for (file, text) in [
            ("collections.yaml", list),
            (
                "collections.yml",
                "collections:\n" + list.replacing("\n", with: "\n  ").replacing("- ", with: "  - ", maxReplacements: 1)
            ),
        ] {
            let reader = try await read([file: text])
            #expect(
                reader.problems.isEmpty && reader.definitions.collections.map(\.name) == ["a", "b"],
                "\(file): \(reader.problems)")
            #expect(reader.definitions.collections[1].location.line == 3 + (file == "collections.yml" ? 1 : 0))
        }
        let twice = try await read([
            "collections.yaml": list,
            "schemas/a.schema.json": #"{"name": "a", "fields": [{"name": "t", "type": "string"}]}"#,
        ])
        #expect(twice.errors.contains { $0.message == "the collection 'a' is declared twice" })
    }

    @Test func documentsAndReferencesAreChecked() async throws {
        let schema = #"{"name": "books", "fields": [{"name": "t", "type": "string"}]}"#
        let reader = try await read([
            "schemas/books.schema.json": schema,
            "documents/books.jsonl": "{\"id\": \"1\"}\n{\"t\": \"x\"}\n\nnonsense\n",
            "documents/boks.jsonl": "{\"id\": \"1\"}\n", "synonyms/nobody.json": "[]",
            "keys/k.json": #"{"description": "d", "actions": [], "collections": [], "value": "plain"}"#,
            "aliases/books.json": #"{"collection_name": "x"}"#,
        ])
        let texts = reader.errors.map { "\($0.file):\($0.line ?? 0): \($0.message)" }
        #expect(texts.contains("documents/books.jsonl:2: the document has no 'id' that is text"), "\(texts)")
        #expect(texts.contains { $0.hasPrefix("documents/books.jsonl:4: ") }, "\(texts)")
        #expect(
            reader.errors.contains { $0.file == "documents/boks.jsonl" && $0.suggestion == "did you mean 'books'?" })
        #expect(
            texts.contains { $0.hasPrefix("synonyms/nobody.json") }
                && texts.contains { $0.hasPrefix("aliases/books.json") })
        #expect(texts.contains("keys/k.json:1: 'value' must be a reference, not the key itself"), "\(texts)")
    }

    @Test func aFolderIsRecognisedByWhatIsInside() async throws {
        func evidence(_ files: [String: String]) async throws -> KindEvidence? {
            try await ScratchDirectory.with { root in
                for (path, content) in files {
                    let file = URL(fileURLWithPath: "\(root)/\(path)")
                    try FileManager.default.createDirectory(
                        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try Data(content.utf8).write(to: file)
                }
                return Detection.evidence(in: root)
            }
        }
        let schema = #"{"name": "b", "fields": [{"name": "t", "type": "string"}]}"#
        #expect(try await evidence(["schemas/b.schema.json": schema])?.confidence == 90)
        #expect(
            try await evidence(["collections.yaml": "- \(schema)\n"])?.evidence
                == "collections.yaml with 1 collection found")
        #expect(
            try await evidence(["schemas/b.schema.json": #"{"$schema": "x", "properties": {"fields": []}}"#]) == nil,
            "JSON Schema")
        #expect(try await evidence(["schemas/b.schema.json": " "])?.confidence == 40)
        #expect(try await evidence(["collections.json": #"{"a": 1}"#]) == nil)
        #expect(try await evidence(["README.md": "x"]) == nil)
    }

    /// Members of a collection beside its name: what the real server says of each is what we say.
    static let corpus: [String] = [
        #""fields":[{"name":"a","type":"string"}]"#, #""fields":[]"#,
        #""fields":[{"name":"a","type":"string"},{"name":"a","type":"int32"}]"#,
        #""fields":[{"name":"","type":"string"}]"#,
        #""fields":[{"name":".*","type":"auto"}]"#, #""fields":[{"name":".*","type":"string*"}]"#,
        #""fields":[{"name":".*_x","type":"int32"}]"#, #""fields":[{"name":".*","type":"auto","optional":false}]"#,
        #""fields":[{"name":".*","type":"auto","facet":true}]"#,
        #""fields":[{"name":"a","type":"string","index":false}]"#,
        #""fields":[{"name":"a","type":"string","index":false,"optional":true}]"#,
        #""fields":[{"name":"a","type":"string","index":false,"optional":true,"facet":true}]"#,
        #""fields":[{"name":"a","type":"string","sort":true}]"#,
        #""fields":[{"name":"a","type":"string[]","sort":true}]"#,
        #""fields":[{"name":"a","type":"int32[]","sort":true}]"#, #""fields":[{"name":"a","type":"bool","sort":true}]"#,
        #""fields":[{"name":"a","type":"geopoint","sort":true}]"#, #""fields":[{"name":"a","type":"object"}]"#,
        #""fields":[{"name":"a","type":"object"}],"enable_nested_fields":true"#,
        #""fields":[{"name":"a.b","type":"string"}]"#,
        #""fields":[{"name":"a","type":"float[]","num_dim":4}]"#,
        #""fields":[{"name":"a","type":"float","num_dim":4}]"#,
        #""fields":[{"name":"a","type":"float[]","num_dim":0}]"#,
        #""fields":[{"name":"a","type":"float[]","num_dim":4,"vec_dist":"xx"}]"#,
        #""fields":[{"name":"a","type":"float[]","num_dim":4,"facet":true}]"#,
        #""fields":[{"name":"a","type":"string","locale":5}]"#,
        #""fields":[{"name":"a","type":"string","facet":"yes"}]"#,
        #""fields":[{"name":"a","type":"int32"}],"default_sorting_field":"a""#,
        #""fields":[{"name":"a","type":"int32[]"}],"default_sorting_field":"a""#,
        #""fields":[{"name":"a","type":"string"}],"default_sorting_field":"a""#,
        #""fields":[{"name":"a","type":"string","sort":true}],"default_sorting_field":"a""#,
        #""fields":[{"name":"a","type":"bool"}],"default_sorting_field":"a""#,
        #""fields":[{"name":"a","type":"int32","optional":true}],"default_sorting_field":"a""#,
        #""fields":[{"name":"a","type":"int32","sort":false}],"default_sorting_field":"a""#,
        #""fields":[{"name":"a","type":"int32"}],"default_sorting_field":"b""#,
        #""fields":[{"name":"a","type":"string"}],"token_separators":["ab"]"#,
        #""fields":[{"name":"a","type":"string"}],"token_separators":"a""#,
        #""fields":[{"name":"a","type":"string"}],"symbols_to_index":["+"]"#,
        #""fields":[{"name":"a","type":"string"}],"enable_nested_fields":"x""#,
        #""fields":[{"name":"a","type":"geopoint[]"}]"#, #""fields":[{"name":"a"}]"#, #""fields":[{"type":"string"}]"#,
        #""fields":[{"name":"a","type":"strin"}]"#, #""fields":"a""#,
    ]

    @Test(
        .enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)),
        .enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
    func ourRulesAreThoseOfARealServer() async throws {
        try await Site.with { site in
            for (number, members) in Self.corpus.enumerated() {
                let schema = "{\"name\":\"@rule\(number)\",\(members)}"
                let answer = try await site.api("POST", "collections", schema)
                let reader = try await read(["schemas/x.schema.json": schema])
                #expect(
                    reader.errors.isEmpty == (answer.status == 201),
                    "\(members): \(answer.text) against \(reader.errors)")
            }
        }
    }
}
