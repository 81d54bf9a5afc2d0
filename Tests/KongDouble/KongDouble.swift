package import PluginKit
import PluginSupport
import Synchronization
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A gateway without a database, on loopback: its Admin API, its Status API and its proxy. Stateful and strict: a path, a
/// query parameter, a header or a member of a body that the official description does not know is refused and noted in
/// `violations`. Written from Kong's own description of the Admin API (3.9) and of the declarative format.
package final class KongDouble: Sendable {
    package struct Options: Sendable {
        /// Header and value that the Admin API asks for.
        package var token: (header: String, value: String)?
        package var workers = 2
        /// What `declarative_config` names: read at every start and reload.
        package var declarativeFile: String?
        package var offersAdmin = true
        package init() {}
    }

    /// What goes wrong with the next requests to a path.
    package enum Fault: Sendable {
        /// Answers late.
        case slow(milliseconds: UInt32)
        /// Answers with this instead of doing anything.
        case status(Int, retryAfter: Int? = nil)
        /// Hears nothing of it: the connection is reset before the request is looked at.
        case resetBefore
        /// Does what it is asked, and resets the connection in the middle of the answer.
        case resetHalfway
        /// Is restarted after it has answered.
        case restartAfter
    }

    struct Worker: Sendable {
        var pid: Int
        var configuration: GatewayConfiguration
        var isStuck = false
    }

    struct State: Sendable {
        var configuration = GatewayConfiguration()
        var workers: [Worker] = []
        var faults: [(path: String, fault: Fault)] = []
        var violations: [String] = []
        var requests: [String] = []
        var deadServices: Set<String> = []
        var nextPid = 1300
    }

    let options: Options
    let state = Mutex(State())
    private let listeners: Listeners

    private final class Listeners: Sendable {
        let all = Mutex<[String: LoopbackListener]>([:])
    }

    package init(_ options: Options = Options()) throws {
        self.options = options
        listeners = Listeners()
        let admin = try LoopbackListener { [weak self] connection in self?.serve(connection, Interface.admin) }
        let status = try LoopbackListener { [weak self] connection in self?.serve(connection, Interface.status) }
        let proxy = try LoopbackListener { [weak self] connection in self?.serve(connection, Interface.proxy) }
        listeners.all.withLock { $0 = ["admin": admin, "status": status, "proxy": proxy] }
        restart()
    }

    package func stop() { listeners.all.withLock { for listener in $0.values { listener.stop() } } }

    private func port(_ name: String) -> Int { listeners.all.withLock { $0[name]?.port ?? 0 } }
    package var adminPort: Int { port("admin") }
    package var adminURL: String { "http://127.0.0.1:\(adminPort)" }
    package var statusURL: String { "http://127.0.0.1:\(port("status"))" }
    package var proxyURL: String { "http://127.0.0.1:\(port("proxy"))" }

    /// What was asked for although the description does not know it.
    package var violations: [String] { state.withLock { $0.violations } }
    /// `POST /config?check_hash=1`, in the order in which they came, those of the proxy left out.
    package var requests: [String] { state.withLock { $0.requests } }
    package func forgetRequests() { state.withLock { $0.requests = [] } }
    /// `configuration_hash` of the node.
    package var hash: String { state.withLock { $0.configuration.hash } }
    /// What each worker runs.
    package var workerHashes: [String] { state.withLock { $0.workers.map(\.configuration.hash) } }
    package func entities(_ kind: String) -> [[String: PluginJSON]] {
        state.withLock { $0.configuration.entities[kind] ?? [] }
    }

    /// - Parameter path: that of the requests; the query is left out.
    package func fail(_ path: String, _ fault: Fault, times: Int = 1) {
        state.withLock { state in for _ in 0..<times { state.faults.append((path, fault)) } }
    }

    package func forgetFaults() { state.withLock { $0.faults = [] } }

    /// A worker that goes on with the configuration that it has.
    package func setStuck(_ isStuck: Bool, worker: Int = 0) {
        state.withLock { state in
            state.workers[worker].isStuck = isStuck
            if !isStuck { state.workers[worker].configuration = state.configuration }
        }
    }

    /// Services whose upstream does not answer.
    package func setDead(_ names: Set<String>) { state.withLock { $0.deadServices = names } }

    /// Changes an entity behind everybody's back.
    package func meddle(_ change: @Sendable (inout [String: [[String: PluginJSON]]]) -> Void) {
        state.withLock { state in
            change(&state.configuration.entities)
            state.configuration.hash = MD5.hex(Array(state.configuration.export.utf8))
            for place in state.workers.indices { state.workers[place].configuration = state.configuration }
        }
    }

    /// As `kong restart` and `kong reload` do: new workers, and the configuration of the file, or none.
    package func restart() {
        var made = GatewayConfiguration()
        if let file = options.declarativeFile, let bytes = try? Files.read(file), let root = Self.parse(bytes),
            let read = try? GatewayConfiguration.read(root, hash: MD5.hex(bytes), now: Self.now)
        {
            made = read
        }
        state.withLock { state in
            state.configuration = made
            state.workers = (0..<options.workers).map { Worker(pid: state.nextPid + $0, configuration: made) }
            state.nextPid += options.workers
        }
    }

    static var now: Int64 { Int64(time(nil)) }
}
