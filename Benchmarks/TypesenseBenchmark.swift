import Model
import Net
import Stages
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A collection rebuilt on a real server, all its documents copied: how fast, and in how much memory.
struct TypesenseBenchmark: Benchmark {
    let name = "typesense"
    private static let counts = [100_000, 1_000_000]

    func run() async throws -> [Row] {
        let script = "\(Self.root)/engines/typesense"
        guard try PeerCommand.run([script, "path"]).status == 0 else {
            return [.unavailable(name, "copy of a million documents", "run engines/typesense install")]
        }
        return try await ScratchDirectory.with { folder in
            let engine = "\(folder)/engine"
            guard try PeerCommand.run([script, "start", engine]).status == 0 else { throw BenchError("no server") }
            defer { _ = try? PeerCommand.run([script, "stop", engine]) }
            guard let url = TextFile.read("\(engine)/urls")?.split(separator: "\n").first.map(String.init),
                let key = TextFile.read("\(engine)/key")
            else { throw BenchError("the server left no address") }
            let transport = HTTPTransport()
            defer { Task { await transport.shutdown() } }
            var copies: [Copy] = []
            for count in Self.counts {
                copies.append(try await Copy.measure(count, url, key, transport, "\(folder)/\(count)"))
            }
            let peer = try await Self.peer(url, key, source: "bench\(Self.counts[1])")
            return Self.rows(copies, peer)
        }
    }

    private static let root = String(#filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined())

    private static func rows(_ copies: [Copy], _ peer: Double?) -> [Row] {
        let (small, large) = (copies[0], copies[1])
        let speed = Double(large.count) / large.filling
        var rate = Row(
            benchmark: "typesense", what: "copy of a million documents into a new schema", ours: speed,
            unit: "documents/s", peer: "curl export | curl import", peerValue: peer,
            note:
                "\(large.count) documents read, imported and counted in \(Int(large.filling)) s; with the pass that compares, "
                + "the flip and the pass after it \(Int(large.whole)) s")
        rate.isMet = nil
        var memory = Row(
            benchmark: "typesense", what: "peak memory of the plugin's worker in that copy", ours: large.workerMemory,
            unit: "MiB", peer: "with a tenth of the documents", peerValue: small.workerMemory, target: "flat",
            note: "resident, code included")
        memory.isMet = large.workerMemory < small.workerMemory * 1.25 + 4
        var host = Row(
            benchmark: "typesense", what: "peak memory of the host in that copy", ours: large.hostMemory, unit: "MiB",
            peer: "with a tenth of the documents", peerValue: small.hostMemory, target: "flat",
            note: "the benchmark's own process, which plays the daemon")
        host.isMet = large.hostMemory < small.hostMemory * 1.25 + 8
        return [rate, memory, host]
    }

    /// Documents per second of what a person would do by hand. nil without curl.
    private static func peer(_ url: String, _ key: String, source: String) async throws -> Double? {
        let schema = Copy.schema("peer", "int64")
        let script = """
            set -e
            curl -sf -H "X-TYPESENSE-API-KEY: $KEY" -d "$SCHEMA" "$URL/collections" >/dev/null
            curl -sfN -H "X-TYPESENSE-API-KEY: $KEY" "$URL/collections/$SOURCE/documents/export" |
                curl -sf -H "X-TYPESENSE-API-KEY: $KEY" -X POST -T - "$URL/collections/peer/documents/import?action=upsert" >/dev/null
            """
        let environment = ["KEY": key, "URL": url, "SOURCE": source, "SCHEMA": schema]
        var status: Int32 = 1
        let cost = try await Measure.all {
            status = try PeerCommand.run(["sh", "-c", script], environment: environment).status
        }
        return status == 0 ? Double(counts[1]) / (cost.wall / 1000) : nil
    }
}

/// One deployment that copies so many documents.
private struct Copy {
    var count: Int
    /// Seconds until the new collection held them all, and until the deployment had ended.
    var filling: Double
    var whole: Double
    /// MiB.
    var workerMemory: Double
    var hostMemory: Double

    static func schema(_ name: String, _ type: String) -> String {
        #"{"name":"\#(name)","fields":[{"name":"title","type":"string"},{"name":"year","type":"\#(type)"}]}"#
    }

    static func measure(
        _ count: Int, _ url: String, _ key: String, _ transport: HTTPTransport, _ folder: String
    ) async throws -> Copy {
        let name = "bench\(count)"
        for path in ["", "/source", "/source/schemas", "/scratch", "/releases", "/plugins", "/cache"] {
            mkdir(folder + path, 0o755)
        }
        let library = BuiltExecutable.path("libTypesensePlugin.so")
        guard try PeerCommand.run(["install", "-m", "755", library, "\(folder)/plugins/Typesense.so"]).status == 0
        else {
            throw BenchError("\(library) is not built")
        }
        let registry = try PluginRegistry(
            .init(
                searchPath: ["\(folder)/plugins"], cacheDirectory: "\(folder)/cache",
                worker: BuiltExecutable.path("PluginWorker")))
        let masker = SecretMasker()
        let network = NetHTTPService(transport)
        let runner = PluginRunner(
            catalog: registry, worker: BuiltExecutable.path("PluginWorker"),
            services: HostServices(
                http: network, streams: network,
                secrets: SecretStore(environment: ["TYPESENSE_API_KEY": key], masker: masker),
                masker: masker))
        var state: [UInt8]?
        func deploy(_ type: String, _ events: @escaping @Sendable (StageEvent) -> Void) async throws {
            try TextFile.write(schema(name, type), to: "\(folder)/source/schemas/\(name).schema.json")
            guard let service = ServiceName("search"), let revision = Revision(String(repeating: "a1", count: 20))
            else {
                throw BenchError("no name")
            }
            var wanted = Service(name: service, path: "", kind: "typesense")
            wanted.options = .object(["url": .string(url)])
            var request = StageRequest(
                operation: "bench-typesense-\(count)", service: wanted, stage: .deploy,
                sourceDirectory: "\(folder)/source",
                scratchDirectory: "\(folder)/scratch", releaseDirectory: "\(folder)/releases", revision: revision,
                timeout: .seconds(3600))
            request.state = state
            let outcome = await runner.run(request, events: events)
            guard outcome.status == .ok else { throw BenchError("\(outcome.summary) \(outcome.diagnostics)") }
            state = outcome.checkpoint
        }
        try await deploy("int32") { _ in }
        Progress.say("  \(count) documents are put into a collection")
        try await fill(name, count, url, key, transport)
        Progress.say("  and copied")
        let watch = MemoryWatch("bench-typesense-\(count)")
        let clock = ContinuousClock.now
        let filled = Moment()
        try await deploy("int64") { event in
            if case .log(let line) = event, line.text.contains("documents read,") { filled.note() }
        }
        let whole = ContinuousClock.now - clock
        return Copy(
            count: count, filling: (filled.first.map { $0 - clock } ?? whole).inSeconds, whole: whole.inSeconds,
            workerMemory: watch.stop(), hostMemory: ProcessFigures(pid: getpid()).peakMemory ?? 0)
    }

    private static func fill(
        _ name: String, _ count: Int, _ url: String, _ key: String, _ transport: HTTPTransport
    ) async throws {
        for start in stride(from: 0, to: count, by: 10_000) {
            let lines = (start..<min(start + 10_000, count)).map { number in
                #"{"id":"\#(number)","title":"a book of some words, number \#(number), and a few more of them","year":\#(number % 3000)}"#
            }
            let answer = try await transport.send(
                .init(
                    "POST", "\(url)/collections/\(name)/documents/import?action=create",
                    headers: [.init("X-TYPESENSE-API-KEY", key), .init("Content-Type", "text/plain")],
                    body: Array(lines.joined(separator: "\n").utf8), timeout: .seconds(300)))
            guard answer.status == 200, !answer.text.contains(#""success":false"#) else {
                throw BenchError(answer.text)
            }
        }
    }
}
