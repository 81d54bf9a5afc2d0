import Foundation
import Model
import PluginKit
import Synchronization
import Testing
import TypesenseLogic

/// What belongs to collections: synonyms, overrides, stopwords, presets, rules, keys, aliases.
@Suite(.enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
struct ResourceTests {
    private static func files(_ site: Site) -> [String: String] {
        func named(_ path: String) -> String { path.replacing("@", with: site.prefix) }
        return [
            "schemas/books.schema.json": LifeTests.books,
            named("synonyms/@books.json"):
                #"[{"id": "sea", "synonyms": ["sea", "ocean"]}, {"id": "tv", "root": "tv", "synonyms": ["telly"]}]"#,
            named("overrides/@books.yaml"): """
            # What stands on top of a search for apples.
            - id: apples
              rule: {query: apple, match: exact}
              excludes: [{id: "1"}]
            """,
            named("presets/@p.json"): #"{"value": {"q": "*", "per_page": 5}}"#,
            named("keys/@search.json"):
                #"{"description": "@search", "actions": ["documents:search"], "collections": ["@books"], "value": "env:SEARCH_KEY"}"#,
            named("aliases/@library.json"): #"{"collection_name": "@books"}"#,
        ]
    }
    private static func newer(_ site: Site) -> [String: String] {
        [
            "stopwords/@words.json".replacing("@", with: site.prefix): #"{"stopwords": ["the", "a"], "locale": "en"}"#,
            "analytics/@popular.json".replacing("@", with: site.prefix):
                #"{"type": "popular_queries", "collection": "@books", "event_type": "search", "params": {"destination_collection": "@q", "limit": 10}}"#,
        ]
    }

    @Test(.enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)))
    func theyAreKeptAsFilesOnARealServer() async throws {
        try await Site.with { site in
            try site.write(Self.files(site))
            let made = await site.run(.deploy)
            #expect(made.status == .ok, "\(made.summary) \(made.diagnostics)")
            #expect(try await site.api("GET", "collections/@books/synonyms").json?["synonyms"]?.array?.count == 2)
            #expect(try await site.api("GET", "collections/@books/overrides").json?["overrides"]?.array?.count == 1)
            #expect(try await preset(site)?["value"]?["per_page"] == 5)
            #expect(try await site.target(of: site.name("library")) == site.target(of: site.name("books")))
            let keys = try await site.api("GET", "keys").json?["keys"]?.array ?? []
            let key = try #require(keys.first { $0["description"]?.string == site.name("search") })
            #expect(
                key["value_prefix"] == "sear" && key["actions"] == ["documents:search"], "the secret is what was sent")
            #expect(await site.run(.deploy).status == .noChange)
            #expect(try await site.plan().isEmpty)

            // One item goes, one is changed; a rebuilt collection takes them along.
            try site.write([
                "synonyms/\(site.name("books")).json": #"[{"id": "sea", "synonyms": ["sea", "ocean", "main"]}]"#,
                "schemas/books.schema.json": LifeTests.books.replacing("int32", with: "int64"),
            ])
            try site.remove("presets/\(site.name("p")).json")
            let plan = try await site.plan()
            #expect(plan.contains { $0.action == "update" && $0.subject == "synonyms of '@books'" }, "\(plan)")
            #expect(plan.contains { $0.action == "remove" && $0.subject == "preset '@p'" }, "\(plan)")
            let changed = await site.run(.deploy, isKept: false)
            #expect(changed.status == .ok, "\(changed.summary) \(changed.diagnostics)")
            let synonyms = try await site.api("GET", "collections/@books/synonyms").json?["synonyms"]?.array
            #expect(synonyms?.count == 1 && synonyms?[0]["synonyms"]?.array?.count == 3, "\(synonyms as Any)")
            #expect(try await preset(site) == nil)
            #expect(try await site.target(of: site.name("library")) == site.target(of: site.name("books")))

            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            #expect(try await site.api("GET", "collections/@books/synonyms").json?["synonyms"]?.array?.count == 2)
            #expect(try await preset(site)?["value"]?["per_page"] == 5)
            #expect(try await site.target(of: site.name("library")) == site.target(of: site.name("books")))
            for key in try await site.api("GET", "keys").json?["keys"]?.array ?? []
            where key["description"]?.string == site.name("search") {
                try await site.api("DELETE", "keys/\(key["id"]?.integer ?? -1)")
            }
            try await site.api("DELETE", "presets/@p")
        }
    }

    /// From the list: 0.24.1 answers 404 for a single one, also where it is there.
    private func preset(_ site: Site) async throws -> PluginJSON? {
        try await site.api("GET", "presets").json?["presets"]?.array?.first { $0["name"]?.string == site.name("p") }
    }

    @Test(.enabled(if: Engine.isInstalled, "needs a server of version 0.24: run engines/typesense install"))
    func whatAnOlderServerLacksIsSaidBeforeAnythingChanges() async throws {
        try await Site.with { site in
            try site.write(Self.files(site).merging(Self.newer(site)) { $1 })
            let refused = await site.run(.deploy)
            #expect(refused.status == .failed, "\(refused)")
            let words = refused.diagnostics.first { $0.message == "Typesense 0.24.1 has no stopwords" }
            #expect(words?.location?.file == "stopwords/\(site.name("words")).json", "\(refused.diagnostics)")
            #expect(refused.diagnostics.contains { $0.message == "Typesense 0.24.1 has no analytics rules" })
            #expect(try await site.collections().isEmpty)
            #expect(await site.run(.plan).status == .failed)

            // Members of a schema that it passes over are a warning, and no reason to rebuild for ever.
            for file in Self.newer(site).keys { try site.remove(file) }
            try site.write([
                "schemas/books.schema.json": LifeTests.books.replacing(#""string"}"#, with: #""string", "stem": true}"#)
                    .replacing(#""fields""#, with: #""metadata": {"team": "a"}, "fields""#)
            ])
            let made = await site.run(.deploy)
            #expect(
                made.status == .ok
                    && made.diagnostics.contains { $0.message.contains("passes over metadata, title.stem") }, "\(made)")
            #expect(await site.run(.deploy).status == .noChange)
            _ = await site.run(.rollback)
            for key in try await site.api("GET", "keys").json?["keys"]?.array ?? []
            where key["description"]?.string == site.name("search") {
                try await site.api("DELETE", "keys/\(key["id"]?.integer ?? -1)")
            }
        }
    }

    @Test func aServerOfVersion30KeepsThemAsSets() async throws {
        let double = Double()
        try await Site.with(double: double) { site in
            func state() -> Double.State { double.state.withLock { $0 } }
            let books = site.name("books")
            try site.write(Self.files(site).merging(Self.newer(site)) { $1 })
            try site.write([
                "documents/\(books).jsonl":
                    "{\"id\":\"1\",\"title\":\"one\",\"year\":1}\n{\"id\":\"2\",\"title\":\"two\",\"year\":2}\n"
            ])
            let made = await site.run(.deploy)
            #expect(made.status == .ok, "\(made.summary) \(made.diagnostics)")
            let live = try #require(state().aliases[books])
            #expect(state().collections[live]?["synonym_sets"] == [.string(books)])
            #expect(state().things["curation_sets"]?[books]?["items"]?.array?.count == 1)
            #expect(state().things["synonym_sets"]?[books]?["items"]?.array?.count == 2)
            #expect(state().things["stopwords"]?[site.name("words")]?["locale"] == "en")
            #expect(state().things["rules"]?[site.name("popular")]?["params"]?["limit"] == 10)
            #expect(state().values.count == 1 && state().documents[live]?.count == 2)
            #expect(await site.run(.deploy).status == .noChange)
            #expect(try await site.plan().isEmpty)
            #expect(await site.run(.health).status == .ok)

            // Every kind of change, and back.
            try site.write([
                "schemas/books.schema.json": LifeTests.books.replacing("int32", with: "int64").replacing(
                    #""fields""#, with: #""metadata": {"team": "b"}, "fields""#),
                "stopwords/\(site.name("words")).json": #"{"stopwords": ["a", "the", "an"], "locale": "en"}"#,
                "analytics/\(site.name("popular")).json":
                    #"{"type": "popular_queries", "collection": "@books", "event_type": "search", "params": {"destination_collection": "@q", "limit": 20}}"#,
                "keys/\(site.name("search")).json":
                    #"{"description": "@search", "actions": ["documents:search", "documents:get"], "collections": ["@books"], "value": "env:SEARCH_KEY"}"#,
            ])
            try site.remove("overrides/\(books).yaml")
            let changed = await site.run(.deploy, isKept: false)
            #expect(changed.status == .ok, "\(changed.summary) \(changed.diagnostics)")
            #expect(state().aliases[books] != live && state().aliases[site.name("library")] == state().aliases[books])
            #expect(state().things["curation_sets"]?.isEmpty == true)
            #expect(state().things["rules"]?[site.name("popular")]?["params"]?["limit"] == 20)
            #expect(state().keys.first?["actions"]?.array?.count == 2 && state().values.count == 1)
            #expect(state().documents[state().aliases[books] ?? ""]?.count == 2)
            // Only what may be said any time.
            try site.write([
                "schemas/books.schema.json": LifeTests.books.replacing("int32", with: "int64").replacing(
                    #""fields""#, with: #""metadata": {"team": "c"}, "fields""#)
            ])
            let retold = await site.run(.deploy, isKept: false)
            #expect(retold.status == .ok && retold.summary.contains("altered in place"), "\(retold)")
            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            #expect(state().aliases[books] == live && state().aliases[site.name("library")] == live)
            #expect(state().things["curation_sets"]?[books] != nil && state().keys.first?["actions"]?.array?.count == 1)
            #expect(state().things["rules"]?[site.name("popular")]?["params"]?["limit"] == 10)
        }
    }

    @Test(
        .enabled(if: SpecificationCheck.path != nil, Comment(rawValue: SpecificationCheck.missing)),
        .enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)))
    func everyRequestStandsInTheDescriptionOfTheAPI() async throws {
        var used: Set<String> = []
        try await Site.with { site in
            _ = try await CopyTests.prepare(site, 300)
            site.options.value["keep_releases"] = .integer(1)
            for type in ["int64", "float", "int64"] {
                try site.write(["schemas/books.schema.json": CopyTests.schema(type)])
                #expect(await site.run(.deploy).status == .ok)
            }
            #expect(await site.run(.health).status == .ok)
            #expect(try await site.plan().isEmpty)
            try site.write([
                "schemas/books.schema.json": CopyTests.schema(
                    "int64", #", {"name": "new", "type": "string", "optional": true}"#)
            ])
            #expect(await site.run(.deploy, isKept: false).status == .ok)
            #expect(await site.run(.rollback).status == .ok)
            used = try SpecificationCheck.verify(site.recorder.requests)
        }
        let double = Double()
        try await Site.with(double: double) { site in
            try site.write(Self.files(site).merging(Self.newer(site)) { $1 })
            #expect(await site.run(.deploy).status == .ok)
            for file in [Self.files(site), Self.newer(site)].flatMap(\.keys) where !file.hasPrefix("schemas") {
                try site.remove(file)
            }
            #expect(await site.run(.deploy).status == .ok)
            used.formUnion(try SpecificationCheck.verify(site.recorder.requests))
        }
        for operation in [
            "POST /collections", "GET /collections", "DELETE /collections/{collectionName}",
            "PATCH /collections/{collectionName}", "PUT /aliases/{aliasName}",
            "GET /collections/{collectionName}/documents/export", "POST /collections/{collectionName}/documents/import",
            "PUT /synonym_sets/{synonymSetName}", "PUT /curation_sets/{curationSetName}", "PUT /stopwords/{setId}",
            "PUT /presets/{presetId}", "POST /analytics/rules", "POST /keys", "DELETE /keys/{keyId}", "GET /debug",
            "GET /health", "GET /metrics.json", "GET /stats.json",
        ] { #expect(used.contains(operation), "\(operation) was not used: \(used.sorted())") }
    }
}
