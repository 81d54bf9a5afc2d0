package import PluginKit

/// The two files that the plugin adds to a stack.
package enum StackFiles {
    /// A Compose file for a Dockerfile alone.
    package static let generated = ".codex-deployer.compose.json"
    /// Pins images and marks containers; goes over the stack's own files.
    package static let override = ".codex-deployer.override.json"

    package static func isOwn(_ name: String) -> Bool { name.hasPrefix(".codex-deployer.") }

    /// The Compose file of a folder with nothing but a Dockerfile.
    ///
    /// - Parameter context: the folder it is built from, as the file names it.
    package static func compose(
        service: String, context: String, members: [String: PluginJSON], environment: [String]
    ) -> PluginJSON {
        var entry: [String: PluginJSON] = ["restart": "unless-stopped"]
        // Names alone: their values come from the variables of the call, secrets too, and stand in no file.
        if !environment.isEmpty { entry["environment"] = .array(environment.sorted().map(PluginJSON.string)) }
        entry.merge(members, uniquingKeysWith: { $1 })
        entry["build"] = ["context": .string(context)]
        return ["services": [service: .object(entry)]]
    }

    /// The file that says which images a release runs.
    package static func override(_ pins: [String: ReleaseRecord.Pin]) -> PluginJSON {
        [
            "services": .object(
                pins.mapValues {
                    [
                        "image": .string($0.reference),
                        "labels": [Container.digestLabel: .string($0.digest)],
                    ]
                })
        ]
    }

    /// The file that gives images a tag while they are built.
    package static func tags(_ references: [String: String]) -> PluginJSON {
        ["services": .object(references.mapValues { ["image": .string($0)] })]
    }
}
