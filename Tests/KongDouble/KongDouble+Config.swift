import PluginKit
import PluginSupport
import Synchronization
import TestSupport

// `POST /config`.
extension KongDouble {
    func load(_ request: HTTPPeerReader.Request, _ query: [String: String]) -> Reply {
        let content: (root: PluginJSON, hash: String?)
        switch body(request) {
        case .found(let root, let hash): content = (root, hash)
        case .wrong(let reply): return reply
        }
        let old = state.withLock { $0.configuration.hash }
        if query["check_hash"] == "1", content.hash == old { return Reply(304) }
        // An object in the body has no text; what it is called is made of what is in it.
        let hash = content.hash ?? MD5.hex(Array(content.root.text.utf8))
        do throws(GatewayConfiguration.Invalid) {
            let made = try GatewayConfiguration.read(content.root, hash: hash, now: Self.now)
            state.withLock { state in
                state.configuration = made
                for place in state.workers.indices where !state.workers[place].isStuck {
                    state.workers[place].configuration = made
                }
            }
            // Flat, by kind and id.
            return Reply(
                201,
                .object(
                    made.entities.mapValues { list in
                        .object(
                            Dictionary(list.map { ($0["id"]?.string ?? "", .object($0)) }, uniquingKeysWith: { $1 }))
                    }))
        } catch {
            return Self.refusal(error, isFlat: ["1", "true", "yes", "on"].contains(query["flatten_errors"] ?? ""))
        }
    }

    private enum Body {
        case found(PluginJSON, String?)
        case wrong(Reply)
    }

    private func body(_ request: HTTPPeerReader.Request) -> Body {
        let type = (request["content-type"] ?? "").prefix { $0 != ";" }
        func text(_ text: String) -> Body {
            guard let root = Self.parse(Array(text.utf8)) else {
                return .wrong(Self.refusalOfText("failed parsing declarative configuration"))
            }
            return .found(root, MD5.hex(Array(text.utf8)))
        }
        switch type {
        case "application/json":
            guard let json = try? PluginJSON(parsing: request.body), let members = json.object else {
                return .wrong(.message(400, "Cannot parse JSON body"))
            }
            if members["_format_version"] != nil { return .found(json, nil) }
            guard let config = members["config"]?.string else {
                return .wrong(.message(400, "expected a declarative configuration"))
            }
            if let name = members.keys.sorted().first(where: { $0 != "config" }) {
                return .wrong(violation(request, "the body's member '\(name)'", 400))
            }
            return text(config)
        case "application/x-www-form-urlencoded":
            guard let members = Self.query(String(decoding: request.body, as: UTF8.self)),
                let config = members["config"]
            else {
                return .wrong(.message(400, "expected a declarative configuration"))
            }
            return text(config)
        case "multipart/form-data":
            guard let config = Self.part("config", of: request) else {
                return .wrong(.message(400, "expected a declarative configuration"))
            }
            return text(config)
        case "text/yaml", "application/yaml", "text/plain":
            guard !request.body.isEmpty else { return .wrong(.message(400, "expected a declarative configuration")) }
            return text(String(decoding: request.body, as: UTF8.self))
        default: return .wrong(violation(request, "the content type '\(type)'", 415))
        }
    }

    private static func part(_ name: String, of request: HTTPPeerReader.Request) -> String? {
        guard let mark = request["content-type"]?.firstRange(of: "boundary=") else { return nil }
        let boundary = "--" + (request["content-type"].map { String($0[mark.upperBound...]) } ?? "")
        let text = String(decoding: request.body, as: UTF8.self)
        for part in text.split(separator: boundary) {
            guard let end = part.firstRange(of: "\r\n\r\n"), part[..<end.lowerBound].contains("name=\"\(name)\"") else {
                continue
            }
            let content = part[end.upperBound...]
            return content.hasSuffix("\r\n") ? String(content.dropLast()) : String(content)
        }
        return nil
    }

    private static func refusalOfText(_ text: String) -> Reply {
        Reply(
            400,
            [
                "code": 14, "name": "invalid declarative configuration", "fields": ["error": .string(text)],
                "message": .string("declarative config is invalid: {error=\"\(text)\"}"),
            ])
    }

    static func refusal(_ invalid: GatewayConfiguration.Invalid, isFlat: Bool) -> Reply {
        var members: [String: PluginJSON] = ["code": 14, "name": "invalid declarative configuration"]
        var fields = invalid.fields
        if isFlat {
            members["flattened_errors"] = .array(invalid.entities.map(flat))
        } else {
            for error in invalid.entities {
                let texts = Dictionary(
                    error.errors.map { ($0.field ?? "@entity", PluginJSON.string($0.message)) },
                    uniquingKeysWith: { $1 })
                let before = fields[error.kind]?.array ?? []
                fields[error.kind] = .array(before + [.object(texts)])
            }
        }
        members["fields"] = .object(fields)
        let texts = invalid.fields.map { "\($0.key)=\($0.value.text)" } + invalid.entities.map(\.kind)
        members["message"] = .string("declarative config is invalid: {\(texts.sorted().joined(separator: ","))}")
        return Reply(400, .object(members))
    }

    private static func flat(_ error: GatewayConfiguration.EntityError) -> PluginJSON {
        var members: [String: PluginJSON] = [
            "entity_type": .string(error.kind.hasSuffix("s") ? String(error.kind.dropLast()) : error.kind),
            "entity": .object(error.entity),
            "errors": .array(
                error.errors.map { item in
                    var members: [String: PluginJSON] = [
                        "type": item.field == nil ? "entity" : "field", "message": .string(item.message),
                    ]
                    if let field = item.field { members["field"] = .string(field) }
                    return .object(members)
                }),
        ]
        if let name = error.entity["name"]?.string { members["entity_name"] = .string(name) }
        if let id = error.entity["id"]?.string { members["entity_id"] = .string(id) }
        if let tags = error.entity["tags"] { members["entity_tags"] = tags }
        return .object(members)
    }
}
