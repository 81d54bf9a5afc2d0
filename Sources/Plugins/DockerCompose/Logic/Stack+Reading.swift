import Documents
package import PluginKit

extension Stack {
    /// Reads what a tool prints of a project.
    ///
    /// `docker compose config --format json` gives JSON with long forms and absolute paths, `docker-compose config` YAML with
    /// short forms and absolute paths, podman-compose the merged files as they are written.
    ///
    /// - Parameter directory: what relative paths start from.
    package init(_ json: PluginJSON, directory: String) {
        name = json["name"]?.string
        for kind in ["networks", "volumes", "configs", "secrets"] { shared[kind] = json[kind]?.object ?? [:] }
        for (name, entry) in json["services"]?.object ?? [:] {
            services[name] = Service(name: name, entry, shared: shared, directory: directory)
        }
    }
}

extension Stack.Service {
    fileprivate init(name: String, _ json: PluginJSON, shared: [String: [String: PluginJSON]], directory: String) {
        self.init(name: name)
        self.json = json
        image = json["image"]?.string
        build = json["build"].flatMap { Stack.Build($0, directory: directory) }
        if let list = json["depends_on"]?.strings {
            dependencies = Dictionary(list.map { ($0, "service_started") }, uniquingKeysWith: { $1 })
        } else {
            dependencies = (json["depends_on"]?.object ?? [:]).mapValues {
                $0["condition"]?.string ?? "service_started"
            }
        }
        // `on-failure:3`; and YAML's bare `no` is a boolean.
        let policy = json["restart"]?.string ?? json["deploy"]?["restart_policy"]?["condition"]?.string
        restart = policy.flatMap { $0.split(separator: ":").first.map(String.init) } ?? "no"
        if restart == "any" { restart = "always" }
        if restart == "none" || restart == "false" || restart.isEmpty { restart = "no" }
        hasHealthcheck =
            json["healthcheck"].map { $0["disable"]?.bool != true && $0["test"]?.strings != ["NONE"] && $0 != .null }
            ?? false
        pullPolicy = json["pull_policy"]?.string
        replicas = json["deploy"]?["replicas"]?.integer ?? json["scale"]?.integer ?? 1
        networks = json["networks"]?.strings ?? json["networks"]?.object?.keys.sorted() ?? ["default"]
        paths = Self.mounts(json["volumes"]) + Self.files(json["env_file"])
        for kind in ["configs", "secrets"] {
            for use in json[kind]?.array ?? [] {
                guard let key = use.string ?? use["source"]?.string, let file = shared[kind]?[key]?["file"]?.string
                else { continue }
                paths.append(file)
            }
        }
        paths = paths.map { Stack.absolute($0, from: directory) }
    }

    private static func mounts(_ volumes: PluginJSON?) -> [String] {
        (volumes?.array ?? []).compactMap { volume in
            if let text = volume.string {
                let source = text.split(separator: ":").first.map(String.init) ?? ""
                return text.contains(":") && (source.hasPrefix("/") || source.hasPrefix(".")) ? source : nil
            }
            return volume["type"]?.string == "bind" ? volume["source"]?.string : nil
        }
    }

    private static func files(_ entry: PluginJSON?) -> [String] {
        if let text = entry?.string { return [text] }
        return (entry?.array ?? []).compactMap { $0.string ?? $0["path"]?.string }
    }
}

extension Stack.Build {
    fileprivate init?(_ json: PluginJSON, directory: String) {
        guard json != .null else { return nil }
        let given = json.string ?? json["context"]?.string ?? "."
        context = Stack.absolute(given, from: directory)
        dockerfile = Stack.absolute(json["dockerfile"]?.string ?? "Dockerfile", from: context)
        isInside = Stack.relative(context, to: directory) != nil
        let others = json["additional_contexts"]
        for (name, value) in others?.object ?? [:] {
            more[name] = value.string.map { Stack.absolute($0, from: directory) }
        }
        for entry in others?.strings ?? [] {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { more[parts[0]] = Stack.absolute(parts[1], from: directory) }
        }
    }
}

extension Stack {
    /// Without `.`, `..` and doubled slashes. An address is left as it is.
    static func absolute(_ path: String, from directory: String) -> String {
        if path.contains("://") || path.hasPrefix("~") { return path }
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : "\(directory)/\(path)").split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The path below a folder; nil when it is not in it. Empty for the folder itself.
    static func relative(_ path: String, to folder: String) -> String? {
        if path == folder { return "" }
        return path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : nil
    }
}

extension PluginJSON {
    /// A YAML tree as the JSON that it stands for.
    init(_ node: DocumentNode) {
        switch node.content {
        case .list(let items): self = .array(items.map(PluginJSON.init))
        case .mapping(let entries):
            self = .object(
                Dictionary(entries.map { ($0.key, PluginJSON($0.value)) }, uniquingKeysWith: { $1 }))
        case .scalar:
            self =
                switch node.scalar {
                case .boolean(let value): .bool(value)
                case .integer(let value): .integer(value)
                case .number(let value): .number(value)
                case .text(let text): .string(text)
                case .null, nil: .null
                }
        }
    }
}
