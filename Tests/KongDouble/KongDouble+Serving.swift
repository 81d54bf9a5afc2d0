import Documents
import PluginKit
import Synchronization
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// An answer in the making.
struct Reply {
    var status: Int
    var body: PluginJSON?
    var headers: [(String, String)] = []
    init(_ status: Int, _ body: PluginJSON? = nil, _ headers: [(String, String)] = []) {
        self.status = status
        self.body = body
        self.headers = headers
    }
    static func message(_ status: Int, _ text: String) -> Reply { Reply(status, ["message": .string(text)]) }
}

extension KongDouble {
    enum Interface { case admin, status, proxy }

    func serve(_ connection: Int32, _ interface: Interface) {
        // A connection belongs to the worker that accepted it, and nobody knows which that is.
        let worker = state.withLock { Int.random(in: 0..<max(1, $0.workers.count)) }
        var reader = HTTPPeerReader(connection)
        while let request = reader.next() {
            let path = String(request.target.prefix { $0 != "?" })
            let fault = takeFault(path)
            if case .resetBefore = fault { return Self.reset(connection) }
            if case .slow(let milliseconds) = fault { usleep(milliseconds * 1000) }
            var reply: Reply
            if case .status(let status, let retryAfter) = fault {
                reply = .message(status, "An unexpected error occurred")
                if let retryAfter { reply.headers.append(("Retry-After", String(retryAfter))) }
                note(request)
            } else {
                reply = answer(request, interface, worker)
            }
            let closes = request["connection"]?.lowercased() == "close"
            if closes { reply.headers.append(("Connection", "close")) }
            let bytes = Self.bytes(reply, isHead: request.method == "HEAD")
            if case .resetHalfway = fault {
                _ = HTTPPeerReader.send(Array(bytes.prefix(bytes.count / 2)), to: connection)
                usleep(50_000)
                return Self.reset(connection)
            }
            guard HTTPPeerReader.send(bytes, to: connection) else { return }
            if case .restartAfter = fault { restart() }
            if closes { return }
        }
    }

    private func takeFault(_ path: String) -> Fault? {
        state.withLock { state in
            guard let place = state.faults.firstIndex(where: { $0.path == path }) else { return nil }
            return state.faults.remove(at: place).fault
        }
    }

    private func answer(_ request: HTTPPeerReader.Request, _ interface: Interface, _ worker: Int) -> Reply {
        switch interface {
        case .proxy: return proxy(request, worker)
        case .status:
            note(request)
            guard request.method == "GET", request.target == "/status" else {
                return violation(request, "no such path")
            }
            return status(worker)
        case .admin:
            note(request)
            guard options.offersAdmin else { return violation(request, "the Admin API is closed") }
            return admin(request, worker)
        }
    }

    func note(_ request: HTTPPeerReader.Request) {
        state.withLock { $0.requests.append("\(request.method) \(request.target)") }
    }

    /// What no real gateway would understand, and no correct client sends.
    func violation(_ request: HTTPPeerReader.Request, _ text: String, _ status: Int = 404) -> Reply {
        state.withLock { $0.violations.append("\(request.method) \(request.target): \(text)") }
        return .message(status, status == 404 ? "Not found" : text)
    }

    private static func reset(_ connection: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    private static func bytes(_ reply: Reply, isHead: Bool) -> [UInt8] {
        let body = reply.body.map { Array($0.text.utf8) } ?? []
        var head = "HTTP/1.1 \(reply.status) Kong\r\nServer: kong/3.9.0\r\n"
        if reply.status != 304, reply.status != 204 {
            head += "Content-Length: \(body.count)\r\nContent-Type: application/json; charset=utf-8\r\n"
        }
        for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n").utf8) + (isHead ? [] : body)
    }

    /// JSON is tried first, then YAML, as the gateway does.
    static func parse(_ bytes: [UInt8]) -> PluginJSON? {
        if let json = try? PluginJSON(parsing: bytes), json.object != nil { return json }
        guard let root = try? DocumentReader.yaml(bytes, limit: 64 << 20).root, root.entries != nil else { return nil }
        return GatewaySchemas.json(root)
    }
}
