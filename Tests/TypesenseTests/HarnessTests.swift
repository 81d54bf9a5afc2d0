import Foundation
import Model
import Net
import PluginConformance
import PluginKit
import PluginTestSupport
import TestSupport
import Testing

/// Every check of the harness, those that deploy included, with a real server.
@Suite(
    .enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)),
    .enabled(
        if: HarnessExample.absence(of: "libTypesensePlugin.so") == nil,
        "Typesense's plugin or the host's programs are not built"))
struct HarnessTests {
    private static func schema(_ name: String, year: String) -> String {
        #"""
        {"name": "\#(name)", "default_sorting_field": "year", "fields": [
          {"name": "title", "type": "string"}, {"name": "year", "type": "\#(year)"}
        ]}
        """#
    }

    @Test(.timeLimit(.minutes(10))) func thePluginPassesEveryCheck() async throws {
        let engine = try Engine.shared()
        let name = "t\(UUID().uuidString.prefix(8).lowercased())books"
        let lines = (0..<5000).map { #"{"id":"\#($0)","title":"title \#($0)","year":\#($0 % 100)}"# }
        let synonyms = #"[{"id": "sea", "synonyms": ["sea", "ocean"]}]"#
        var example = HarnessExample(
            library: "libTypesensePlugin.so",
            source: [
                "schemas/books.schema.json": Self.schema(name, year: "int32"),
                "documents/\(name).jsonl": lines.joined(separator: "\n") + "\n", "synonyms/\(name).json": synonyms,
            ],
            state: #"{"version":1,"collections":{},"resources":{}}"#)
        // Another type: the documents are copied into another collection, and the alias flips.
        example.change = [
            "schemas/books.schema.json": Self.schema(name, year: "int64"),
            "synonyms/\(name).json": synonyms.replacing("ocean", with: "deep"),
        ]
        example.options = [
            "url": .string(engine.urls.joined(separator: ",")), "timeout": .string("10s"), "patience": .string("20s"),
        ]
        example.environment = ["TYPESENSE_API_KEY": engine.key]
        let noCommand = "none of its stages ran a command"
        // process/1 is for the daemon's TYPESENSE_URL, which the option 'url' makes needless.
        example.skips = [
            "fault.spawn": noCommand, "fault.exit": noCommand, "fault.killed": noCommand, "fault.output": noCommand,
        ]
        let search = HarnessSearch(engine: engine)
        example.live = { try await search.live(name) }
        let report = try await example.examine()
        #expect(example.complaints(report).isEmpty, "\(example.complaints(report).joined(separator: "\n"))")
        // Each check has a release folder of its own, and nothing that a lost one has made is ever deleted: a server keeps
        // what it is not known whose it is. So what lies about says nothing here; LifeTests count.
        try await search.remove(name)
        print("harness, Typesense: \(HarnessExample.summary(report))")
    }
}

/// What a server has under a name, asked directly.
private struct HarnessSearch: Sendable {
    let engine: Engine

    private func ask(_ method: String, _ path: String) async throws -> HTTPTransport.Response {
        let transport = HTTPTransport()
        do {
            let answer = try await transport.send(
                .init(
                    method, "\(engine.urls[0])/\(path)", headers: [.init("X-TYPESENSE-API-KEY", engine.key)],
                    timeout: .seconds(30), maximumBody: 64 << 20))
            await transport.shutdown()
            return answer
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    /// Fields, synonyms and documents behind the name; which collection has them does not matter.
    func live(_ name: String) async throws -> String {
        let collection = try await ask("GET", "collections/\(name)")
        guard collection.status == 200 else { return "no collection: \(collection.status)" }
        let json = try PluginJSON(parsing: collection.body)
        let fields = (json["fields"]?.array ?? []).map { "\($0["name"]?.string ?? "") \($0["type"]?.string ?? "")" }
        let synonyms = try await ask("GET", "collections/\(name)/synonyms").text
        let documents = try await ask("GET", "collections/\(name)/documents/export").text
        return (fields.sorted() + [synonyms] + documents.split(separator: "\n").map(String.init).sorted())
            .joined(separator: "\n")
    }

    func collections(of name: String) async throws -> [String] {
        let list = try PluginJSON(parsing: try await ask("GET", "collections").body).array ?? []
        return list.compactMap { $0["name"]?.string }.filter { $0.hasPrefix(name) }
    }

    func remove(_ name: String) async throws {
        for collection in try await collections(of: name) { _ = try await ask("DELETE", "collections/\(collection)") }
        _ = try await ask("DELETE", "aliases/\(name)")
    }
}
