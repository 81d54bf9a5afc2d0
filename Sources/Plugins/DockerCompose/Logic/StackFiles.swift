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

    /// The file that says which images a release runs, and marks its containers.
    ///
    /// - Parameter unmarked: services whose containers are there as an older version made them. With the owner's labels
    ///   Compose would make them anew.
    package static func override(
        _ pins: [String: ReleaseRecord.Pin], owner: Owner, unmarked: Set<String> = []
    ) -> PluginJSON {
        var services: [String: PluginJSON] = [:]
        for (name, pin) in pins {
            var labels = unmarked.contains(name) ? [:] : owner.labels
            labels[Container.digestLabel] = pin.digest
            // A '$' would be a variable of Compose.
            let texts = labels.mapValues { PluginJSON.string($0.replacing("$", with: "$$")) }
            services[name] = ["image": .string(pin.reference), "labels": .object(texts)]
        }
        return ["services": .object(services)]
    }

    /// The file that gives images a tag while they are built.
    package static func tags(_ references: [String: String]) -> PluginJSON {
        ["services": .object(references.mapValues { ["image": .string($0)] })]
    }
}
