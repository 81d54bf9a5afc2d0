import Model
package import PluginKit
import PluginSupport

/// What is live after a deployment, and all that is needed to make it live again: the checkpoint. Holds no secret, only
/// references.
package struct DeploymentRecord: Sendable {
    package struct Entry: Sendable {
        /// The collection behind the name.
        package var live: String
        package var isAlias: Bool
        /// As declared.
        package var schema: PluginJSON
        /// As the server had it afterwards.
        package var echo: PluginJSON
        /// What the server was given and does not know.
        package var unheeded: [String] = []
        /// Collections that were live before, the newest first.
        package var previous: [String] = []
        package var seed: String?
        package var documents = 0
    }
    package var collections: [String: Entry] = [:]
    /// By topic and name, as declared; synonyms and overrides by collection.
    package var resources: [Topic: [String: PluginJSON]] = [:]
    package typealias Topic = SourceLayout.Topic

    package init() {}

    private static let version = 1

    package var json: PluginJSON {
        var topics: [String: PluginJSON] = [:]
        for (topic, values) in resources where !values.isEmpty { topics[topic.rawValue] = .object(values) }
        return [
            "version": .integer(Int64(Self.version)),
            "collections": .object(collections.mapValues(\.json)), "resources": .object(topics),
        ]
    }

    /// - Throws: `typesense.state` when it is nothing that a version of this plugin wrote.
    package init(checkpoint: [UInt8], folder: String) throws {
        var json = try? PluginJSON(parsing: checkpoint)
        if let file = RecordFile.name(in: checkpoint) {
            json = try Files.read("\(folder)/\(file)").flatMap { try? PluginJSON(parsing: $0) }
        }
        try self.init(json: json ?? .null)
    }

    /// - Throws: `typesense.state` when it is nothing that a version of this plugin wrote.
    package init(json: PluginJSON) throws {
        guard let version = json["version"]?.integer, let collections = json["collections"]?.object else {
            throw Failure(
                .state, "the checkpoint of the last deployment cannot be read",
                remedy: "Deploy anew; nothing is lost on the server.")
        }
        guard version <= Self.version else {
            throw Failure(
                .stateVersion, "the checkpoint was written by a later version of this plugin (\(version))",
                remedy: "Use that version.")
        }
        self.collections = collections.compactMapValues(Entry.init)
        for (name, values) in json["resources"]?.object ?? [:] {
            if let topic = Topic(rawValue: name) { resources[topic] = values.object ?? [:] }
        }
    }
}

extension DeploymentRecord.Entry {
    var json: PluginJSON {
        var members: [String: PluginJSON] = [
            "live": .string(live), "alias": .bool(isAlias), "schema": schema, "echo": echo,
            "unheeded": .array(unheeded.map(PluginJSON.string)), "previous": .array(previous.map(PluginJSON.string)),
            "documents": .integer(Int64(documents)),
        ]
        if let seed { members["seed"] = .string(seed) }
        return .object(members)
    }

    init?(_ json: PluginJSON) {
        guard let live = json["live"]?.string, let schema = json["schema"], let echo = json["echo"] else { return nil }
        self.init(live: live, isAlias: json["alias"]?.bool ?? true, schema: schema, echo: echo)
        unheeded = json["unheeded"]?.strings ?? []
        previous = json["previous"]?.strings ?? []
        seed = json["seed"]?.string
        documents = json["documents"]?.integer ?? 0
    }
}
