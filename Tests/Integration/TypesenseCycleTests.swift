import Foundation
import Net
import TestSupport
import Testing

/// A search index through cycles of the real host on a real Typesense.
@Suite(
    .enabled(
        if: StartedEngine.absence("typesense") == nil, Comment(rawValue: StartedEngine.absence("typesense") ?? "")))
struct TypesenseCycleTests {
    private static func schema(_ name: String, _ type: String, facet: Bool) -> String {
        """
        {"name": "\(name)", "fields": [
          {"name": "title", "type": "string", "facet": \(facet)}, {"name": "year", "type": "\(type)"}
        ]}

        """
    }

    private static func files(facet: Bool, writers type: String = "string") -> [String: String] {
        [
            "repos/search/schemas/books.schema.json": schema("books", "int32", facet: facet),
            "repos/search/schemas/writers.schema.json": schema("writers", type, facet: false),
        ]
    }

    @Test(.timeLimit(.minutes(10)))
    func aRebuiltCollectionIsHealthyAndAFailingOneComesBack() async throws {
        try await ScratchDirectory.with { folder in
            let engine = try StartedEngine("typesense", in: folder + "/typesense")
            defer { engine.stop() }
            let server = Server(
                url: try engine.lines("urls").joined(), key: try engine.lines("key").joined(),
                transport: HTTPTransport())
            do {
                try await cycles(server)
            } catch {
                await server.transport.shutdown()
                throw error
            }
            await server.transport.shutdown()
        }
    }

    private func cycles(_ server: Server) async throws {
        try await Workspace.with(
            Self.files(facet: false),
            environment: ["TYPESENSE_URL": server.url, "TYPESENSE_API_KEY": server.key],
            plugins: ["libTypesensePlugin.so"]
        ) { workspace in
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            try await server.fill("books", (0..<200).map { #"{"id":"\#($0)","title":"b","year":\#($0)}"# })
            try await server.fill("writers", [#"{"id":"1","title":"a","year":"unknown"}"#])
            let one = try await server.target(of: "books")

            try await workspace.commit(Self.files(facet: true))
            let second = try await workspace.once()
            #expect(second.status == 0, "\(second.text)")
            #expect(workspace.stages.contains("search/health"), "\(workspace.log)")
            #expect(!workspace.log.contains("search/rollback"), "\(workspace.log)")
            let two = try await server.target(of: "books")
            #expect(two != one)
            #expect(try await server.documents("books") == 200)

            // The books are rebuilt and live when a writer does not fit into numbers.
            try await workspace.commit(Self.files(facet: false, writers: "int64"))
            let failed = try await workspace.once()
            #expect(failed.status == 1 && workspace.log.contains("do not fit"), "\(failed.text) \(workspace.log)")
            #expect(workspace.log.contains("search/rollback"), "\(workspace.log)")
            #expect(workspace.log.contains("'books' is 'books_"), "it was live for a moment: \(workspace.log)")
            #expect(try await server.target(of: "books") == two)
            #expect(try await server.documents("books") == 200)

            try await workspace.commit(Self.files(facet: true))
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text) \(workspace.log)")
            #expect(try await server.target(of: "books") == two)
        }
    }

    private struct Server {
        let url: String
        let key: String
        let transport: HTTPTransport

        private func get(_ path: String) async throws -> [String: Any] {
            var request = HTTPTransport.Request("GET", "\(url)/\(path)")
            request.headers = [.init("X-TYPESENSE-API-KEY", key)]
            let text = try await transport.send(request).text
            return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        }

        func target(of alias: String) async throws -> String? {
            try await get("aliases/\(alias)")["collection_name"] as? String
        }

        func documents(_ collection: String) async throws -> Int? {
            try await get("collections/\(collection)")["num_documents"] as? Int
        }

        func fill(_ collection: String, _ lines: [String]) async throws {
            var request = HTTPTransport.Request(
                "POST", "\(url)/collections/\(collection)/documents/import",
                body: Array(lines.joined(separator: "\n").utf8))
            request.headers = [.init("X-TYPESENSE-API-KEY", key), .init("Content-Type", "text/plain")]
            let answer = try await transport.send(request)
            #expect(answer.status == 200 && !answer.text.contains("false"), "\(answer.text)")
        }
    }
}
