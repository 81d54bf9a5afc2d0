package import PluginKit

/// A Compose project as the tool resolves it: files merged, variables in place, profiles applied.
///
/// Source of the members: the Compose specification, https://github.com/compose-spec/compose-spec/blob/main/spec.md.
package struct Stack: Sendable, Hashable {
    package struct Build: Sendable, Hashable {
        /// Absolute.
        package var context: String
        /// Absolute.
        package var dockerfile: String
        /// Additional contexts by name; paths are absolute.
        package var more: [String: String] = [:]
        /// The context is in the folder of the project.
        package var isInside = true

        /// Of the context; nil where it is not in the folder, and as large as it likes.
        package func digest() throws -> String? {
            isInside ? try Digest.of(path: context, skipping: { $0 == ".git" }) : nil
        }
    }

    package struct Service: Sendable, Hashable {
        package var name: String
        /// What the file names; nil where it only says how the image is built.
        package var image: String?
        package var build: Build?
        /// Service to condition: `service_started`, `service_healthy`, `service_completed_successfully`.
        package var dependencies: [String: String] = [:]
        /// `no`, `always`, `unless-stopped`, `on-failure`.
        package var restart = "no"
        package var hasHealthcheck = false
        package var pullPolicy: String?
        package var replicas = 1
        /// Absolute paths of the machine that it mounts or reads: bind mounts, env files, configs and secrets.
        package var paths: [String] = []
        package var networks: [String] = []
        /// All of it, for telling changes apart.
        package var json: PluginJSON = [:]

        package init(name: String) { self.name = name }
    }

    /// The file's own name for the project.
    package var name: String?
    package var services: [String: Service] = [:]
    /// `networks`, `volumes`, `configs` and `secrets` at the top.
    package var shared: [String: [String: PluginJSON]] = [:]

    package init() {}

    package var names: [String] { services.keys.sorted() }
    package var hasBuilds: Bool { services.values.contains { $0.build != nil } }

    /// Services that end by themselves: others wait for their end.
    package var finishing: Set<String> {
        Set(
            services.values.flatMap { $0.dependencies }.filter { $0.value == "service_completed_successfully" }
                .map(\.key))
    }

    /// Service names in groups: each group depends on earlier ones only. What is in a circle comes last.
    package var ranks: [[String]] {
        var done: Set<String> = []
        var rest = Set(services.keys)
        var ranks: [[String]] = []
        while !rest.isEmpty {
            let ready = rest.filter { name in
                (services[name]?.dependencies.keys).map { $0.allSatisfy { done.contains($0) || services[$0] == nil } }
                    ?? true
            }
            let rank = ready.isEmpty ? rest : ready
            ranks.append(rank.sorted())
            done.formUnion(rank)
            rest.subtract(rank)
        }
        return ranks
    }

    /// What makes a service's containers what they are. Everything a container is made from counts; what only says how and
    /// when it is made does not.
    ///
    /// - Parameters:
    ///   - image: the id of the image it will run.
    ///   - places: replaces paths of the folder it was read from by those where it will run.
    ///   - contents: a digest of what lies at a path, where the release has something there.
    package func digest(
        of name: String, image: String, places: (String) -> String, contents: (String) throws -> String?
    ) rethrows -> String {
        guard let service = services[name], var members = service.json.object else { return "" }
        for key in ["build", "depends_on", "profiles", "pull_policy", "image", "scale"] { members[key] = nil }
        if var deploy = members["deploy"]?.object {
            deploy["replicas"] = nil
            members["deploy"] = deploy.isEmpty ? nil : .object(deploy)
        }
        var digest = Digest()
        digest.add(image)
        digest.add(places(PluginJSON.object(members).text))
        for (kind, all) in shared.sorted(by: { $0.key < $1.key }) {
            let text = service.json[kind]?.text ?? ""
            for (key, value) in all.sorted(by: { $0.key < $1.key })
            where text.contains("\"\(key)\"") || text.contains("\"\(key):")
                || kind == "networks" && service.networks.contains(key)
            {
                digest.add("\(kind) \(key)")
                digest.add(places(value.text))
            }
        }
        for path in service.paths.sorted() {
            guard let content = try contents(path) else { continue }
            digest.add(places(path))
            digest.add(content)
        }
        return digest.hex
    }
}
