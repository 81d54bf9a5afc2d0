import Foundation
import Model
import PluginKit
import Testing
import TypesenseLogic

/// Deployments that end half way or are not well, on a real server, with the host's rules of what is rolled back.
@Suite(
    .enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)),
    .enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
struct RollbackTests {
    private static func schema(_ name: String, _ type: String) -> [String: String] {
        ["schemas/\(name).schema.json": CopyTests.schema(type).replacing("@books", with: "@\(name)")]
    }

    /// Two collections with documents, deployed, and files that ask for both to be rebuilt.
    private func prepareTwo(_ site: Site) async throws -> (a: String, b: String) {
        for name in ["a", "b"] { try site.write(Self.schema(name, "int32")) }
        #expect(await site.run(.deploy).status == .ok)
        for name in ["a", "b"] { try await site.fill(site.name(name), 50, CopyTests.line) }
        for name in ["a", "b"] { try site.write(Self.schema(name, "int64")) }
        return (
            try #require(try await site.target(of: site.name("a"))),
            try #require(try await site.target(of: site.name("b")))
        )
    }

    @Test func aServerThatGoesAwayHalfWayIsRolledBack() async throws {
        try await Site.with { site in
            let old = try await prepareTwo(site)
            site.options.value["patience"] = .string("500ms")
            let b = site.name("b")
            // The first collection is live when the second one is copied.
            site.recorder.cutOff { $0.url.contains("\(b)_") && $0.url.contains("/import") }
            let away = await site.run(.deploy, isKept: false)
            #expect(away.status == .unavailable, "\(away)")
            let now = try #require(try await site.target(of: site.name("a")))
            #expect(now != old.a)
            let told = try DeploymentRecord(checkpoint: try #require(away.checkpoint), folder: site.root)
            #expect(told.collections[site.name("a")]?.live == now && told.collections[b]?.live == old.b)

            site.recorder.cutOff(nil)
            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            #expect(try await site.target(of: site.name("a")) == old.a)
            #expect(await site.run(.health).status == .ok)
            site.options.value["patience"] = .string("30s")
            let cycle = await site.cycle()
            #expect(cycle.deploy.status == .ok && cycle.health?.status == .ok, "\(cycle)")
            #expect(try await site.collections().count == 4, "what was rolled back is removed")
        }
    }

    @Test func aDeploymentThatTouchedNothingSendsNoCheckpoint() async throws {
        try await Site.with { site in
            let old = try await prepareTwo(site)
            site.options.value["patience"] = .string("500ms")
            let a = site.name("a")
            site.recorder.cutOff { $0.url.contains("\(a)_") && $0.url.contains("/import") }
            let cycle = await site.cycle()
            #expect(cycle.deploy.status == .unavailable && cycle.deploy.checkpoint == nil && cycle.rollback == nil)
            #expect(try await site.target(of: a) == old.a)
            // The same before the call that would change something, and after it.
            site.recorder.cutOff { $0.method == "PUT" && $0.url.contains("/aliases/") }
            site.options.value["patience"] = .string("500ms")
            let flip = await site.run(.deploy, isKept: false)
            #expect(flip.status == .unavailable && flip.checkpoint != nil, "\(flip)")
            site.recorder.cutOff(nil)
            #expect(await site.run(.rollback).status == .ok)
            #expect(try await site.target(of: a) == old.a)
        }
    }

    @Test func aCopyThatWasRolledBackIsNotMadeLiveByTheNextDeployment() async throws {
        try await Site.with { site in
            let old = try await CopyTests.prepare(site, 300)
            let (books, flips) = (site.name("books"), Counter())
            let operation = "op-\(UUID().uuidString)"
            site.recorder.before { request in
                if request.method == "PUT", request.url.contains("/aliases/"), flips.next() == 1 {
                    WorkerProcess.kill(operation)
                }
            }
            let cycle = await site.cycle(operation: operation)
            #expect(cycle.deploy.status == .failed && cycle.rollback?.status == .ok, "\(cycle)")
            #expect(try await site.target(of: books) == old)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(site.root)/scratch/copies").isEmpty)
            // The commit is taken back: nothing becomes live.
            try site.write(["schemas/books.schema.json": CopyTests.schema("int32")])
            site.recorder.forget()
            #expect(await site.run(.deploy).status == .noChange)
            #expect(!site.recorder.requests.contains { $0.method == "PUT" })
            #expect(try await site.target(of: books) == old)
            #expect(try await site.collections() == [old])
        }
    }

    /// The daemon was killed, too: nobody rolled back, and another commit came meanwhile.
    @Test func aCopyThatNobodyWantsAnyMoreIsNotMadeLive() async throws {
        try await Site.with { site in
            let old = try await CopyTests.prepare(site, 300)
            site.options.value["patience"] = .string("500ms")
            site.recorder.cutOff { $0.method == "PUT" && $0.url.contains("/aliases/") }
            #expect(await site.run(.deploy, isKept: false).status == .unavailable)
            site.recorder.cutOff(nil)
            site.options.value["patience"] = .string("30s")
            #expect(try await site.target(of: site.name("books")) == old)
            try site.write(["schemas/books.schema.json": CopyTests.schema("int32")])
            site.recorder.forget()
            #expect(await site.run(.deploy).status == .noChange)
            #expect(!site.recorder.requests.contains { $0.method == "PUT" && $0.url.contains("/aliases/") })
            #expect(try await site.collections() == [old])
        }
    }

    /// Killed in the last pass: the name leads to the copy already.
    @Test func whatWasWrittenBeforeAKillAfterTheFlipIsBroughtOver() async throws {
        try await Site.with { site in
            let old = try await CopyTests.prepare(site, 300)
            let (isFlipped, isKilled) = (Site.Box(false), Site.Box(false))
            let operation = "op-\(UUID().uuidString)"
            site.recorder.before { request in
                if request.method == "PUT", request.url.contains("/aliases/") {
                    _ = try? await site.api(
                        "POST", "collections/\(old)/documents?action=upsert", #"{"id":"late","title":"t","year":1}"#)
                    isFlipped.set(true)
                } else if isFlipped.value, !isKilled.value, request.url.contains("/export") {
                    isKilled.set(true)
                    WorkerProcess.kill(operation)
                }
            }
            #expect(await site.run(.deploy, operation: operation).status == .failed)
            #expect(try await site.target(of: site.name("books")) != old)
            let outcome = await site.run(.deploy)
            #expect(outcome.status == .ok, "\(outcome.summary) \(outcome.diagnostics)")
            #expect(try await site.documents(site.name("books")) == 301)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(site.root)/scratch/copies").isEmpty)
        }
    }

    @Test func healthIsRightWhenTheFileIsHalfOrTheStateIsOld() async throws {
        try await Site.with { site in
            _ = try await CopyTests.prepare(site, 20)
            let before = site.state.value
            let deployed = await site.run(.deploy, isKept: false)
            #expect(deployed.status == .ok)
            let file = "\(site.root)/releases/\(Ledger.file)"
            let content = try Data(contentsOf: URL(fileURLWithPath: file))
            #expect(await site.run(.health, state: before).status == .ok)
            for size in [0, 1, content.count / 2, content.count - 1] {
                try content.prefix(size).write(to: URL(fileURLWithPath: file))
                #expect(await site.run(.health, state: deployed.checkpoint).status == .ok, "\(size) bytes")
            }
            try FileManager.default.removeItem(atPath: file)
            #expect(await site.run(.health, state: deployed.checkpoint).status == .ok)
            // Rolled back without what it had written down.
            #expect(await site.run(.rollback, state: before).status == .ok)
            #expect(await site.run(.health, state: before).status == .ok)
        }
    }

    @Test func aStateThatCannotBeReadIsWrittenAnew() async throws {
        try await Site.with { site in
            _ = try await CopyTests.prepare(site, 20)
            try site.write(["schemas/books.schema.json": CopyTests.schema("int32")])
            site.state.set(Array(#"{"file": "record-gone.json"}"#.utf8))
            #expect(await site.run(.rollback).status == .failed, "nobody knows what was live")
            let outcome = await site.run(.deploy)
            #expect(outcome.status == .ok && outcome.diagnostics.contains { $0.severity == .warning }, "\(outcome)")
            #expect(await site.run(.deploy).status == .noChange)
        }
    }

    // MARK: what was there before the deployer

    @Test func whatOthersHadBeforeAFirstDeploymentComesBackAndStays() async throws {
        try await Site.with { site in
            let books = site.name("books")
            // A common way to name them, and it looks like ours.
            let (live, older) = ("\(books)_1700000000", "\(books)_1600000000")
            for name in [live, older] {
                try await site.api(
                    "POST", "collections", CopyTests.schema("int32").replacing("\"@books\"", with: "\"\(name)\""))
            }
            try await site.api("PUT", "aliases/@books", #"{"collection_name": "\#(live)"}"#)
            try await site.fill(books, 30, CopyTests.line)
            try await site.api("PUT", "collections/\(live)/synonyms/s", #"{"synonyms": ["a", "b"]}"#)
            try site.write([
                "schemas/books.schema.json": CopyTests.schema("int64"),
                "synonyms/\(books).json": #"[{"id": "t", "synonyms": ["c", "d"]}]"#,
                "presets/\(site.name("p")).json": #"{"value": {"q": "*"}}"#,
            ])
            try await site.api("PUT", "presets/@p", #"{"value": {"q": "theirs"}}"#)
            #expect(await site.run(.deploy, isKept: false).status == .ok)
            #expect(try await site.target(of: books) != live)
            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            #expect(try await site.target(of: books) == live)
            #expect(try await site.documents(books) == 30)
            let synonyms = try await site.api("GET", "collections/@books/synonyms").json?["synonyms"]?.array
            #expect(synonyms?.map { $0["id"] } == ["s"], "\(synonyms as Any)")
            let preset = try await site.api("GET", "presets").json?["presets"]?.array?.first {
                $0["name"]?.string == site.name("p")
            }
            #expect(preset?["value"]?["q"] == "theirs")

            // Deployed for good, with nothing kept: theirs stay.
            site.options.value["keep_releases"] = .integer(1)
            for type in ["int64", "float"] {
                try site.write(["schemas/books.schema.json": CopyTests.schema(type)])
                #expect(await site.run(.deploy).status == .ok)
            }
            let left = try await site.collections()
            #expect(left.contains(live) && left.contains(older), "\(left)")
            try await site.api("DELETE", "presets/@p")
        }
    }

    @Test func anAdoptedCollectionComesBackAfterAFailedFirstDeployment() async throws {
        try await Site.with { site in
            let books = site.name("books")
            try await site.api("POST", "collections", CopyTests.schema("int32"))
            try await site.fill(books, 40, CopyTests.line)
            try site.write(["schemas/books.schema.json": CopyTests.schema("int64")])
            site.options.value["adopt"] = .bool(true)
            site.options.value["keep_releases"] = .integer(1)
            #expect(await site.run(.deploy, isKept: false).status == .ok)
            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            #expect(try await site.documents(books) == 40)
            let fields = try await site.api("GET", "collections/@books").json?["fields"]?.array
            #expect(fields?.contains { $0["type"] == "int32" } == true)
        }
    }

    /// The first name for it was taken, and the schema was altered since the last deployment.
    @Test func anAdoptedCollectionIsFoundUnderWhateverNameItGot() async throws {
        try await Site.with { site in
            let books = site.name("books")
            func make(_ count: Int) async throws {
                try await site.api("POST", "collections", CopyTests.schema("int32"))
                try await site.fill(books, count, CopyTests.line)
            }
            try await make(40)
            try site.write(["schemas/books.schema.json": CopyTests.schema("int32")])
            #expect(await site.run(.deploy).status == .ok)
            let state = site.state.value
            site.options.value["adopt"] = .bool(true)
            try site.write(["schemas/books.schema.json": CopyTests.schema("int64")])
            #expect(await site.run(.deploy, isKept: false).status == .ok)
            #expect(await site.run(.rollback).status == .ok)
            let first = try #require(try await site.target(of: books))
            #expect(try await site.documents(books) == 40)

            try await site.api("DELETE", "aliases/@books")
            try await make(41)
            site.state.set(state)
            #expect(await site.run(.deploy, isKept: false).status == .ok)
            let back = await site.run(.rollback)
            #expect(back.status == .ok, "\(back)")
            #expect(try await site.target(of: books) == "\(first)_2")
            #expect(try await site.documents(books) == 41)
            // From now on it is an alias, also in the state.
            let told: [UInt8] = try #require(back.checkpoint)
            site.state.set(told)
            try site.write(["schemas/books.schema.json": CopyTests.schema("int32")])
            #expect(try await site.plan().isEmpty)
        }
    }

    /// `forget`, or a history that was lost: what the service has is not what a first deployment made.
    @Test func aServiceWhoseStateWasForgottenKeepsWhatItHas() async throws {
        try await Site.with { site in
            let old = try await CopyTests.prepare(site, 60)
            let books = site.name("books")
            site.state.set(nil)
            // Refused before it touches anything, and after.
            try site.write(["schemas/books.schema.json": "{"])
            let refused = await site.cycle()
            #expect(refused.deploy.status == .failed && refused.rollback.map(Site.isFine) == true, "\(refused)")
            #expect(try await site.target(of: books) == old)
            try site.write(["schemas/books.schema.json": CopyTests.schema("int64")])
            #expect(await site.run(.deploy, isKept: false).status == .ok)
            #expect(await site.run(.rollback).status == .ok)
            #expect(try await site.target(of: books) == old)
            #expect(try await site.documents(books) == 60)
        }
    }
}
