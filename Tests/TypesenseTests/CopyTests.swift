import Foundation
import Model
import PluginKit
import Synchronization
import Testing
import TypesenseLogic

/// Copies of real collections, and what may happen to them on the way.
@Suite(
    .enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)),
    .enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
struct CopyTests {
    static func schema(_ type: String, _ more: String = "") -> String {
        #"{"name": "@books", "fields": [{"name": "title", "type": "string"}, {"name": "year", "type": "\#(type)"}\#(more)]}"#
    }
    static func line(_ number: Int) -> String { #"{"id":"\#(number)","title":"book \#(number) 😀","year":\#(number)}"# }

    /// A deployed collection with documents, and files that ask for it to be rebuilt.
    static func prepare(_ site: Site, _ count: Int, batch: Int = 100) async throws -> String {
        site.options.value["batch_size"] = .integer(Int64(batch))
        try site.write(["schemas/books.schema.json": schema("int32")])
        #expect(await site.run(.deploy).status == .ok)
        try await site.fill(site.name("books"), count, line)
        try site.write(["schemas/books.schema.json": schema("int64")])
        return try #require(try await site.target(of: site.name("books")))
    }

    @Test func documentsWrittenDuringTheCopyAreBroughtOver() async throws {
        try await Site.with { site in
            let old = try await Self.prepare(site, 3000)
            let books = site.name("books")
            let (imports, flips) = (Counter(), Counter())
            site.recorder.before { request in
                if request.url.contains("/import"), imports.next() == 15 {
                    // Some behind the copy, some before it.
                    _ = try? await site.api(
                        "POST", "collections/@books/documents/import?action=upsert",
                        """
                        {"id":"5","title":"changed behind","year":5}
                        {"id":"2900","title":"changed before","year":2900}
                        {"id":"new-1","title":"new","year":1}
                        """, type: "text/plain")
                    _ = try? await site.api("DELETE", "collections/@books/documents/7")
                    _ = try? await site.api("DELETE", "collections/@books/documents/2950")
                }
                if request.method == "PUT", request.url.contains("/aliases/"), flips.next() == 1 {
                    _ = try? await site.api(
                        "POST", "collections/@books/documents/import?action=upsert",
                        """
                        {"id":"8","title":"changed late","year":8}
                        {"id":"new-2","title":"new and late","year":2}
                        """, type: "text/plain")
                    _ = try? await site.api("DELETE", "collections/@books/documents/9")
                }
            }
            let outcome = await site.run(.deploy)
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            #expect(try await site.target(of: books) != old)
            #expect(try await site.documents(books) == 3000 - 3 + 2)
            for (id, title) in [
                ("5", "changed behind"), ("2900", "changed before"), ("new-1", "new"), ("8", "changed late"),
                ("new-2", "new and late"),
            ] {
                #expect(try await site.api("GET", "collections/@books/documents/\(id)").json?["title"]?.string == title)
            }
            for id in ["7", "2950", "9"] {
                #expect(try await site.api("GET", "collections/@books/documents/\(id)").status == 404, "\(id)")
            }
        }
    }

    @Test func aCopyWhoseWorkerIsKilledIsContinuedAndNotLiveBefore() async throws {
        try await Site.with { site in
            let old = try await Self.prepare(site, 5000)
            let imports = Counter()
            let operation = "op-\(UUID().uuidString)"
            site.recorder.before { request in
                if request.url.contains("/import"), imports.next() == 25 { WorkerProcess.kill(operation) }
            }
            let killed = await site.run(.deploy, operation: operation)
            #expect(killed.status == .failed && killed.summary.contains("SIGKILL"), "\(killed.summary)")
            #expect(try await site.target(of: site.name("books")) == old)
            #expect(try await site.documents(site.name("books")) == 5000)
            #expect(try await site.collections().count == 2, "the half copy waits")
            let before = imports.value
            let log = Site.Box<[String]>([])
            let outcome = await site.run(.deploy) { event in
                if case .log(let line) = event { log.value.append(line.text) }
            }
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            #expect(log.value.contains { $0.contains("was interrupted; it goes on") }, "\(log.value)")
            // 50 batches in all; 24 and perhaps one more were there.
            #expect(imports.value - before <= 27, "\(imports.value - before) batches were needed after the kill")
            #expect(try await site.documents(site.name("books")) == 5000)
            #expect(try await site.target(of: site.name("books")) != old)
            #expect(try await site.collections().count == 2)
        }
    }

    @Test func aHalfCopyThatNobodyWantsAnyMoreIsRemoved() async throws {
        try await Site.with { site in
            let old = try await Self.prepare(site, 2000)
            let imports = Counter()
            let operation = "op-\(UUID().uuidString)"
            site.recorder.before { request in
                if request.url.contains("/import"), imports.next() == 5 { WorkerProcess.kill(operation) }
            }
            #expect(await site.run(.deploy, operation: operation).status == .failed)
            // The commit is taken back.
            try site.write(["schemas/books.schema.json": Self.schema("int32")])
            #expect(await site.run(.deploy).status == .noChange)
            #expect(try await site.collections() == [old])
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(site.root)/scratch/copies").isEmpty)
        }
    }

    @Test func aKillBetweenCountingAndFlippingIsFinished() async throws {
        try await Site.with { site in
            let old = try await Self.prepare(site, 500)
            let flips = Counter()
            let operation = "op-\(UUID().uuidString)"
            site.recorder.before { request in
                if request.method == "PUT", request.url.contains("/aliases/"), flips.next() == 1 {
                    WorkerProcess.kill(operation)
                }
            }
            #expect(await site.run(.deploy, operation: operation).status == .failed)
            let outcome = await site.run(.deploy)
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            #expect(try await site.target(of: site.name("books")) != old)
            #expect(try await site.documents(site.name("books")) == 500)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(site.root)/scratch/copies").isEmpty)
        }
    }

    /// The call was on its way when the worker was killed, and arrived after the next deployment had looked.
    @Test func aFlipThatArrivesLateLeavesNoJob() async throws {
        try await Site.with { site in
            let old = try await Self.prepare(site, 30)
            let books = site.name("books")
            try site.write(["schemas/books.schema.json": Self.schema("int32")])
            var job = CopyJob(name: books, source: "\(books)_gone", target: old)
            job.phase = .copying
            try CopyDesk(scratch: "\(site.root)/scratch").write(job)
            #expect(await site.run(.deploy).status == .noChange)
            #expect(try await site.target(of: books) == old)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(site.root)/scratch/copies").isEmpty)
        }
    }

    @Test func documentsThatDoNotFitAreCountedAndReported() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try site.write(["schemas/books.schema.json": Self.schema("string")])
            #expect(await site.run(.deploy).status == .ok)
            try await site.fill(books, 300) {
                #"{"id":"\#($0)","title":"t","year":"\#($0 % 100 == 7 ? "unknown" : "\($0)")"}"#
            }
            let old = try await site.target(of: books)
            try site.write(["schemas/books.schema.json": Self.schema("int32")])
            let refused = await site.run(.deploy)
            #expect(refused.status == .failed && refused.summary.contains("3 of 300 documents"), "\(refused.summary)")
            for id in ["7", "107", "207"] {
                #expect(
                    refused.diagnostics.contains {
                        $0.message.contains("document '\(id)'") && $0.message.contains("year")
                    }, "\(refused.diagnostics)")
            }
            #expect(try await site.target(of: books) == old)
            #expect(try await site.collections().count == 1, "what nobody will come back for is taken away")

            site.options.value["max_failures"] = .integer(3)
            let allowed = await site.run(.deploy)
            #expect(
                allowed.status == .ok && allowed.diagnostics.filter { $0.severity == .warning }.count == 4, "\(allowed)"
            )
            #expect(try await site.documents(books) == 297)
            #expect(try await site.api("GET", "collections/@books/documents/8").json?["year"]?.integer == 8, "coerced")
        }
    }

    @Test func fieldsThatBecomeListsOrAreNewAreFilled() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try site.write(["schemas/books.schema.json": Self.schema("int32")])
            #expect(await site.run(.deploy).status == .ok)
            try await site.fill(books, 50, Self.line)
            let more = #", {"name": "shelf", "type": "string"}"#
            try site.write(["schemas/books.schema.json": Self.schema("int32", more)])
            let refused = await site.run(.deploy)
            #expect(refused.status == .failed, "\(refused)")
            #expect(
                refused.diagnostics.contains {
                    $0.location?.file == "schemas/books.schema.json" && $0.location?.column ?? 0 > 1
                        && $0.detail?.contains("'defaults'") == true
                }, "\(refused.diagnostics)")

            site.options.value["defaults"] = .object([books: .object(["shelf": .string("a \"b\"")])])
            try site.write(["schemas/books.schema.json": Self.schema("int32[]", more)])
            let outcome = await site.run(.deploy)
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            let document = try await site.api("GET", "collections/@books/documents/7").json
            #expect(document?["year"] == [7] && document?["shelf"] == "a \"b\"", "\(document as Any)")
            #expect(try await site.documents(books) == 50)
        }
    }

    @Test func aCollectionWithoutAnAliasIsReplacedOnlyWhenThatIsAllowed() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try await site.api("POST", "collections", Self.schema("int32"))
            try await site.fill(books, 40, Self.line)
            try await site.api("PUT", "collections/@books/synonyms/s", #"{"synonyms": ["a", "b"]}"#)
            try site.write(["schemas/books.schema.json": Self.schema("int32")])
            #expect(await site.run(.deploy).status == .ok, "it is as declared")
            #expect(try await site.collections() == [books])
            try site.write(["schemas/books.schema.json": Self.schema("int64")])
            let refused = await site.run(.deploy)
            #expect(
                refused.status == .failed
                    && refused.diagnostics.contains { $0.detail?.contains("adopt: true") == true }, "\(refused)")
            #expect(try await site.collections() == [books])

            site.options.value["adopt"] = .bool(true)
            let outcome = await site.run(.deploy, isKept: false)
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            let new = try #require(try await site.target(of: books))
            #expect(try await site.documents(books) == 40)
            #expect(
                try await site.api("GET", "collections/\(new)/synonyms").json?["synonyms"]?.array?.count == 1,
                "carried over")
            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            let moved = try #require(try await site.target(of: books))
            #expect(moved != new)
            #expect(try await site.documents(books) == 40)
            let fields = try await site.api("GET", "collections/\(moved)").json?["fields"]?.array
            #expect(fields?.contains { $0["type"] == "int32" } == true)
        }
    }

    @Test func aNameThatBecameAnAliasIsNotDeletedOnceMore() async throws {
        try await Site.with { site in
            let old = try await Self.prepare(site, 30)
            let books = site.name("books")
            try site.write(["schemas/books.schema.json": Self.schema("int32")])
            // As a kill leaves it between the flip of an adopted collection and the end of its job.
            var job = CopyJob(name: books, source: books, target: old, replacesName: true)
            job.phase = .flipping
            try CopyDesk(scratch: "\(site.root)/scratch").write(job)
            #expect(await site.run(.deploy).status == .noChange)
            #expect(try await site.target(of: books) == old)
            #expect(try await site.documents(books) == 30)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(site.root)/scratch/copies").isEmpty)
        }
    }

    @Test func aDocumentOfTenMegabytesIsCopied() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try site.write(["schemas/books.schema.json": Self.schema("int32")])
            #expect(await site.run(.deploy).status == .ok)
            let text = String(repeating: "0123456789", count: 1_000_000)
            try await site.fill(books, 1) { #"{"id":"\#($0)","title":"t","year":1,"blob":"\#(text)"}"# }
            try await site.fill(books, 5, from: 1, Self.line)
            try site.write(["schemas/books.schema.json": Self.schema("int64")])
            let outcome = await site.run(.deploy)
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            #expect(try await site.documents(books) == 6)
            #expect(try await site.api("GET", "collections/@books/documents/0").text.utf8.count > 10_000_000)
        }
    }
}

final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

/// The process that runs the plugin for an operation.
enum WorkerProcess {
    static func kill(_ operation: String) {
        let marker = Array("DEPLOYER_OPERATION=\(operation)".utf8)
        let ours = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
            .filter { pid in
                guard let content = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { return false }
                return content.split(separator: 0).contains { $0.elementsEqual(marker) }
            }
        // Its guardian carries the mark as well, and must see it end.
        for pid in ours where parent(pid).map(ours.contains) == true { Foundation.kill(pid, SIGKILL) }
    }

    private static func parent(_ pid: Int32) -> Int32? {
        let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return text?.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { Int32($0) }
    }
}
