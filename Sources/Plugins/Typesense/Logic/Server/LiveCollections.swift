import Model
package import PluginKit

/// Collections and aliases as the server has them.
package struct LiveCollections {
    let server: Server

    /// A collection, by its own name or an alias of it; nil when there is none.
    package func live(_ name: String) throws -> PluginJSON? {
        try server.find(Server.Request("GET", "collections", name))
    }

    /// Where an alias points to; nil when there is no such alias.
    package func target(of alias: String) throws -> String? {
        try server.find(Server.Request("GET", "aliases", alias))?["collection_name"]?.string
    }

    package func aliases() throws -> [String: String] {
        let list = try server.ask(Server.Request("GET", "aliases"))["aliases"]?.array ?? []
        return Dictionary(
            list.compactMap { alias in
                guard let name = alias["name"]?.string, let target = alias["collection_name"]?.string else {
                    return nil
                }
                return (name, target)
            }, uniquingKeysWith: { _, last in last })
    }

    /// Names of all collections, the newest first.
    package func names() throws -> [String] {
        (try server.ask(Server.Request("GET", "collections")).array ?? [])
            .sorted { ($0["created_at"]?.integer ?? 0) > ($1["created_at"]?.integer ?? 0) }
            .compactMap { $0["name"]?.string }
    }

    /// Makes a collection, or takes the one that an earlier attempt of the same request made.
    package func create(_ schema: PluginJSON, name: String) throws -> PluginJSON {
        var members = schema.object ?? [:]
        members["name"] = .string(name)
        let request = Server.Request("POST", "collections", body: .object(members))
        let reply = try server.send(request)
        if reply.status == 409, let made = try live(name) { return made }
        guard reply.isSuccess, let json = reply.json else { throw server.refusal(reply, of: request) }
        return json
    }

    /// Fine when it is not there.
    ///
    /// - Returns: what the server says of the collection that is no more.
    @discardableResult
    package func delete(_ name: String) throws -> PluginJSON? {
        let request = Server.Request("DELETE", "collections", name)
        let reply = try server.send(request)
        guard reply.isSuccess || reply.status == 404 else { throw server.refusal(reply, of: request) }
        return reply.isSuccess ? reply.json : nil
    }

    /// Makes a collection anew, without its documents.
    package func empty(_ name: String) throws {
        guard let live = try live(name), var schema = live.object else { return }
        for key in ["created_at", "num_documents"] { schema[key] = nil }
        try delete(name)
        _ = try create(.object(schema), name: name)
    }

    /// One call: who searches by the alias gets the one or the other, never nothing.
    package func point(_ alias: String, to collection: String) throws {
        _ = try server.ask(
            Server.Request("PUT", "aliases", alias, body: ["collection_name": .string(collection)]))
    }

    package func deleteAlias(_ alias: String) throws {
        let request = Server.Request("DELETE", "aliases", alias)
        let reply = try server.send(request)
        guard reply.isSuccess || reply.status == 404 else { throw server.refusal(reply, of: request) }
    }

    /// Changes fields in place. Not repeated by itself: the server may be at it although its answer was lost. While it is at
    /// another change of the collection, that is waited for.
    ///
    /// - Parameter reserve: of the time that the stage has left; the server reads every document of the collection.
    package func alter(_ name: String, _ change: PluginJSON, reserve: Duration = .seconds(2)) throws -> Server.Reply {
        while true {
            let timeLeft = server.context.timeLeft - reserve
            var request = Server.Request("PATCH", "collections", name, body: change)
            request.timeout = max(timeLeft, .seconds(1))
            request.isRepeatable = false
            let reply = try server.send(request)
            // Since version 27: "Another collection update operation is in progress."
            guard !reply.isSuccess, reply.message.contains("in progress"), timeLeft > .seconds(2) else { return reply }
            try server.context.pause(.seconds(1))
        }
    }
}
