import PluginKit

/// The members of one service, as `docker stack deploy` takes them.
struct SwarmMembers {
    struct Context {
        var folder: String
        var forbidden: [String]
        var place: String?
        var finishing: Set<String>
    }

    private let name: String
    private let context: Context
    private(set) var result: [String: PluginJSON] = [:]
    private(set) var refusals: [SwarmFile.Refusal] = []
    private(set) var notes: [String] = []
    private var deploy: [String: PluginJSON] = [:]

    init(_ name: String, _ context: Context) {
        self.name = name
        self.context = context
    }

    /// Taken as they are.
    private static let known: Set<String> = [
        "cap_add", "cap_drop", "command", "dns", "dns_search", "entrypoint", "environment", "hostname", "image", "init",
        "isolation", "labels", "logging", "read_only", "stdin_open", "stop_grace_period", "stop_signal", "sysctls",
        "tmpfs",
        "tty", "ulimits", "user", "working_dir", "credential_spec",
    ]
    /// Said before the stack is deployed, or by it in another way.
    private static let silent: Set<String> = [
        "build", "profiles", "pull_policy", "env_file", "expose", "deploy", "attach", "develop", "depends_on", "scale",
        "extends", "links",
    ]

    mutating func take(_ json: [String: PluginJSON]) {
        deploy = (json["deploy"]?.object ?? [:]).filter { $0.value != .null && !$0.key.hasPrefix("x-") }
        for (key, value) in json.sorted(by: { $0.key < $1.key }) where value != .null && !key.hasPrefix("x-") {
            if Self.known.contains(key) {
                result[key] = value
            } else if !Self.silent.contains(key) {
                convert(key, value)
            }
        }
        let conditions = (json["depends_on"]?.object ?? [:]).filter {
            $0.value["condition"]?.string != "service_started"
        }
        if !conditions.isEmpty {
            let names = conditions.keys.sorted().joined(separator: ", ")
            notes.append("a Swarm starts '\(name)' without waiting for \(names): let it wait by itself")
        }
        if deploy["replicas"] == nil, deploy["mode"] != "global", let scale = json["scale"] {
            deploy["replicas"] = scale
        }
        if context.finishing.contains(name), deploy["restart_policy"] == nil {
            deploy["restart_policy"] = ["condition": "none"]
        }
        resources()
        if !deploy.isEmpty { result["deploy"] = .object(deploy) }
    }

    private mutating func convert(_ key: String, _ value: PluginJSON) {
        switch key {
        case "container_name":
            notes.append("'\(name)': a Swarm names its tasks itself, container_name says nothing there")
        case "restart": restart(value.string ?? value.text)
        case "healthcheck":
            var check = value.object ?? [:]
            if check.removeValue(forKey: "start_interval") != nil {
                notes.append("'\(name)': a Swarm knows no start_interval of checks")
            }
            result[key] = .object(check.filter { $0.value != .null })
        case "extra_hosts":
            // Compose v2 prints `name=address`.
            result[key] =
                value.strings.map { hosts in
                    .array(hosts.map { .string(Self.colon($0)) })
                } ?? value
        case "networks": result[key] = networks(value)
        case "ports": result[key] = .array((value.array ?? []).compactMap { port($0) })
        case "volumes": result[key] = .array((value.array ?? []).compactMap { mount($0) })
        case "configs", "secrets": result[key] = .array((value.array ?? []).map(Self.use))
        case "mem_limit": limit("limits", "memory", value)
        case "mem_reservation": limit("reservations", "memory", value)
        case "cpus": limit("limits", "cpus", value)
        case "network_mode" where value == "default" || value == "bridge": break
        case "privileged", "oom_kill_disable": if value != .bool(false) { refuse(key) }
        default: refuse(key)
        }
    }

    private mutating func refuse(_ member: String, _ text: String? = nil, remedy: String? = nil) {
        refusals.append(
            .init(
                service: name, member: member, text: "'\(name)': \(text ?? "a Swarm has no '\(member)'")",
                remedy: remedy ?? "Take it out of the file, or let the stack run on one machine (option 'engine')."))
    }

    private mutating func restart(_ policy: String) {
        guard deploy["restart_policy"] == nil else { return }
        let parts = policy.split(separator: ":").map(String.init)
        switch parts.first {
        case "always", "unless-stopped": deploy["restart_policy"] = ["condition": "any"]
        case "on-failure":
            var members: [String: PluginJSON] = ["condition": "on-failure"]
            if parts.count > 1, let count = Int64(parts[1]) { members["max_attempts"] = .integer(count) }
            deploy["restart_policy"] = .object(members)
        default: deploy["restart_policy"] = ["condition": "none"]
        }
    }

    private mutating func limit(_ kind: String, _ member: String, _ value: PluginJSON) {
        var resources = deploy["resources"]?.object ?? [:]
        var members = resources[kind]?.object ?? [:]
        if members[member] == nil { members[member] = value }
        resources[kind] = .object(members)
        deploy["resources"] = .object(resources)
    }

    /// Numbers as the texts that version 3 wants.
    private mutating func resources() {
        guard let resources = deploy["resources"]?.object else { return }
        deploy["resources"] = .object(
            resources.mapValues { entry in
                guard var members = entry.object else { return entry }
                for key in ["cpus", "memory"] {
                    if let value = members[key], value.string == nil { members[key] = .string(value.text) }
                }
                return .object(members)
            })
    }

    private mutating func networks(_ value: PluginJSON) -> PluginJSON {
        guard let all = value.object else { return value }
        return .object(
            all.mapValues { entry in
                guard let members = entry.object else { return .null }
                if members["ipv4_address"] != nil || members["ipv6_address"] != nil {
                    notes.append("'\(name)': a Swarm gives addresses itself")
                }
                return members["aliases"].map { ["aliases": $0] } ?? .null
            })
    }

    private mutating func port(_ value: PluginJSON) -> PluginJSON? {
        guard var members = value.object else {
            if value.string.map({ $0.filter { $0 == ":" }.count > 1 }) == true { refuseAddress() }
            return value
        }
        if members["host_ip"]?.string?.isEmpty == false { refuseAddress() }
        if let text = members["published"]?.string {
            guard let number = Int64(text) else {
                refuse("ports", "a Swarm publishes one port, not '\(text)'", remedy: "Name one port.")
                return nil
            }
            members["published"] = .integer(number)
        }
        let wanted: Set<String> = ["mode", "target", "published", "protocol"]
        return .object(members.filter { wanted.contains($0.key) && $0.value != .null })
    }

    private mutating func refuseAddress() {
        refuse(
            "ports", "a Swarm publishes ports on every address of its nodes, not on one",
            remedy: "Leave the address out, and let a firewall say who may come.")
    }

    private mutating func mount(_ value: PluginJSON) -> PluginJSON? {
        if let text = value.string {
            var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count > 1, parts[0].hasPrefix("/") || parts[0].hasPrefix("."), let source = source(parts[0])
            else {
                return value
            }
            parts[0] = source
            return .string(parts.joined(separator: ":"))
        }
        guard var members = value.object else { return value }
        if members["type"] == "bind", let path = members["source"]?.string {
            members["source"] = .string(source(path) ?? path)
        }
        if var bind = members["bind"]?.object {
            bind = bind.filter { $0.key == "propagation" }
            members["bind"] = bind.isEmpty ? nil : .object(bind)
        }
        if var volume = members["volume"]?.object {
            if volume["subpath"] != nil { refuse("volumes", "a Swarm mounts whole volumes, no 'subpath'") }
            volume = volume.filter { $0.key == "nocopy" }
            members["volume"] = volume.isEmpty ? nil : .object(volume)
        }
        if var memory = members["tmpfs"]?.object {
            if let size = memory["size"]?.string, let bytes = Int64(size) { memory["size"] = .integer(bytes) }
            memory = memory.filter { $0.key == "size" }
            members["tmpfs"] = memory.isEmpty ? nil : .object(memory)
        }
        return .object(members.filter { $0.value != .null })
    }

    /// Where a mounted path is on every node; nil where it cannot be.
    private mutating func source(_ path: String) -> String? {
        let path = Stack.absolute(path, from: context.folder)
        if let relative = Stack.relative(path, to: context.folder) {
            if let place = context.place { return relative.isEmpty ? place : "\(place)/\(relative)" }
        } else if !context.forbidden.contains(where: { Stack.relative(path, to: $0) != nil }) {
            return path
        }
        refuse(
            "volumes",
            "'\(Stack.relative(path, to: context.folder).map { "./\($0)" } ?? path)' is on this machine alone, and tasks run on any",
            remedy:
                "Take a config or a volume, an absolute path that every node has, or set 'project_directory' to one.")
        return nil
    }

    private static func colon(_ host: String) -> String {
        guard let equals = host.firstIndex(of: "="), host.firstIndex(of: ":").map({ $0 > equals }) ?? true else {
            return host
        }
        return "\(host[..<equals]):\(host[host.index(after: equals)...])"
    }

    /// A config or secret that a service uses; file modes as numbers.
    private static func use(_ value: PluginJSON) -> PluginJSON {
        guard var members = value.object else { return value }
        if let mode = members["mode"]?.string, let number = Int64(mode, radix: 8) { members["mode"] = .integer(number) }
        return .object(members.filter { $0.value != .null && !$0.key.hasPrefix("x-") })
    }
}
