import Foundation
import Model
import PluginKit
import Testing
import TypesenseLogic

/// A collection's own name becomes an alias while others write to it.
@Suite(
    .enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)),
    .enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
struct AdoptionTests {
    private func prepare(_ site: Site) async throws -> String {
        let books = site.name("books")
        try await site.api("POST", "collections", CopyTests.schema("int32"))
        try await site.fill(books, 200, CopyTests.line)
        try site.write(["schemas/books.schema.json": CopyTests.schema("int64")])
        site.options.value["adopt"] = .bool(true)
        return books
    }

    private static func upsert(_ site: Site, _ id: String) async {
        let answer = try? await site.api(
            "POST", "collections/@books/documents?action=upsert", #"{"id":"\#(id)","title":"t","year":1}"#)
        #expect(answer?.status == 201)
    }

    @Test func whatIsWrittenAfterTheLastReadingOfTheCopyIsBroughtOver() async throws {
        try await Site.with { site in
            let books = try await prepare(site)
            let plan = await site.run(.plan)
            #expect(plan.outputs["plan"]?.contains("stop writers") == true, "\(plan.outputs)")
            let (exports, writes) = (Counter(), Counter())
            site.recorder.before { request in
                if request.url.hasSuffix("/\(books)/documents/export") {
                    _ = exports.next()
                } else if exports.value == 2, writes.next() == 1 {
                    await Self.upsert(site, "late")
                }
            }
            let log = Site.Box<[String]>([])
            let outcome = await site.run(.deploy) { event in
                if case .log(let line) = event { log.value.append(line.text) }
            }
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            #expect(writes.value > 0)
            #expect(try await site.documents(books) == 201)
            #expect(log.value.contains { $0.contains("nothing should write to it") }, "\(log.value)")
        }
    }

    @Test func aCollectionThatIsWrittenToAllTheTimeStaysAsItIs() async throws {
        try await Site.with { site in
            let books = try await prepare(site)
            let writes = Counter()
            let isOn = Site.Box(true)
            site.recorder.before { request in
                if isOn.value, request.url.hasSuffix("/export") { await Self.upsert(site, "new-\(writes.next())") }
            }
            let cycle = await site.cycle()
            #expect(
                cycle.deploy.status == .failed && cycle.deploy.summary.contains("written to all the time"), "\(cycle)")
            #expect(cycle.rollback.map(Site.isFine) == true, "\(cycle)")
            #expect(try await site.target(of: books) == nil, "it is a collection still")
            #expect(try await site.documents(books) == 200 + writes.value)
            isOn.set(false)
            #expect(await site.run(.deploy).status == .ok)
            #expect(try await site.target(of: books) != nil)
            #expect(try await site.documents(books) == 200 + writes.value)
        }
    }

    @Test func whatIsLostInTheLastMomentIsSaid() async throws {
        try await Site.with { site in
            let books = try await prepare(site)
            site.recorder.before { request in
                if request.method == "DELETE", request.url.hasSuffix("/\(books)") { await Self.upsert(site, "lost") }
            }
            let outcome = await site.run(.deploy)
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            #expect(try await site.documents(books) == 200)
            let warning = outcome.diagnostics.first { $0.code == "typesense.adopt" }
            #expect(warning?.message.contains("held 201 documents") == true, "\(outcome.diagnostics)")
        }
    }

    /// Between two calls. Rolled back or not, the name leads to the documents again.
    @Test(arguments: [true, false]) func anEndWhileTheNameIsGoneLosesNothing(_ isRolledBack: Bool) async throws {
        try await Site.with { site in
            let books = try await prepare(site)
            site.options.value["patience"] = .string("500ms")
            site.recorder.cutOff { $0.method == "PUT" && $0.url.hasSuffix("/aliases/\(books)") }
            let away = await site.run(.deploy, isKept: false)
            #expect(away.status == .unavailable && away.checkpoint != nil, "\(away)")
            #expect(try await site.api("GET", "collections/@books").status == 404)
            site.recorder.cutOff(nil)
            site.options.value["patience"] = .string("30s")
            if isRolledBack {
                let back = await site.run(.rollback)
                #expect(back.status == .ok, "\(back)")
                #expect(try await site.documents(books) == 200)
            }
            let outcome = await site.run(.deploy)
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            #expect(try await site.documents(books) == 200)
        }
    }
}
