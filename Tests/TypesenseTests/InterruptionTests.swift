import Foundation
import Model
import PluginKit
import Synchronization
import Testing
import TypesenseLogic

/// One deployment that changes everything there is, cut off before each of its requests that change something, in turn.
@Suite(
    .serialized,
    .enabled(if: Engine.isThere, Comment(rawValue: Engine.missing)),
    .enabled(if: Site.isBuilt, "the plugin's library or PluginWorker is not built"))
struct InterruptionTests {
    enum Cut: CaseIterable {
        /// The server cannot be reached any more; the host's rule says what is rolled back.
        case serverAway
        /// The worker is killed, and the host rolls back.
        case workerKilled
        /// The daemon is gone as well: the next deployment finds what is there.
        case daemonKilled
    }

    private static func files(_ site: Site, isNew: Bool) -> [String: String] {
        func schema(_ name: String, _ type: String, _ more: String = "") -> String {
            CopyTests.schema(type, more).replacing("@books", with: "@\(name)")
        }
        let lang = #", {"name": "lang", "type": "string", "optional": true}"#
        return [
            "schemas/a.schema.json": schema("a", isNew ? "int64" : "int32"),
            "schemas/b.schema.json": schema("b", "int32", isNew ? lang : ""),
            "schemas/c.schema.json": schema("c", isNew ? "float" : "int32"),
            "synonyms/\(site.name("a")).json": #"[{"id": "s", "synonyms": ["x", "\#(isNew ? "z" : "y")"]}]"#,
            "synonyms/\(site.name("b")).json": #"[{"id": "s", "synonyms": ["x", "\#(isNew ? "z" : "y")"]}]"#,
            "presets/\(site.name("p")).json": #"{"value": {"q": "\#(isNew ? "new" : "old")"}}"#,
            "aliases/\(site.name("l")).json": #"{"collection_name": "@a"}"#,
        ]
    }

    /// All that whoever searches can see.
    private static func seen(_ site: Site) async throws -> [String] {
        var lines: [String] = []
        for name in ["a", "b", "c", "l"] {
            let collection = try await site.api("GET", "collections/@\(name)").json
            let fields = (collection?["fields"]?.array ?? []).map {
                "\($0["name"]?.string ?? ""):\($0["type"]?.string ?? "")"
            }
            let synonyms = try await site.api("GET", "collections/@\(name)/synonyms").json?["synonyms"]?.text ?? ""
            lines.append(
                "\(name) \(collection?["name"]?.string ?? "-") \(fields.sorted()) "
                    + "\(collection?["num_documents"]?.integer ?? -1) \(synonyms)")
        }
        let presets = try await site.api("GET", "presets").json?["presets"]?.array ?? []
        lines.append(presets.first { $0["name"]?.string == site.name("p") }?.text ?? "no preset")
        return lines
    }

    @Test(.timeLimit(.minutes(5)), arguments: Cut.allCases)
    func whereverADeploymentIsCutOffNothingIsHalf(_ cut: Cut) async throws {
        try await Site.with { site in
            site.options.value["batch_size"] = .integer(20)
            try site.write(Self.files(site, isNew: false))
            #expect(await site.run(.deploy).status == .ok)
            for name in ["a", "b", "c"] { try await site.fill(site.name(name), 50, CopyTests.line) }
            #expect(await site.run(.deploy).status == .noChange)

            var number = 0
            while true {
                number += 1
                try site.write(Self.files(site, isNew: true))
                let before = try await Self.seen(site)
                guard let isWell = try await interrupted(site, cut, at: number) else { break }
                if isWell {
                    #expect(try await Self.seen(site) == before, "cut off before request \(number)")
                    #expect(await site.run(.health).status == .ok, "\(number)")
                }
                let again = await site.run(.deploy)
                #expect(again.status == .ok, "\(number): \(again.summary) \(again.diagnostics)")
                let after = try await Self.seen(site)
                #expect(
                    after[0].contains("int64") && after[3].contains("int64") && after[0].contains(" 50 "), "\(after)")
                #expect(after[1].contains("lang:string") && after[2].contains("year:float"), "\(number): \(after)")
                #expect(after[4].contains("new") && after.prefix(2).allSatisfy { $0.contains("\"z\"") }, "\(after)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(site.root)/scratch/copies").isEmpty)

                try site.write(Self.files(site, isNew: false))
                let back = await site.run(.deploy)
                #expect(back.status == .ok, "\(number): \(back.summary) \(back.diagnostics)")
                // Three releases of each; a field that goes has the second one rebuilt, too.
                let all = try await site.collections()
                #expect(all.count <= 9, "\(number): \(all)")
            }
            #expect(number > 12, "only \(number) requests change something")
            try await site.api("DELETE", "presets/@p")
        }
    }

    /// Whether all must be as before; nil when the deployment has fewer such requests and was not cut off.
    private func interrupted(_ site: Site, _ cut: Cut, at number: Int) async throws -> Bool? {
        let requests = Counter()
        let operation = "op-\(UUID().uuidString)"
        let isCutOff: @Sendable (Recorder.Request) -> Bool = { $0.method != "GET" && requests.next() == number }
        defer {
            site.recorder.cutOff(nil)
            site.recorder.before { _ in }
            site.options.value["patience"] = .string("30s")
        }
        if cut == .serverAway {
            site.options.value["patience"] = .string("300ms")
            site.recorder.cutOff(isCutOff)
        } else {
            site.recorder.before { if isCutOff($0) { WorkerProcess.kill(operation) } }
        }
        let outcome = await site.run(.deploy, isKept: false, operation: operation)
        guard requests.value >= number else {
            #expect(outcome.status == .ok, "\(outcome)")
            return nil
        }
        site.recorder.cutOff(nil)
        site.recorder.before { _ in }
        // A last call that removes what is old fails no deployment.
        if Site.isFine(outcome) { return false }
        if cut == .daemonKilled { return false }
        if cut == .serverAway {
            #expect(outcome.status == .unavailable, "\(number): \(outcome)")
            if outcome.checkpoint == nil { return true }
        }
        site.options.value["patience"] = .string("30s")
        let back = await site.run(.rollback)
        #expect(back.status == .ok, "\(number): \(back.summary) \(back.diagnostics)")
        return true
    }
}
