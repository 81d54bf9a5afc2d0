import Model
import PluginKit
import Stages
import Synchronization

/// A Typesense of version 30 in memory, as far as the plugin goes: the real server of the tests is of version 0.24 and knows
/// neither sets nor stopwords nor analytics rules. Strict: what is not in the API's description is answered with 404 or 400.
final class Double: HTTPService, HTTPStreamService {
    struct State {
        var collections: [String: [String: PluginJSON]] = [:]
        /// Lines by collection, in the order they came.
        var documents: [String: [(id: String, line: [UInt8])]] = [:]
        var aliases: [String: String] = [:]
        var things: [String: [String: PluginJSON]] = [:]
        var keys: [PluginJSON] = []
        var clock: Int64 = 1
        var values: [String] = []
        /// So many questions after its health are answered with no.
        var unwell = 0
        /// Nothing is written any more.
        var isFull = false
    }
    let key = "double-key-123456"
    let version: String
    let state = Mutex(State())

    init(version: String = "30.0") { self.version = version }

    typealias Reply = (status: Int, json: PluginJSON)

    func send(_ request: HTTPServiceRequest) async throws(Failure) -> HTTPServiceResponse {
        answer(request.method, request.url, request.headers, request.body)
    }

    func open(_ request: HTTPStreamRequest) async throws(Failure) -> any HTTPServiceStream {
        guard case .bytes(let body) = request.body else {
            throw Failure(.init("double"), "written bodies are not for the double")
        }
        return Answer(answer(request.method, request.url, request.headers, body))
    }

    private final class Answer: HTTPServiceStream {
        let response: HTTPServiceResponse
        let rest: Mutex<[UInt8]>
        init(_ response: HTTPServiceResponse) {
            self.response = response
            rest = Mutex(response.body)
        }
        func write(_ bytes: [UInt8]) async throws(Failure) {}
        func answer() async throws(Failure) -> HTTPServiceResponse { response }
        func read(most: Int) async throws(Failure) -> [UInt8]? {
            rest.withLock { rest in
                guard !rest.isEmpty else { return nil }
                // Cut anywhere.
                let piece = Array(rest.prefix(min(most, 37)))
                rest.removeFirst(piece.count)
                return piece
            }
        }
        func close() {}
    }

    private func answer(
        _ method: String, _ url: String, _ headers: [(name: String, value: String)], _ body: [UInt8]
    ) -> HTTPServiceResponse {
        guard headers.contains(where: { $0.name == "X-TYPESENSE-API-KEY" && $0.value == key }) else {
            return Self.response((401, ["message": "Forbidden"]))
        }
        let target = url.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        let path = target.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        return state.withLock { state in
            if path.count == 4, path[0] == "collections", path[2] == "documents" {
                return documents(method, path, String(target), body, &state)
            }
            let json = body.isEmpty ? nil : try? PluginJSON(parsing: body)
            return Self.response(route(method, path, json, &state))
        }
    }

    private static func response(_ reply: Reply) -> HTTPServiceResponse {
        HTTPServiceResponse(status: reply.status, body: Array(reply.json.text.utf8))
    }

    private func route(_ method: String, _ path: [String], _ body: PluginJSON?, _ state: inout State) -> Reply {
        switch (method, path.first ?? "", path.count) {
        case ("GET", "debug", 1): return (200, ["state": 1, "version": .string(version)])
        case ("GET", "health", 1):
            guard state.unwell > 0 else { return (200, ["ok": true]) }
            state.unwell -= 1
            return (503, ["ok": false])
        case ("POST", _, _) where state.isFull, ("PUT", _, _) where state.isFull:
            return (422, ["message": "Rejecting write: running out of resource type: OUT_OF_DISK"])
        case ("GET", "metrics.json", 1): return (200, ["typesense_memory_resident_bytes": "1"])
        case ("GET", "stats.json", 1): return (200, ["pending_write_batches": 0])
        case (_, "collections", 1...2): return collections(method, path, body, &state)
        case (_, "aliases", 1...2): return aliases(method, path, body, &state)
        case (_, "keys", 1...2): return keys(method, path, body, &state)
        case (_, "analytics", 2...3) where path[1] == "rules": return rules(method, path, body, &state)
        case (_, "stopwords", 1...2): return things(method, path, body, "stopwords", "id", &state) { ["stopwords": $0] }
        case (_, "presets", 1...2): return things(method, path, body, "presets", "name", &state) { ["presets": $0] }
        case (_, "synonym_sets", 1...2), (_, "curation_sets", 1...2):
            return things(method, path, body, path[0], "name", &state) { $0 }
        default: return (404, ["message": "Not Found"])
        }
    }

    private func things(
        _ method: String, _ path: [String], _ body: PluginJSON?, _ kind: String, _ key: String, _ state: inout State,
        list: (PluginJSON) -> PluginJSON
    ) -> Reply {
        switch (method, path.count) {
        case ("GET", 1): return (200, list(.array((state.things[kind] ?? [:]).sorted { $0.key < $1.key }.map(\.value))))
        case ("GET", 2): return state.things[kind]?[path[1]].map { (200, $0) } ?? (404, ["message": "Not Found"])
        case ("PUT", 2):
            guard var object = body?.object else { return (400, ["message": "Bad JSON."]) }
            object[key] = .string(path[1])
            state.things[kind, default: [:]][path[1]] = .object(object)
            return (200, .object(object))
        case ("DELETE", 2):
            return state.things[kind]?.removeValue(forKey: path[1]).map { (200, $0) } ?? (404, ["message": "Not Found"])
        default: return (405, ["message": "not allowed"])
        }
    }

    private func rules(_ method: String, _ path: [String], _ body: PluginJSON?, _ state: inout State) -> Reply {
        let fixed = ["type", "collection", "event_type"]
        switch (method, path.count) {
        case ("GET", 2): return (200, .array((state.things["rules"] ?? [:]).map(\.value)))
        case ("GET", 3): return state.things["rules"]?[path[2]].map { (200, $0) } ?? (404, ["message": "Not Found"])
        case ("POST", 2):
            guard let body, let name = body["name"]?.string, fixed.allSatisfy({ body[$0] != nil }) else {
                return (400, ["message": "a rule needs a name, a type, a collection and an event type"])
            }
            guard state.things["rules"]?[name] == nil else { return (400, ["message": "there is one of that name"]) }
            state.things["rules", default: [:]][name] = body
            return (200, body)
        case ("PUT", 3):
            guard var rule = state.things["rules"]?[path[2]]?.object, let body = body?.object else {
                return (404, ["message": "Not Found"])
            }
            guard fixed.allSatisfy({ body[$0] == nil }) else { return (400, ["message": "the type cannot be changed"]) }
            rule.merge(body) { _, new in new }
            state.things["rules", default: [:]][path[2]] = .object(rule)
            return (200, .object(rule))
        case ("DELETE", 3):
            return state.things["rules"]?.removeValue(forKey: path[2]).map { (200, $0) } ?? (
                404, ["message": "Not Found"]
            )
        default: return (405, ["message": "not allowed"])
        }
    }

    private func keys(_ method: String, _ path: [String], _ body: PluginJSON?, _ state: inout State) -> Reply {
        switch (method, path.count) {
        case ("GET", 1): return (200, ["keys": .array(state.keys)])
        case ("POST", 1):
            guard var object = body?.object, let value = object["value"]?.string else {
                return (400, ["message": "Bad"])
            }
            guard !state.values.contains(value) else { return (409, ["message": "API key generation conflict."]) }
            state.values.append(value)
            object["id"] = .integer(state.clock)
            state.clock += 1
            let made = PluginJSON.object(object)
            object["value"] = nil
            object["value_prefix"] = .string(String(value.prefix(4)))
            object["expires_at"] = object["expires_at"] ?? 64_723_363_199
            state.keys.append(.object(object))
            return (201, made)
        case ("DELETE", 2):
            guard let index = state.keys.firstIndex(where: { $0["id"]?.integer.map(String.init) == path[1] }) else {
                return (404, ["message": "Not Found"])
            }
            state.values.remove(at: index)
            return (200, state.keys.remove(at: index))
        default: return (405, ["message": "not allowed"])
        }
    }

    private func aliases(_ method: String, _ path: [String], _ body: PluginJSON?, _ state: inout State) -> Reply {
        func alias(_ name: String, _ target: String) -> PluginJSON {
            ["name": .string(name), "collection_name": .string(target)]
        }
        switch (method, path.count) {
        case ("GET", 1): return (200, ["aliases": .array(state.aliases.map { alias($0.key, $0.value) })])
        case ("GET", 2):
            return state.aliases[path[1]].map { (200, alias(path[1], $0)) } ?? (404, ["message": "Not Found"])
        case ("PUT", 2):
            guard let target = body?["collection_name"]?.string else { return (400, ["message": "Bad"]) }
            guard state.collections[path[1]] == nil else { return (500, ["message": "conflicts with a collection"]) }
            state.aliases[path[1]] = target
            return (200, alias(path[1], target))
        case ("DELETE", 2):
            return state.aliases.removeValue(forKey: path[1]).map { (200, alias(path[1], $0)) } ?? (
                404, ["message": "Not Found"]
            )
        default: return (405, ["message": "not allowed"])
        }
    }
}
