import Foundation
import Model
import PluginKit
import Testing
import TypesenseLogic

/// A service through its life, with the plugin's library in a worker and a real server.
@Suite(
    .enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)),
    .enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
struct LifeTests {
    static let books = #"""
        {"name": "@books", "default_sorting_field": "year", "fields": [
          {"name": "title", "type": "string"},
          {"name": "year", "type": "int32"}
        ]}
        """#

    @Test func aCollectionIsMadeAlteredRebuiltAndRolledBack() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try site.write([
                "schemas/books.schema.json": Self.books,
                "documents/@books.jsonl".replacing("@", with: site.prefix):
                    "{\"id\":\"1\",\"title\":\"one\",\"year\":1}\n{\"id\":\"2\",\"title\":\"two\",\"year\":2}\n",
                "synonyms/\(books).json": #"[{"id": "sea", "synonyms": ["sea", "ocean"]}]"#,
            ])
            #expect(await site.run(.build).status == .ok)
            let first = try await site.plan()
            #expect(first.first?.action == "create" && first.first?.subject == "collection '@books'", "\(first)")
            #expect(first.contains { $0.subject == "documents of '@books'" }, "\(first)")
            let made = await site.run(.deploy)
            #expect(made.status == .ok, "\(made.summary) \(made.diagnostics)")
            let one = try #require(try await site.target(of: books))
            #expect(one.hasPrefix("\(books)_") && one != books)
            #expect(try await site.documents(books) == 2)
            #expect(made.outputs["documents:\(books)"] == "2")
            let health = await site.run(.health)
            #expect(health.status == .ok && health.outputs["documents:\(books)"] == "2", "\(health)")
            #expect(
                health.outputs.contains { $0.key.hasPrefix("node:") && $0.value == "well, leader" }, "\(health.outputs)"
            )
            #expect(await site.run(.deploy).status == .noChange)
            #expect(try await site.plan().isEmpty)

            // A field that is optional is added in place.
            try site.write([
                "schemas/books.schema.json": Self.books.replacing(
                    #"{"name": "year""#, with: #"{"name": "lang", "type": "string", "optional": true}, {"name": "year""#
                )
            ])
            let altering = try await site.plan()
            #expect(
                altering.map(\.action) == ["update"] && altering[0].reason == "altered in place: field 'lang' is new",
                "\(altering)")
            let altered = await site.run(.deploy, isKept: false)
            #expect(altered.status == .ok, "\(altered.diagnostics)")
            #expect(try await site.target(of: books) == one)
            #expect(try await fields(of: books, site) == ["lang", "title", "year"])
            // Not healthy: the daemon rolls back.
            let back = await site.run(.rollback)
            #expect(
                back.status == .ok && back.diagnostics.contains { $0.message.contains("keep what they hold") },
                "\(back)")
            #expect(try await fields(of: books, site) == ["title", "year"])

            // Another type needs another collection.
            try site.write(["schemas/books.schema.json": Self.books.replacing(#""int32""#, with: #""int64""#)])
            let rebuilding = try await site.plan()
            #expect(
                rebuilding.map(\.action) == ["replace"]
                    && rebuilding[0].reason == "rebuilt: field 'year': int32 becomes int64", "\(rebuilding)")
            let rebuilt = await site.run(.deploy)
            #expect(rebuilt.status == .ok, "\(rebuilt.summary) \(rebuilt.diagnostics)")
            let two = try #require(try await site.target(of: books))
            #expect(two != one && two.hasPrefix("\(books)_"))
            #expect(try await site.collections() == [one, two].sorted(), "the old one is kept")
            #expect(try await site.documents(books) == 2)
            let synonyms = try await site.api("GET", "collections/\(two)/synonyms")
            #expect(synonyms.json?["synonyms"]?.array?.count == 1, "\(synonyms.text)")
            #expect(try await site.plan().isEmpty)
            #expect(await site.run(.deploy).status == .noChange)
        }
    }

    @Test func aFlippedAliasFlipsBack() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try site.write(["schemas/books.schema.json": Self.books])
            #expect(await site.run(.deploy).status == .ok)
            try await site.fill(books, 100) { "{\"id\":\"\($0)\",\"title\":\"t\($0)\",\"year\":\($0)}" }
            let one = try await site.target(of: books)
            try site.write([
                "schemas/books.schema.json": Self.books.replacing("}\n  ]", with: ", \"facet\": true}\n  ]").replacing(
                    #""type": "string"}"#, with: #""type": "string", "infix": true}"#)
            ])
            let deployed = await site.run(.deploy, isKept: false)
            #expect(deployed.status == .ok, "\(deployed)")
            #expect(try await site.target(of: books) != one)
            try await site.fill(books, 1, from: 100) { "{\"id\":\"\($0)\",\"title\":\"t\($0)\",\"year\":\($0)}" }
            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            #expect(try await site.target(of: books) == one)
            #expect(try await site.documents(books) == 100)
            #expect(
                back.diagnostics.contains {
                    $0.message.contains("(101 documents)") && $0.detail?.contains("written since the flip") == true
                }, "\(back.diagnostics)")
            #expect(await site.run(.rollback).status == .ok, "twice is harmless")
            // The next deployment starts anew and removes what nobody needs.
            let again = await site.run(.deploy)
            #expect(again.status == .ok, "\(again)")
            #expect(try await site.documents(books) == 100)
            #expect(try await site.collections().count == 2)
        }
    }

    @Test func aFirstDeploymentThatFailsIsTakenAway() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try site.write(["schemas/books.schema.json": Self.books])
            #expect(await site.run(.deploy, isKept: false).status == .ok)
            #expect(await site.run(.rollback).status == .ok)
            #expect(try await site.collections().isEmpty)
            #expect(try await site.target(of: books) == nil)
        }
    }

    @Test func onlySoManyReleasesAreKept() async throws {
        try await Site.with { site in
            let books = site.name("books")
            site.options.value["keep_releases"] = .integer(2)
            var seen: [String] = []
            for type in ["int32", "int64", "float", "int64"] {
                try site.write(["schemas/books.schema.json": Self.books.replacing("int32", with: type)])
                let outcome = await site.run(.deploy)
                #expect(outcome.status == .ok, "\(outcome)")
                seen.append(try #require(try await site.target(of: books)))
            }
            #expect(Set(seen).count == 4, "each is a collection of its own: \(seen)")
            #expect(try await site.collections() == seen.suffix(2).sorted())
        }
    }

    @Test func whatSomebodyChangedByHandIsShown() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try site.write([
                "schemas/books.schema.json": Self.books,
                "presets/@p.json".replacing("@", with: site.prefix): #"{"value": {"q": "*", "per_page": 5}}"#,
                "aliases/@other.json".replacing("@", with: site.prefix): #"{"collection_name": "@books"}"#,
            ])
            #expect(await site.run(.deploy).status == .ok)
            let one = try #require(try await site.target(of: books))
            #expect(try await site.target(of: site.name("other")) == one)
            try await site.api(
                "PATCH", "collections/\(one)", #"{"fields": [{"name": "extra", "type": "string", "optional": true}]}"#)
            try await site.api("PUT", "presets/@p", #"{"value": {"q": "x", "per_page": 5}}"#)
            try await site.api(
                "POST", "collections", #"{"name": "@else", "fields": [{"name": "a", "type": "string"}]}"#)
            try await site.api("PUT", "aliases/@other", #"{"collection_name": "@else"}"#)
            let plan = try await site.plan()
            #expect(
                plan.contains { $0.action == "drift" && $0.reason == "changed by hand: field 'extra' was added" },
                "\(plan)")
            #expect(plan.contains { $0.action == "drift" && $0.subject == "preset '@p'" }, "\(plan)")
            #expect(plan.contains { $0.action == "update" && $0.subject == "alias '@other'" }, "\(plan)")
            #expect(await site.run(.deploy).status == .ok)
            #expect(try await fields(of: books, site) == ["title", "year"])
            #expect(try await site.target(of: site.name("other")) == site.target(of: books))
            #expect(try await site.plan().isEmpty)
            // An alias that was turned elsewhere is no health.
            try await site.api("PUT", "aliases/@books", #"{"collection_name": "@else"}"#)
            let sick = await site.run(.health)
            #expect(sick.status == .failed && sick.diagnostics.contains { $0.message.contains("leads to") }, "\(sick)")
            #expect(try await site.plan().contains { $0.action == "drift" && $0.reason.contains("the name leads to") })
            #expect(await site.run(.rollback).status == .ok)
            #expect(await site.run(.health).status == .ok)
        }
    }

    private func fields(of collection: String, _ site: Site) async throws -> [String] {
        let json = try await site.api("GET", "collections/\(collection)").json
        return (json?["fields"]?.array ?? []).compactMap { $0["name"]?.string }.sorted()
    }
}
