import Model
package import PluginKit

/// Reads and writes what a server has beside collections, in the dialect of its version.
package struct ResourceStore {
    package typealias Topic = SourceLayout.Topic
    let server: Server
    let version: ServerVersion
    /// By name: the collection behind it, for what belongs to one collection.
    let collections: [String: String]

    /// What the server has of a topic, by name, in the form of the files; nil when its version has no such thing.
    ///
    /// - Parameter names: collections to look at, for what belongs to one.
    package func read(_ topic: Topic, of names: [String]) throws -> [String: PluginJSON]? {
        switch topic {
        case .documents: return [:]
        case .aliases:
            return try LiveCollections(server: server).aliases().mapValues { ["collection_name": .string($0)] }
        case .stopwords: return try list("stopwords", "stopwords", key: "id")
        case .presets: return try list("presets", "presets", key: "name")
        case .keys: return try list("keys", "keys", key: "description")
        case .analytics:
            guard let json = try server.find(Server.Request("GET", "analytics", "rules")) else { return nil }
            return Self.byName(json.array ?? json["rules"]?.array ?? [], key: "name")
        case .synonyms, .overrides:
            var found: [String: PluginJSON] = [:]
            for name in names { found[name] = try items(topic, of: name).map { .array($0) } }
            return found
        }
    }

    package func put(_ topic: Topic, _ name: String, _ value: PluginJSON) throws {
        switch topic {
        case .documents: break
        case .aliases:
            let target = value["collection_name"]?.string ?? ""
            try LiveCollections(server: server).point(name, to: collections[target] ?? target)
        case .stopwords: try store(Server.Request("PUT", "stopwords", name, body: value))
        case .presets: try store(Server.Request("PUT", "presets", name, body: value))
        case .analytics: try putRule(name, value)
        case .keys: try putKey(name, value)
        case .synonyms, .overrides: try putItems(topic, value.array ?? [], of: name, in: collections[name] ?? name)
        }
    }

    package func remove(_ topic: Topic, _ name: String, _ value: PluginJSON) throws {
        switch topic {
        case .documents: break
        case .aliases: try LiveCollections(server: server).deleteAlias(name)
        case .stopwords: try delete(Server.Request("DELETE", "stopwords", name))
        case .presets: try delete(Server.Request("DELETE", "presets", name))
        case .analytics: try delete(Server.Request("DELETE", "analytics", "rules", name))
        case .keys: try removeKey(name)
        case .synonyms, .overrides:
            if version.hasSets {
                try delete(Server.Request("DELETE", Self.sets(topic), name))
            } else {
                try putItems(topic, [], of: name, in: collections[name] ?? name)
            }
        }
    }

    // MARK: synonyms and overrides

    private static func sets(_ topic: Topic) -> String { topic == .synonyms ? "synonym_sets" : "curation_sets" }

    /// Items of a collection (of the set of its name, where there are sets); nil when it has none.
    private func items(_ topic: Topic, of name: String) throws -> [PluginJSON]? {
        if version.hasSets {
            return try server.find(Server.Request("GET", Self.sets(topic), name))?["items"]?.array
        }
        guard let collection = collections[name] else { return nil }
        let items = try items(topic, in: collection)
        return items.isEmpty ? nil : items
    }

    private func items(_ topic: Topic, in collection: String) throws -> [PluginJSON] {
        try server.find(Server.Request("GET", "collections", collection, topic.rawValue))?[topic.rawValue]?.array ?? []
    }

    private func putItems(_ topic: Topic, _ items: [PluginJSON], of name: String, in collection: String) throws {
        if version.hasSets {
            return try store(Server.Request("PUT", Self.sets(topic), name, body: ["items": .array(items)]))
        }
        let ids = Set(items.compactMap { $0["id"]?.string })
        for old in try self.items(topic, in: collection) {
            guard let id = old["id"]?.string, !ids.contains(id) else { continue }
            try delete(Server.Request("DELETE", "collections", collection, topic.rawValue, id))
        }
        for item in items {
            guard let id = item["id"]?.string, var body = item.object else { continue }
            body["id"] = nil
            try store(Server.Request("PUT", "collections", collection, topic.rawValue, id, body: .object(body)))
        }
    }

    /// Gives a new collection what the old one has and no file says otherwise; where there are sets they stay where they are.
    package func carryOver(from old: String, to new: String, declared: [Topic: [PluginJSON]], name: String) throws {
        guard !version.hasSets else { return }
        for topic in [Topic.synonyms, .overrides] {
            try putItems(topic, declared[topic] ?? items(topic, in: old), of: name, in: new)
        }
    }

    // MARK: rules and keys

    private func putRule(_ name: String, _ value: PluginJSON) throws {
        var request = Server.Request("PUT", "analytics", "rules", name, body: value)
        // The type, the collection and the event of a rule are set when it is made.
        if version.hasFlatRules {
            let current = try server.find(Server.Request("GET", "analytics", "rules", name))
            let isSame = ["type", "collection", "event_type"].allSatisfy { current?[$0] == value[$0] }
            if current != nil, !isSame { try delete(Server.Request("DELETE", "analytics", "rules", name)) }
            var members = value.object ?? [:]
            members["name"] = .string(name)
            if current != nil, isSame {
                for key in ["type", "collection", "event_type"] { members[key] = nil }
                request = Server.Request("PUT", "analytics", "rules", name, body: .object(members))
            } else {
                request = Server.Request("POST", "analytics", "rules", body: .object(members))
            }
        }
        try store(request)
    }

    /// A key cannot be changed, only made. The one before goes first: no two may have the same value.
    private func putKey(_ description: String, _ value: PluginJSON) throws {
        try removeKey(description)
        try store(Server.Request("POST", "keys", body: value))
    }

    private func removeKey(_ description: String) throws {
        let keys = try server.ask(Server.Request("GET", "keys"))["keys"]?.array ?? []
        for key in keys where key["description"]?.string == description {
            guard let id = key["id"]?.integer else { continue }
            try delete(Server.Request("DELETE", "keys", "\(id)"))
        }
    }

    // MARK: requests

    private func list(_ path: String, _ member: String, key: String) throws -> [String: PluginJSON]? {
        guard let json = try server.find(Server.Request("GET", path)) else { return nil }
        return Self.byName(json[member]?.array ?? [], key: key)
    }

    private static func byName(_ items: [PluginJSON], key: String) -> [String: PluginJSON] {
        Dictionary(
            items.compactMap { item in item[key]?.string.map { ($0, item) } }, uniquingKeysWith: { first, _ in first })
    }

    private func store(_ request: Server.Request) throws {
        let reply = try server.send(request)
        guard reply.isSuccess else { throw server.refusal(reply, of: request) }
    }

    private func delete(_ request: Server.Request) throws {
        let reply = try server.send(request)
        guard reply.isSuccess || reply.status == 404 else { throw server.refusal(reply, of: request) }
    }
}
