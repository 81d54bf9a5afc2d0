package import PluginKit

extension Options {
    /// JSON Schema (2020-12) of the options. What it cannot say is checked by `read`.
    package static let schema: PluginJSON = {
        let standard = Options()
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Options of a service of kind swift",
            "type": "object",
            "additionalProperties": false,
            "properties": [
                "configuration": choice(
                    Configuration.allCases.map(\.rawValue), "Build configuration of what is deployed."),
                "jobs": member(
                    "integer", "Compilers at a time; without it half of the processors, at least one.",
                    ["minimum": 1, "maximum": 1024]),
                "resolution": choice(
                    Resolution.allCases.map(\.rawValue),
                    "locked: dependencies as Package.resolved says, where it exists. automatic: SwiftPM may choose."
                ),
                "build_arguments": texts("Arguments added to swift build and swift test."),
                "build_environment": variables("Environment variables of the build."),
                "build_inherit": texts("Names of the daemon's environment variables that the build sees too."),
                "toolchain": member("string", "Absolute path of the swift executable to use.", ["minLength": 2]),
                "static_stdlib": flag("Link the Swift runtime into the executables.", standard.staticStandardLibrary),
                "test": flag("Run the package's tests.", standard.test),
                "test_arguments": texts("Arguments added to swift test."),
                "products": texts("Products to install; without it all executables and dynamic libraries.", least: 1),
                "keep_releases": member(
                    "integer", "Releases kept for rollbacks.",
                    ["minimum": 1, "maximum": 1000, "default": .integer(Int64(standard.keepReleases))]),
                "run": [
                    "type": ["string", "boolean"],
                    "description":
                        "The executable that is the service; false: none. Default: the only one, or its namesake.",
                ],
                "arguments": texts("Arguments of the service."),
                "environment": variables("Environment variables of the service."),
                "secrets": variables(
                    "Environment variables of the service whose values are references to secrets.", isSensitive: true),
                "inherit": texts("Names of the daemon's environment variables that the service sees too."),
                "directory": member(
                    "string", "Absolute path of the service's working directory; without it its release folder."),
                "grace": duration("Time from SIGTERM to SIGKILL.", "10s"),
                "systemd_unit": member(
                    "string", "The systemd unit that runs the service instead of the daemon.", ["maxLength": 255]),
                "systemd_user": flag("The unit belongs to the daemon's user.", standard.systemdUser),
                "settle": duration("How long a started service must stay up to count as healthy.", "2s"),
            ],
        ]
    }()

    private static func member(
        _ type: String, _ description: String, _ more: [String: PluginJSON] = [:]
    ) -> PluginJSON {
        .object(
            ["type": .string(type), "description": .string(description)].merging(more, uniquingKeysWith: { $1 }))
    }

    private static func flag(_ description: String, _ standard: Bool) -> PluginJSON {
        member("boolean", description, ["default": .bool(standard)])
    }

    /// The first of the names is the default.
    private static func choice(_ names: [String], _ description: String) -> PluginJSON {
        member(
            "string", description, ["enum": .array(names.map(PluginJSON.string)), "default": .string(names[0])])
    }

    private static func texts(_ description: String, least: Int64 = 0) -> PluginJSON {
        member("array", description, ["items": ["type": "string"], "minItems": .integer(least)])
    }

    private static func variables(_ description: String, isSensitive: Bool = false) -> PluginJSON {
        var value: [String: PluginJSON] = ["type": ["string", "integer", "boolean"]]
        if isSensitive { value["sensitive"] = true }
        return member("object", description, ["additionalProperties": .object(value)])
    }

    private static func duration(_ description: String, _ standard: String) -> PluginJSON {
        [
            "type": ["string", "number"], "minimum": 0, "default": .string(standard),
            "description": .string(description + " Bare numbers are seconds."),
        ]
    }
}
