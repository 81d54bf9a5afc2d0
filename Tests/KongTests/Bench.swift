import Foundation
import KongDouble
import KongLogic
import Model
import Net
import PluginKit
import TestSupport

/// Folders of one service, a gateway, and a way to run stages in this process.
struct Bench: Sendable {
    let root: String
    let double: KongDouble
    let transport: HTTPTransport
    /// As of the last successful deployment.
    var state: [UInt8]?
    /// Options of a gateway other than the double.
    var gateway: [String: PluginJSON]?
    var secrets: [String: String] = [:]

    static func with<Result>(
        _ options: KongDouble.Options = .init(), _ body: (inout Bench) async throws -> Result
    ) async throws -> Result {
        try await ScratchDirectory.with { root in
            for folder in ["source", "scratch", "releases"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            }
            let double = try KongDouble(options)
            defer { double.stop() }
            let transport = HTTPTransport()
            var bench = Bench(root: root, double: double, transport: transport)
            do {
                let result = try await body(&bench)
                await transport.shutdown()
                return result
            } catch {
                await transport.shutdown()
                throw error
            }
        }
    }

    func write(_ text: String, to name: String = "kong.yaml") throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/source/\(name)"))
    }

    var options: PluginJSON {
        if let gateway { return .object(gateway) }
        return ["admin_url": .string(double.adminURL), "proxy_url": .string(double.proxyURL), "patience": "60s"]
    }

    func host(_ secrets: [String: String] = [:], timeLeft: Duration = .seconds(300)) -> FakeHost {
        FakeHost(transport, secrets: self.secrets.merging(secrets) { $1 }, timeLeft: timeLeft)
    }

    func call(_ revision: Character = "a") -> StageCall {
        var call = StageCall(
            service: "gateway", sourceDirectory: "\(root)/source", scratchDirectory: "\(root)/scratch",
            releaseDirectory: "\(root)/releases", revision: String(repeating: revision, count: 40))
        call.state = state
        return call
    }

    /// Runs a stage on a thread of its own, as the worker does.
    func run(
        _ stage: PluginStage, _ host: FakeHost, _ more: [String: PluginJSON] = [:], revision: Character = "a",
        _ change: (inout StageCall) -> Void = { _ in }
    ) async throws -> StageResult {
        let options = try Options(reading: .object((options.object ?? [:]).merging(more) { $1 }))
        var call = call(revision)
        change(&call)
        let asked = call
        return try await onThread { StageRun.run(stage, asked, options, host) }
    }

    /// Synchronous code has no place on the threads of the concurrency pool.
    func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result { try body() }) }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    /// Deploys, and keeps the checkpoint as the daemon does.
    mutating func deploy(_ text: String, _ more: [String: PluginJSON] = [:], revision: Character = "a") async throws
        -> StageResult
    {
        try write(text)
        let host = host()
        let result = try await run(.deploy, host, more, revision: revision)
        if [.ok, .noChange].contains(result.status), let checkpoint = host.told.checkpoints.last { state = checkpoint }
        return result
    }
}

enum Sample {
    static let shop = """
        _format_version: "3.0"
        services:
        - name: shop
          url: http://shop.internal:8080/api
          routes:
          - name: orders
            paths: [/orders]
          - name: items
            paths: [/items]
            methods: [GET]
          plugins:
          - name: key-auth
        consumers:
        - username: alice
          keyauth_credentials:
          - key: open-sesame
        upstreams:
        - name: shop.internal
          targets:
          - target: 10.0.0.1:80
            weight: 50

        """
    static let other = """
        _format_version: "3.0"
        services:
        - name: shop
          url: http://shop.internal:9090/api
          routes:
          - name: orders
            paths: [/orders, /o]

        """
}
