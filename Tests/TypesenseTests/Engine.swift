import Foundation
import TestSupport

/// A real Typesense: the one that TYPESENSE_TEST_URL (and TYPESENSE_TEST_KEY) name, or servers that `engines/typesense`
/// starts on loopback.
final class Engine: Sendable {
    let urls: [String]
    let key: String
    /// Of the servers started here, in the order of `urls`; empty for a server of somebody else's.
    let pids: [Int32]
    private let started: StartedEngine?

    static let foreign = ProcessInfo.processInfo.environment["TYPESENSE_TEST_URL"]
    static let missing =
        "needs a real Typesense: run engines/typesense install, or set TYPESENSE_TEST_URL and TYPESENSE_TEST_KEY"
    /// Whether servers can be started here.
    static let isInstalled = StartedEngine.absence("typesense") == nil
    static var isThere: Bool { foreign != nil || isInstalled }

    /// The one that all tests share which do not harm it.
    static func shared() throws -> Engine { try common.get() }
    private static let common = Result {
        if let foreign {
            return Engine(urls: [foreign], key: ProcessInfo.processInfo.environment["TYPESENSE_TEST_KEY"] ?? "")
        }
        let engine = try Engine(nodes: 1)
        Leftovers.engine.initialize(to: engine.started)
        atexit { Leftovers.engine.pointee?.stop() }
        return engine
    }

    private init(urls: [String], key: String) {
        self.urls = urls
        self.key = key
        pids = []
        started = nil
    }

    init(nodes: Int) throws {
        let folder = "\(NSTemporaryDirectory())deployer-typesense-\(UUID().uuidString.prefix(8))"
        let started = try StartedEngine("typesense", in: folder, "\(nodes)")
        urls = try started.lines("urls")
        key = try started.lines("key").first ?? ""
        pids = try started.lines("pids").compactMap { Int32($0) }
        self.started = started
    }

    func stop() {
        guard let started else { return }
        started.stop()
        try? FileManager.default.removeItem(atPath: started.folder)
    }

    /// A server, or a cluster, of the test's own.
    static func with(nodes: Int, _ body: (Engine) async throws -> Void) async throws {
        let engine = try Engine(nodes: nodes)
        defer { engine.stop() }
        try await body(engine)
    }
}

private enum Leftovers {
    // Written once, before the exit handler that reads it is registered.
    nonisolated(unsafe) static let engine = UnsafeMutablePointer<StartedEngine?>.allocate(capacity: 1)
}
