package import PluginKit

/// A resolved Compose project made fit for `docker stack deploy`, which knows the format's version 3 only and reads much of
/// what Compose v2 prints as an error.
///
/// Source of what is known there: `config_schema_v3.8.json` of the client
/// (https://github.com/docker/cli/tree/master/cli/compose/schema/data).
package struct SwarmFile: Sendable, Hashable {
    /// What a Swarm cannot give.
    package struct Refusal: Sendable, Hashable {
        package var service: String
        package var member: String
        package var text: String
        package var remedy: String
    }

    package static let name = ".codex-deployer.stack.json"

    package private(set) var services: [String: [String: PluginJSON]] = [:]
    /// `networks`, `volumes`, `configs`, `secrets`.
    package private(set) var shared: [String: [String: PluginJSON]] = [:]
    package private(set) var refusals: [Refusal] = []
    /// What is left out without harm.
    package private(set) var notes: [String] = []
    /// Files to be written beside it: the contents of configs that stand in the Compose file itself.
    package private(set) var contents: [String: String] = [:]

    /// - Parameters:
    ///   - folder: what the project was read from; paths in it are no machine's but this one's.
    ///   - forbidden: other folders that are this machine's alone.
    ///   - place: what relative mounts start from instead, on every node; nil: there may be none.
    ///   - finishing: services that end by themselves.
    ///   - contentOf: a digest of what lies at a path.
    package init(
        _ stack: Stack, project: String, folder: String, forbidden: [String] = [], place: String? = nil,
        finishing: Set<String>, contentOf: (String) throws -> String?
    ) rethrows {
        let context = SwarmMembers.Context(
            folder: folder, forbidden: forbidden, place: place, finishing: finishing)
        for name in stack.names {
            guard let service = stack.services[name] else { continue }
            var members = SwarmMembers(name, context)
            members.take(service.json.object ?? [:])
            services[name] = members.result
            refusals += members.refusals
            notes += members.notes
        }
        shared["volumes"] = stack.shared["volumes"] ?? [:]
        for (key, network) in stack.shared["networks"] ?? [:] {
            shared["networks", default: [:]][key] = networkOf(key, network)
        }
        for kind in ["configs", "secrets"] {
            for (key, entry) in stack.shared[kind] ?? [:] {
                shared[kind, default: [:]][key] = try object(
                    kind, key, entry, project: project, folder: folder, contentOf: contentOf)
            }
        }
    }

    private mutating func networkOf(_ key: String, _ network: PluginJSON) -> PluginJSON {
        guard var members = network.object else { return network }
        if members["driver"] == "bridge" {
            notes.append("the network '\(key)' spans machines, so it is an overlay and no bridge")
            members["driver"] = nil
            members["driver_opts"] = nil
        }
        members["enable_ipv6"] = nil
        return .object(members.filter { $0.value != .null && !$0.key.hasPrefix("x-") })
    }

    /// Configs and secrets of a Swarm cannot be changed, so a changed one is another one: its content is part of its name.
    private mutating func object(
        _ kind: String, _ key: String, _ entry: PluginJSON, project: String, folder: String,
        contentOf: (String) throws -> String?
    ) rethrows -> PluginJSON {
        guard var members = entry.object else { return entry }
        members = members.filter { $0.value != .null && !$0.key.hasPrefix("x-") }
        if let external = members["external"], external != .bool(false) { return .object(members) }
        var digest: String?
        if let text = members["content"]?.string {
            let file = ".codex-deployer.config-\(StackCall.projectName(of: key))"
            contents[file] = text
            members["content"] = nil
            members["file"] = .string("./\(file)")
            digest = Digest.of(text)
        } else if let file = members["file"]?.string {
            let path = Stack.absolute(file, from: folder)
            digest = try contentOf(path)
            if digest == nil { refuse(kind, key, "its file '\(file)' is not there", "Add it, or correct the path.") }
            members["file"] = .string(Stack.relative(path, to: folder).map { "./\($0)" } ?? path)
        } else if members["driver"] == nil, members["template_driver"] == nil {
            refuse(
                kind, key, "a Swarm takes it from a file or from what it has",
                "Give it a 'file', or make it with 'docker \(kind.dropLast()) create' and set 'external: true'.")
        }
        if let digest {
            // 64 characters are allowed.
            members["name"] = .string("\(project)_\(key)".prefix(51) + "_" + digest.prefix(12))
        }
        return .object(members)
    }

    private mutating func refuse(_ kind: String, _ key: String, _ text: String, _ remedy: String) {
        refusals.append(.init(service: "", member: key, text: "\(kind.dropLast()) '\(key)': \(text)", remedy: remedy))
    }

    /// Puts in place what a service runs, and marks it.
    package mutating func pin(_ name: String, image: String, digest: String, owner: Owner) {
        guard var members = services[name] else { return }
        members["image"] = .string(image)
        var deploy = members["deploy"]?.object ?? [:]
        var labels = deploy["labels"]?.object ?? [:]
        for text in deploy["labels"]?.strings ?? [] {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            labels[parts[0]] = .string(parts.count > 1 ? parts[1] : "")
        }
        labels[Container.digestLabel] = .string(digest)
        // A '$' would be a variable of Compose.
        for (label, value) in owner.labels { labels[label] = .string(value.replacing("$", with: "$$")) }
        deploy["labels"] = .object(labels)
        members["deploy"] = .object(deploy)
        services[name] = members
    }

    /// What makes a service what it is, but for how many of it there are.
    package func digest(of name: String, image: String) -> String {
        guard var members = services[name] else { return "" }
        members["image"] = .string(image)
        if var deploy = members["deploy"]?.object {
            deploy["replicas"] = nil
            members["deploy"] = deploy.isEmpty ? nil : .object(deploy)
        }
        var digest = Digest()
        digest.add(PluginJSON.object(members).text)
        for (kind, all) in shared.sorted(by: { $0.key < $1.key }) {
            let text = members[kind]?.text ?? (kind == "networks" ? "\"default\"" : "")
            for (key, value) in all.sorted(by: { $0.key < $1.key })
            where text.contains("\"\(key)\"") || text.contains("\"\(key):") {
                digest.add("\(kind) \(key)")
                digest.add(value.text)
            }
        }
        return digest.hex
    }

    /// The file itself.
    package var json: PluginJSON {
        var members: [String: PluginJSON] = [
            "version": "3.8", "services": .object(services.mapValues(PluginJSON.object)),
        ]
        for (kind, all) in shared where !all.isEmpty { members[kind] = .object(all) }
        return .object(members)
    }
}
