import Foundation
import Model
import Net
import PluginKit
import PluginTestSupport
import Stages
import Synchronization
import TestSupport
import Testing
import TypesenseLogic

/// A workspace's folder, a server and the plugin's library in a worker: what a daemon would do with a service.
struct Site: Sendable {
    let root: String
    let urls: [String]
    let key: String
    let runner: PluginRunner
    let recorder: Recorder
    let masker: SecretMasker
    let transport: HTTPTransport
    /// Begins the name of every collection, so that tests share a server.
    let prefix: String
    /// The checkpoint of the last deployment that ended well.
    let state = Box<[UInt8]?>(nil)
    let options = Box<[String: JSONValue]>([:])

    final class Box<Value: Sendable>: Sendable {
        private let content: Mutex<Value>
        init(_ value: Value) { content = Mutex(value) }
        var value: Value {
            get { content.withLock { $0 } }
            set { content.withLock { $0 = newValue } }
        }
        func set(_ value: Value) { content.withLock { $0 = value } }
    }

    static let library = BuiltExecutable.path("libTypesensePlugin.so")
    static let isBuilt = [library, BuiltExecutable.path("PluginWorker")].allSatisfy {
        FileManager.default.isReadableFile(atPath: $0)
    }

    /// - Parameter double: stands in for a server; the engine is not asked then.
    static func with(
        _ engine: Engine? = nil, double: Double? = nil, _ body: (Site) async throws -> Void
    ) async throws {
        let engine = double == nil ? try engine ?? Engine.shared() : nil
        try await ScratchDirectory.with { root in
            for folder in ["source", "scratch", "releases"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            }
            let transport = HTTPTransport()
            let masker = SecretMasker()
            let key = double?.key ?? engine?.key ?? ""
            let variables = ["TYPESENSE_API_KEY": key, "SEARCH_KEY": "search-\"only\"-\(UUID().uuidString)"]
            let network = NetHTTPService(transport)
            let recorder = Recorder(double ?? network, double ?? network)
            let services = HostServices(
                process: ProcessRunner(groups: .none), http: recorder, streams: recorder,
                secrets: SecretStore(environment: variables, masker: masker), masker: masker,
                environment: ProcessInfo.processInfo.environment)
            let runner = PluginRunner(
                catalog: try OnePluginCatalog(TypesensePlugin.manifest.document, library: Self.library),
                worker: BuiltExecutable.path("PluginWorker"), services: services)
            let site = Site(
                root: root, urls: engine?.urls ?? ["http://double:8108"], key: key, runner: runner, recorder: recorder,
                masker: masker, transport: transport, prefix: "t\(UUID().uuidString.prefix(8).lowercased())")
            site.options.set([
                "url": .string(site.urls.joined(separator: ",")), "timeout": .string("10s"), "patience": .string("30s"),
            ])
            do {
                try await body(site)
                try SpecificationCheck.verify(recorder.requests)
                try site.checkSecrecy(variables)
            } catch {
                if double == nil { await site.clean() }
                await transport.shutdown()
                throw error
            }
            if double == nil { await site.clean() }
            await transport.shutdown()
        }
    }

    func name(_ text: String) -> String { "\(prefix)\(text)" }

    func write(_ files: [String: String]) throws {
        for (path, content) in files {
            let file = URL(fileURLWithPath: "\(root)/source/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.replacing("@", with: prefix).utf8).write(to: file)
        }
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(root)/source/\(path)") }

    /// One stage. A deployment that ends well is asked for its health, as the daemon does, with the state of before and with its
    /// own; then its checkpoint is the state.
    ///
    /// - Parameter isKept: false when what comes after it fails: then nothing is kept, and no health is asked for.
    @discardableResult
    func run(
        _ stage: Stage, isKept: Bool = true, timeout: Duration = .seconds(120), operation: String = UUID().uuidString,
        events: @escaping @Sendable (StageEvent) -> Void = { _ in }
    ) async -> StageOutcome {
        let outcome = await run(stage, state: state.value, timeout, operation, events)
        guard stage == .deploy, isKept, Self.isFine(outcome) else { return outcome }
        for state in [state.value, outcome.checkpoint ?? state.value] {
            let health = await run(.health, state: state, .seconds(20))
            #expect(Self.isFine(health), "\(health.summary) \(health.diagnostics)")
        }
        if let checkpoint = outcome.checkpoint { state.set(checkpoint) }
        return outcome
    }

    /// A cycle as the daemon goes through it: what ends badly after a checkpoint is rolled back with the state of before.
    func cycle(
        operation: String = UUID().uuidString
    ) async -> (deploy: StageOutcome, health: StageOutcome?, rollback: StageOutcome?) {
        let deploy = await run(.deploy, state: state.value, operation: operation)
        var health: StageOutcome?
        var isBegun = true
        if Self.isFine(deploy) {
            let asked = await run(.health, state: deploy.checkpoint ?? state.value, .seconds(20))
            health = asked
            if Self.isFine(asked) {
                if let checkpoint = deploy.checkpoint { state.set(checkpoint) }
                return (deploy, health, nil)
            }
        } else if deploy.status == .unavailable || deploy.status == .retryable {
            isBegun = deploy.checkpoint != nil
        }
        guard isBegun else { return (deploy, health, nil) }
        let rollback = await run(.rollback, state: state.value)
        if Self.isFine(rollback), let checkpoint = rollback.checkpoint { state.set(checkpoint) }
        return (deploy, health, rollback)
    }

    static func isFine(_ outcome: StageOutcome) -> Bool { outcome.status == .ok || outcome.status == .noChange }

    func run(
        _ stage: Stage, state: [UInt8]?, _ timeout: Duration = .seconds(120), operation: String = UUID().uuidString
    ) async -> StageOutcome { await run(stage, state: state, timeout, operation) { _ in } }

    private func run(
        _ stage: Stage, state: [UInt8]?, _ timeout: Duration, _ operation: String,
        _ events: @escaping @Sendable (StageEvent) -> Void
    ) async -> StageOutcome {
        var service = Service(name: ServiceName("search")!, path: "repos/search", kind: "typesense")
        service.options = .object(options.value)
        var request = StageRequest(
            operation: operation, service: service, stage: stage, sourceDirectory: "\(root)/source",
            scratchDirectory: "\(root)/scratch", releaseDirectory: "\(root)/releases",
            revision: Revision(String(repeating: "a1", count: 20))!, timeout: timeout)
        request.state = state
        return await runner.run(request, events: events)
    }

    /// The plan as `host plan` reads it: action, subject, reason.
    func plan() async throws -> [(action: String, subject: String, reason: String)] {
        let outcome = await run(.plan)
        #expect(outcome.status == .ok || outcome.status == .noChange, "\(outcome.summary) \(outcome.diagnostics)")
        let text = try #require(outcome.outputs["plan"])
        let json = try PluginJSON(parsing: Array(text.utf8))
        return (json.array ?? []).map {
            (
                $0["action"]?.string ?? "", $0["subject"]?.string?.replacing(prefix, with: "@") ?? "",
                $0["reason"]?.string?.replacing(prefix, with: "@") ?? ""
            )
        }
    }

    // MARK: the server, asked directly

    @discardableResult
    func api(
        _ method: String, _ path: String, _ body: String = "", at node: Int = 0, type: String = "application/json"
    ) async throws -> (status: Int, json: PluginJSON?, text: String) {
        let answer = try await transport.send(
            .init(
                method, "\(urls[node])/\(path.replacing("@", with: prefix))",
                headers: [.init("X-TYPESENSE-API-KEY", key), .init("Content-Type", type)],
                body: Array(body.replacing("@", with: prefix).utf8), timeout: .seconds(60), maximumBody: 64 << 20))
        return (answer.status, try? PluginJSON(parsing: answer.body), answer.text)
    }

    func documents(_ collection: String, at node: Int = 0) async throws -> Int {
        try #require(try await api("GET", "collections/\(collection)", at: node).json?["num_documents"]?.integer)
    }

    func target(of alias: String, at node: Int = 0) async throws -> String? {
        try await api("GET", "aliases/\(alias)", at: node).json?["collection_name"]?.string
    }

    /// Collections of this test.
    func collections() async throws -> [String] {
        let list = try await api("GET", "collections").json?.array ?? []
        return list.compactMap { $0["name"]?.string }.filter { $0.hasPrefix(prefix) }.sorted()
    }

    /// Documents `0` to `count - 1`, made by `line`.
    func fill(_ collection: String, _ count: Int, from first: Int = 0, _ line: (Int) -> String) async throws {
        for start in stride(from: first, to: first + count, by: 5000) {
            let lines = (start..<min(start + 5000, first + count)).map(line).joined(separator: "\n")
            let answer = try await api(
                "POST", "collections/\(collection)/documents/import?action=upsert", lines, type: "text/plain")
            #expect(answer.status == 200 && !answer.text.contains("\"success\":false"), "\(answer.text.prefix(300))")
        }
    }

    private func clean() async {
        for name in (try? await collections()) ?? [] { _ = try? await api("DELETE", "collections/\(name)") }
        let aliases = (try? await api("GET", "aliases").json?["aliases"]?.array) ?? []
        for alias in aliases.compactMap({ $0["name"]?.string }) where alias.hasPrefix(prefix) {
            _ = try? await api("DELETE", "aliases/\(alias)")
        }
    }

    /// No secret in a file, nor in what was kept.
    private func checkSecrecy(_ secrets: [String: String]) throws {
        let files = FileManager.default.enumerator(atPath: root)?.allObjects.compactMap { $0 as? String } ?? []
        for file in files {
            guard let content = FileManager.default.contents(atPath: "\(root)/\(file)") else { continue }
            for (name, secret) in secrets where !secret.isEmpty {
                #expect(content.range(of: Data(secret.utf8)) == nil, "\(name) stands in \(file)")
            }
        }
        for (name, secret) in secrets where !secret.isEmpty {
            #expect(
                state.value.map { Data($0).range(of: Data(secret.utf8)) == nil } ?? true, "\(name) is in the checkpoint"
            )
        }
    }
}
