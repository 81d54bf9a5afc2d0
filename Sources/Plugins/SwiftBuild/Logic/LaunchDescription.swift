import Model
import PluginKit

/// How a release is run, as it was configured when the release was installed: a rollback runs the old release the old way,
/// whatever the new revision's options say. Secrets are references, as in the options; values are nowhere.
package struct LaunchDescription: Sendable, Hashable {
    package var arguments: [String]
    /// nil: the release's own folder.
    package var directory: String?
    package var environment: [String: String]
    package var secrets: [String: String]
    package var inherit: [String]
    package var grace: Duration
    package var systemdUnit: String?
    package var systemdUser: Bool

    package init(_ call: StageCall, _ options: Options) {
        arguments = options.arguments
        directory = options.directory
        environment = call.environment.merging(options.environment, uniquingKeysWith: { $1 })
        secrets = options.secrets
        inherit = options.inherit
        grace = options.grace
        systemdUnit = options.systemdUnit
        systemdUser = options.systemdUser
    }

    /// Replaces what a stage was told of running the service by this.
    package func restore(_ call: inout StageCall, _ options: inout Options) {
        call.environment = [:]
        options.arguments = arguments
        options.directory = directory
        options.environment = environment
        options.secrets = secrets
        options.inherit = inherit
        options.grace = grace
        options.systemdUnit = systemdUnit
        options.systemdUser = systemdUser
    }

    /// nil for anything that is none.
    init?(_ json: PluginJSON?) {
        guard let json, let arguments = json["arguments"]?.strings, let inherit = json["inherit"]?.strings,
            let environment = Self.texts(json["environment"]), let secrets = Self.texts(json["secrets"]),
            case .integer(let grace)? = json["grace_ms"], (0...3_600_000).contains(grace)
        else { return nil }
        self.arguments = arguments
        self.environment = environment
        self.secrets = secrets
        self.inherit = inherit
        self.grace = .milliseconds(grace)
        directory = json["directory"]?.string
        systemdUnit = json["systemd_unit"]?.string
        systemdUser = json["systemd_user"]?.bool ?? false
    }

    var json: PluginJSON {
        [
            "arguments": .array(arguments.map(PluginJSON.string)),
            "directory": directory.map(PluginJSON.string) ?? .null,
            "environment": .object(environment.mapValues(PluginJSON.string)),
            "secrets": .object(secrets.mapValues(PluginJSON.string)),
            "inherit": .array(inherit.map(PluginJSON.string)),
            "grace_ms": .integer(grace.wholeMilliseconds),
            "systemd_unit": systemdUnit.map(PluginJSON.string) ?? .null,
            "systemd_user": .bool(systemdUser),
        ]
    }

    private static func texts(_ json: PluginJSON?) -> [String: String]? {
        guard let members = json?.object else { return nil }
        let texts = members.compactMapValues(\.string)
        return texts.count == members.count ? texts : nil
    }
}
