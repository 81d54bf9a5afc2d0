import PluginKit
import Synchronization
import TestSupport

// Where requests come in. A route is found as the gateway finds it: what matches by more goes first, then the longer path.
extension KongDouble {
    func proxy(_ request: HTTPPeerReader.Request, _ worker: Int) -> Reply {
        let configuration = state.withLock { $0.workers[min(worker, $0.workers.count - 1)].configuration }
        guard let route = Self.route(for: request, in: configuration) else {
            return .message(404, "no Route matched with those values")
        }
        let service = configuration.entities["services"]?.first { $0["id"] == route["service"]?["id"] }
        let plugins = (configuration.entities["plugins"] ?? []).filter { plugin in
            plugin["enabled"] != false
                && [("route", route["id"]), ("service", service?["id"])].allSatisfy { field, id in
                    plugin[field] == nil || plugin[field]?["id"] == id
                }
        }
        for plugin in plugins {
            switch plugin["name"]?.string {
            case "key-auth":
                let names = plugin["config"]?["key_names"]?.strings ?? []
                let keys = configuration.entities["keyauth_credentials"]?.compactMap { $0["key"]?.string } ?? []
                guard let key = names.compactMap({ request[$0.lowercased()] }).first else {
                    return .message(401, "No API key found in request")
                }
                if !keys.contains(key) { return .message(401, "Unauthorized") }
            case "request-termination":
                let status = plugin["config"]?["status_code"]?.integer ?? 503
                return .message(status, plugin["config"]?["message"]?.string ?? "Service unavailable")
            default: break
            }
        }
        let name = service?["name"]?.string ?? ""
        if state.withLock({ $0.deadServices.contains(name) }) {
            return .message(502, "An invalid response was received from the upstream server")
        }
        return Reply(
            200,
            [
                "service": .string(name), "route": route["name"] ?? .null, "method": .string(request.method),
                "path": .string(request.target),
            ])
    }

    private static func route(
        for request: HTTPPeerReader.Request, in configuration: GatewayConfiguration
    ) -> [String: PluginJSON]? {
        let path = String(request.target.prefix { $0 != "?" })
        let host = (request["host"] ?? "").prefix { $0 != ":" }.lowercased()
        let matches = (configuration.entities["routes"] ?? []).compactMap {
            route -> (Int, Int, [String: PluginJSON])? in
            var (rules, length) = (0, 0)
            if let methods = route["methods"]?.strings {
                guard methods.contains(request.method) else { return nil }
                rules += 1
            }
            if let hosts = route["hosts"]?.strings {
                guard hosts.contains(where: { isMatch(host, $0.lowercased()) }) else { return nil }
                rules += 1
            }
            if let headers = route["headers"]?.object {
                guard
                    headers.allSatisfy({ name, values in
                        values.strings?.contains(request[name.lowercased()] ?? "") == true
                    })
                else { return nil }
                rules += 1
            }
            if let paths = route["paths"]?.strings {
                let lengths = paths.compactMap { matched(path, by: $0) }
                guard let longest = lengths.max() else { return nil }
                (rules, length) = (rules + 1, longest)
            }
            return rules == 0 ? nil : (rules, length, route)
        }
        return matches.max { ($0.0, $0.1) < ($1.0, $1.1) }?.2
    }

    private static func isMatch(_ host: String, _ pattern: String) -> Bool {
        if pattern.hasPrefix("*.") { return host.hasSuffix(pattern.dropFirst()) }
        if pattern.hasSuffix(".*") { return host.hasPrefix(pattern.dropLast()) }
        return host == pattern
    }

    private static func matched(_ path: String, by pattern: String) -> Int? {
        guard pattern.hasPrefix("~") else { return path.hasPrefix(pattern) ? pattern.utf8.count : nil }
        guard let expression = try? Regex(String(pattern.dropFirst())) else { return nil }
        return path.prefixMatch(of: expression).map { path[$0.range].utf8.count }
    }
}
