import Foundation
import TestSupport

/// A real Typesense: the one that TYPESENSE_TEST_URL (and TYPESENSE_TEST_KEY) name, or servers that `engines/typesense`
/// starts on loopback.
final class Engine: Sendable {
    let urls: [String]
    let key: String
    /// Of the servers started here, in the order of `urls`; empty for a server of somebody else's.
    let pids: [Int32]
    private let folder: String?

    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("engines/typesense").path

    static let foreign = ProcessInfo.processInfo.environment["TYPESENSE_TEST_URL"]
    static let missing =
        "needs a real Typesense: run engines/typesense install, or set TYPESENSE_TEST_URL and TYPESENSE_TEST_KEY"
    /// Whether servers can be started here.
    static let isInstalled = (try? run(["path"])) != nil
    static var isThere: Bool { foreign != nil || isInstalled }

    /// The one that all tests share which do not harm it.
    static func shared() throws -> Engine { try common.get() }
    private static let common = Result {
        if let foreign {
            return Engine(urls: [foreign], key: ProcessInfo.processInfo.environment["TYPESENSE_TEST_KEY"] ?? "")
        }
        let engine = try Engine(nodes: 1)
        Leftovers.folder.initialize(to: engine.folder)
        atexit { if let folder = Leftovers.folder.pointee { _ = try? Engine.run(["stop", folder]) } }
        return engine
    }

    private init(urls: [String], key: String) {
        self.urls = urls
        self.key = key
        pids = []
        folder = nil
    }

    init(nodes: Int) throws {
        let folder = "\(NSTemporaryDirectory())deployer-typesense-\(UUID().uuidString.prefix(8))"
        _ = try Self.run(["start", folder, "\(nodes)"])
        func lines(_ name: String) throws -> [String] {
            try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n").map(String.init)
        }
        urls = try lines("urls")
        key = try lines("key").first ?? ""
        pids = try lines("pids").compactMap { Int32($0) }
        self.folder = folder
    }

    func stop() {
        guard let folder else { return }
        _ = try? Self.run(["stop", folder])
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A server, or a cluster, of the test's own.
    static func with(nodes: Int, _ body: (Engine) async throws -> Void) async throws {
        let engine = try Engine(nodes: nodes)
        defer { engine.stop() }
        try await body(engine)
    }

    @discardableResult
    fileprivate static func run(_ arguments: [String]) throws -> String {
        let result = try PeerCommand.run([script] + arguments, isQuiet: arguments == ["path"])
        guard result.status == 0 else { throw PeerError("engines/typesense \(arguments) ended with \(result.status)") }
        return result.text
    }
}

private enum Leftovers {
    // Written once, before the exit handler that reads it is registered.
    nonisolated(unsafe) static let folder = UnsafeMutablePointer<String?>.allocate(capacity: 1)
}
