import PluginKit
import PluginSupport
import Synchronization
import TestSupport

// The Admin API.
extension KongDouble {
    private static let headers: Set<String> = [
        "host", "accept", "accept-encoding", "content-type", "content-length", "connection", "user-agent",
        "transfer-encoding",
    ]

    func admin(_ request: HTTPPeerReader.Request, _ worker: Int) -> Reply {
        if let token = options.token {
            guard request[token.header.lowercased()] == token.value else {
                return Reply(401, ["message": "Invalid credentials. Token or User credentials required"])
            }
        }
        for header in request.headers where !Self.headers.contains(header.name) {
            guard header.name != options.token?.header.lowercased() else { continue }
            return violation(request, "the header '\(header.name)'", 400)
        }
        let pieces = request.target.split(separator: "?", maxSplits: 1)
        let path = pieces.first.map(String.init) ?? "/"
        guard let query = Self.query(pieces.count > 1 ? String(pieces[1]) : "") else {
            return violation(request, "a query that cannot be read", 400)
        }
        if ["GET", "HEAD"].contains(request.method), !request.body.isEmpty { return violation(request, "a body", 400) }
        let steps = path.split(separator: "/").map(String.init)
        switch (request.method, path) {
        case ("GET", "/"): return allowing([], query, request) { self.information() }
        case ("GET", "/status"): return allowing(["unit", "scale"], query, request) { self.status(worker) }
        case ("GET", "/config"): return allowing([], query, request) { Reply(200, ["config": .string(self.export)]) }
        case ("POST", "/config"):
            return allowing(["check_hash", "flatten_errors"], query, request) { self.load(request, query) }
        default: break
        }
        if steps.first == "schemas" { return schemas(request, steps, query) }
        return entities(request, steps, query)
    }

    private var export: String { state.withLock { $0.configuration.export } }

    func allowing(
        _ names: Set<String>, _ query: [String: String], _ request: HTTPPeerReader.Request, _ body: () -> Reply
    ) -> Reply {
        if let name = query.keys.sorted().first(where: { !names.contains($0) }) {
            return violation(request, "the parameter '\(name)'", 400)
        }
        return body()
    }

    static func query(_ text: String) -> [String: String]? {
        var query: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = unescaped(parts[0]), let value = unescaped(parts.count > 1 ? parts[1] : "") else {
                return nil
            }
            query[name] = value
        }
        return query
    }

    static func unescaped(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") ? 32 : byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func information() -> Reply {
        let workers = state.withLock { $0.workers.map { PluginJSON.integer(Int64($0.pid)) } }
        let plugins = GatewaySchemas.plugins.mapValues { _ in PluginJSON.object(["priority": 900, "version": "3.9.0"]) }
        return Reply(
            200,
            [
                "version": "3.9.0", "edition": "community", "tagline": "Welcome to kong", "hostname": "double",
                "node_id": "6c5a3c5e-7bd4-4bd0-a1b6-7a9c1f1a9f01", "lua_version": "LuaJIT 2.1.0-20231117",
                "configuration": ["database": "off", "router_flavor": "traditional_compatible"],
                "pids": ["master": 1, "workers": .array(workers)],
                "plugins": ["available_on_server": .object(plugins), "enabled_in_cluster": []],
                "timers": ["pending": 0, "running": 17],
            ])
    }

    func status(_ worker: Int) -> Reply {
        state.withLock { state in
            let answering = state.workers[min(worker, state.workers.count - 1)]
            let vms = state.workers.map {
                PluginJSON.object(["http_allocated_gc": "51.48 MiB", "pid": .integer(Int64($0.pid))])
            }
            return Reply(
                200,
                [
                    "configuration_hash": .string(answering.configuration.hash), "database": ["reachable": true],
                    "memory": [
                        "workers_lua_vms": .array(vms),
                        "lua_shared_dicts": ["kong": ["allocated_slabs": "0.04 MiB", "capacity": "5.00 MiB"]],
                    ],
                    "server": [
                        "connections_accepted": 15, "connections_active": 1, "connections_handled": 15,
                        "connections_reading": 0, "connections_waiting": 0, "connections_writing": 1,
                        "total_requests": .integer(Int64(state.requests.count)),
                    ],
                ])
        }
    }
}
