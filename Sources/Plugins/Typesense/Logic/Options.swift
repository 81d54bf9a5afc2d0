import Model
package import PluginKit
import PluginSupport

/// The options of a service of the kind `typesense`.
package struct Options: Sendable {
    /// URLs of the nodes; empty: TYPESENSE_URL says.
    package var nodes: [String] = []
    /// A reference, never the key itself.
    package var key = "env:TYPESENSE_API_KEY"
    /// For one request.
    package var timeout: Duration = .seconds(30)
    /// How long a request is tried again while no node takes it: an election lasts some seconds.
    package var patience: Duration = .seconds(60)
    /// Documents of one import.
    package var batch = 2000
    /// Documents of a copy that may be refused by the new schema.
    package var mostFailures = 0
    /// A collection of the name itself, without an alias, may be replaced by an alias of that name.
    package var adopts = false
    package var keepReleases = 3
    /// By collection and field: what a document that is copied gets where it has nothing.
    package var defaults: [String: [String: PluginJSON]] = [:]

    package init() {}

    package static let schema: PluginJSON = [
        "type": "object", "additionalProperties": false,
        "properties": [
            "url": [
                "type": "string", "minLength": 1,
                "description": "the server, or the nodes of a cluster with commas between them",
            ],
            "api_key": [
                "type": "string", "minLength": 1, "sensitive": true,
                "description": "reference to the admin key: env:NAME, file:/path or a name of the operator's",
            ],
            "timeout": ["type": ["string", "number"], "description": "for one request; 30s"],
            "patience": ["type": ["string", "number"], "description": "how long a request is repeated; 1m"],
            "batch_size": ["type": "integer", "minimum": 1, "maximum": 10_000],
            "max_failures": ["type": "integer", "minimum": 0],
            "adopt": ["type": "boolean"],
            "keep_releases": ["type": "integer", "minimum": 1, "maximum": 100],
            "defaults": [
                "type": "object", "additionalProperties": ["type": "object"],
                "description": "by collection and field: what documents get in a copy where they have nothing",
            ],
        ],
    ]

    /// Reads options that the schema has found valid, and checks what it cannot say.
    package init(reading json: PluginJSON) throws(InvalidOptions) {
        var problems: [InvalidOptions.Problem] = []
        if let text = json["url"]?.string {
            nodes = Self.nodes(text)
            if nodes.isEmpty || !nodes.allSatisfy(Self.isURL) {
                problems.append(.init("/url", "must be http(s)://host[:port], several with commas between them"))
            }
        }
        key = json["api_key"]?.string ?? key
        timeout = json.duration("timeout", upTo: .seconds(3600), &problems) ?? timeout
        patience = json.duration("patience", upTo: .seconds(3600), &problems) ?? patience
        batch = json["batch_size"]?.integer ?? batch
        mostFailures = json["max_failures"]?.integer ?? mostFailures
        adopts = json["adopt"]?.bool ?? adopts
        keepReleases = json["keep_releases"]?.integer ?? keepReleases
        defaults = (json["defaults"]?.object ?? [:]).mapValues { $0.object ?? [:] }
        guard problems.isEmpty else { throw InvalidOptions(problems) }
    }

    /// `a, b/` as `a` and `b`.
    package static func nodes(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " || $0 == "\n" }.map { node in
            var node = node
            while node.last == "/" { node.removeLast() }
            return String(node)
        }
    }

    package static func isURL(_ text: String) -> Bool {
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            return !rest.isEmpty && !rest.contains { $0 == "@" || $0 == "?" || $0 == "#" || $0 == "/" }
        }
        return false
    }
}
