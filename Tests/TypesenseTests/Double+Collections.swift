import PluginKit
import Stages

// Collections and their documents.
extension Double {
    func collections(_ method: String, _ path: [String], _ body: PluginJSON?, _ state: inout State) -> Reply {
        if path.count == 1 {
            guard method == "POST" else { return (200, .array(state.collections.keys.map { shown($0, state) })) }
            guard var object = body?.object, let name = object["name"]?.string,
                object["fields"]?.array?.isEmpty == false
            else { return (400, ["message": "Bad JSON."]) }
            guard state.collections[name] == nil else {
                return (409, ["message": .string("A collection with name `\(name)` already exists.")])
            }
            object["created_at"] = .integer(state.clock)
            state.clock += 1
            state.collections[name] = object
            state.documents[name] = []
            return (201, shown(name, state))
        }
        let name = state.aliases[path[1]] ?? path[1]
        guard var collection = state.collections[name] else { return (404, ["message": "Not Found"]) }
        switch method {
        case "GET": return (200, shown(name, state))
        case "DELETE":
            let gone = shown(name, state)
            state.collections[name] = nil
            state.documents[name] = nil
            return (200, gone)
        case "PATCH":
            guard let change = body?.object,
                change.keys.allSatisfy({ ["fields", "metadata", "synonym_sets", "curation_sets"].contains($0) })
            else { return (400, ["message": "Bad JSON."]) }
            var fields = collection["fields"]?.array ?? []
            for field in change["fields"]?.array ?? [] {
                fields.removeAll { field["drop"]?.bool == true && $0["name"] == field["name"] }
                if field["drop"]?.bool != true { fields.append(field) }
            }
            collection.merge(change) { _, new in new }
            collection["fields"] = .array(fields)
            state.collections[name] = collection
            return (200, body ?? .null)
        default: return (405, ["message": "not allowed"])
        }
    }

    private func shown(_ name: String, _ state: State) -> PluginJSON {
        var object = state.collections[name] ?? [:]
        object["num_documents"] = .integer(Int64(state.documents[name]?.count ?? 0))
        return .object(object)
    }

    func documents(
        _ method: String, _ path: [String], _ target: String, _ body: [UInt8], _ state: inout State
    ) -> HTTPServiceResponse {
        let name = state.aliases[path[1]] ?? path[1]
        guard state.documents[name] != nil else {
            return HTTPServiceResponse(status: 404, body: Array(#"{"message": "Not Found"}"#.utf8))
        }
        switch (method, path[3]) {
        case ("GET", "export"):
            return HTTPServiceResponse(
                status: 200, body: Array((state.documents[name] ?? []).map(\.line).joined(separator: [10])))
        case ("POST", "import"):
            let creates = target.contains("action=create")
            let verdicts = body.split(separator: 10).map { line -> String in
                guard let json = try? PluginJSON(parsing: Array(line)), let id = json["id"]?.string else {
                    return #"{"code":400,"error":"Bad JSON","success":false}"#
                }
                let stored = Array(json.text.utf8)
                if let index = state.documents[name]?.firstIndex(where: { $0.id == id }) {
                    if creates {
                        return #"{"code":409,"error":"A document with id \#(id) already exists.","success":false}"#
                    }
                    state.documents[name]?[index].line = stored
                } else {
                    state.documents[name]?.append((id, stored))
                }
                return #"{"success":true}"#
            }
            return HTTPServiceResponse(status: 200, body: Array(verdicts.joined(separator: "\n").utf8))
        default:
            let index = state.documents[name]?.firstIndex { $0.id == path[3] }
            guard let index, let line = state.documents[name]?[index].line else {
                return HTTPServiceResponse(status: 404, body: Array(#"{"message": "Not Found"}"#.utf8))
            }
            if method == "DELETE" { state.documents[name]?.remove(at: index) }
            return HTTPServiceResponse(status: 200, body: line)
        }
    }
}
