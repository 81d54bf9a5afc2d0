package import PluginKit

/// The requests of the Admin API that this plugin makes, and no others.
package enum AdminRequest: Sendable, Hashable {
    case status
    /// The whole configuration that the gateway runs, as a declarative file.
    case configuration
    /// Makes the gateway run a configuration, given as the text of a declarative file.
    case load(String)
    /// Asks whether an entity is well formed. Nothing is changed.
    case validate(entity: String, PluginJSON)

    package var method: String {
        switch self {
        case .status, .configuration: "GET"
        case .load, .validate: "POST"
        }
    }

    package var path: String {
        switch self {
        case .status: "/status"
        case .configuration, .load: "/config"
        case .validate(let entity, _): "/schemas/\(entity)/validate"
        }
    }

    /// With `check_hash` the gateway leaves alone what it runs already; with `flatten_errors` it says of a configuration that it
    /// refuses which entity is wrong.
    package var query: [(name: String, value: String)] {
        if case .load = self { return [("check_hash", "1"), ("flatten_errors", "1")] }
        return []
    }

    package var target: String {
        path + (query.isEmpty ? "" : "?" + query.map { "\($0.name)=\($0.value)" }.joined(separator: "&"))
    }

    /// JSON; nil for requests without a body.
    package var body: PluginJSON? {
        switch self {
        case .status, .configuration: nil
        case .load(let text): ["config": .string(text)]
        case .validate(_, let entity): entity
        }
    }

    /// Bytes of answer to accept: an answer to a configuration repeats all of it.
    var largestAnswer: Int {
        switch self {
        case .configuration, .load: 31 << 20
        case .status, .validate: 4 << 20
        }
    }
}
