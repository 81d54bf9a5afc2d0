import Foundation
import Model
import PluginKit
import Synchronization
import Testing
import TypesenseLogic

/// What only later servers have: said by collections of themselves, sets, and how a node is; on a double of version 30.
@Suite(.enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
struct SetTests {
    private static func schema(_ members: String) -> [String: String] {
        [
            "schemas/books.schema.json": LifeTests.books.replacing(
                #""fields""#, with: members.isEmpty ? #""fields""# : "\(members), \"fields\"")
        ]
    }

    @Test func whatACollectionSaysOfItselfIsTakenBack() async throws {
        let double = Double()
        try await Site.with(double: double) { site in
            func collection() -> [String: PluginJSON] {
                double.state.withLock { state in
                    state.collections[state.aliases[site.name("books")] ?? ""] ?? [:]
                }
            }
            let books = site.name("books")
            let synonyms = ["synonyms/\(books).json": #"[{"id": "sea", "synonyms": ["sea", "ocean"]}]"#]
            try site.write(Self.schema(#""metadata": {"team": "a"}"#))
            #expect(await site.run(.deploy).status == .ok)

            try site.write(Self.schema(#""metadata": {"team": "b"}"#).merging(synonyms) { $1 })
            let changed = await site.run(.deploy, isKept: false)
            #expect(changed.status == .ok && collection()["synonym_sets"] == [.string(books)], "\(changed)")
            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            #expect(collection()["metadata"] == ["team": "a"])
            #expect(collection()["synonym_sets"] ?? [] == [], "the set is gone, and so is what named it")
            #expect(double.state.withLock { $0.things["synonym_sets"]?.isEmpty ?? true })

            // The other way: a set whose file goes is named no longer, and is back after a rollback.
            #expect(await site.run(.deploy).status == .ok)
            try site.remove("synonyms/\(books).json")
            let removed = await site.run(.deploy, isKept: false)
            #expect(removed.status == .ok && collection()["synonym_sets"] == [], "\(removed) \(collection())")
            #expect(await site.run(.rollback).status == .ok)
            #expect(collection()["synonym_sets"] == [.string(books)])
            #expect(double.state.withLock { $0.things["synonym_sets"]?[books] != nil })
            #expect(await site.run(.deploy).status == .ok)
            #expect(await site.run(.deploy).status == .noChange)
            #expect(try await site.plan().isEmpty)
        }
    }

    @Test func aNodeThatIsBusyForAMomentIsWaitedFor() async throws {
        let double = Double()
        try await Site.with(double: double) { site in
            try site.write(Self.schema(""))
            #expect(await site.run(.deploy).status == .ok)
            double.state.withLock { $0.unwell = 4 }
            #expect(await site.run(.health).status == .ok)
            double.state.withLock { $0.unwell = .max }
            let start = ContinuousClock.now
            let sick = await site.run(.health, timeout: .seconds(6))
            #expect(sick.status == .failed && sick.diagnostics.contains { $0.message.contains("not well") }, "\(sick)")
            let took = ContinuousClock.now - start
            #expect(took > .seconds(2) && took < .seconds(6), "\(took)")
        }
    }

    @Test func aServerWhoseDiskIsFullIsNotTheCommitsFault() async throws {
        let double = Double()
        try await Site.with(double: double) { site in
            try site.write(Self.schema(""))
            double.state.withLock { $0.isFull = true }
            let full = await site.run(.deploy)
            #expect(full.status == .unavailable && full.checkpoint == nil && full.summary.contains("full"), "\(full)")
            double.state.withLock { $0.isFull = false }
            #expect(await site.run(.deploy).status == .ok)
        }
    }

    @Test func recordsThatAreTooLargeForACheckpointAreFilesAndFew() async throws {
        let double = Double()
        try await Site.with(double: double) { site in
            site.options.value["keep_releases"] = .integer(2)
            for number in 1...5 {
                let text = String(repeating: "\(number)", count: 1_000_000)
                try site.write(["presets/\(site.name("p")).json": #"{"value": {"q": "\#(text)"}}"#])
                #expect(await site.run(.deploy).status == .ok)
                let files = try FileManager.default.contentsOfDirectory(atPath: "\(site.root)/releases")
                let records = files.filter { $0.hasPrefix("record-") }
                #expect((1...3).contains(records.count), "\(files)")
                #expect(records.contains { String(decoding: site.state.value ?? [], as: UTF8.self).contains($0) })
            }
            #expect(await site.run(.deploy).status == .noChange)
        }
    }
}
