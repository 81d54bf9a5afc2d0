import Documents
import Model

/// Builds services from entries; what the shape refuses is left out, because it is reported already.
struct ServiceReader {
    let source: String
    private(set) var problems: [ConfigurationProblem] = []

    init(source: String) { self.source = source }

    mutating func entry(_ entry: DocumentEntry) -> DeployerConfiguration.Entry? {
        guard let name = ServiceName(entry.key), let kind = entry.value["kind"]?.text else { return nil }
        let node = entry.value
        var service = Service(name: name, path: "repos/\(name)", kind: kind)
        if let path = node["path"] { service.path = folder(path) }
        service.inputs = texts(node["inputs"]) ?? []
        service.dependsOn = (texts(node["depends_on"]) ?? []).compactMap { ServiceName($0) }
        service.group = node["group"]?.text
        service.stages = texts(node["stages"])?.map(Stage.init(rawValue:))
        for entry in node["timeouts"]?.entries ?? [] {
            if let duration = duration(entry.value) { service.timeouts[entry.key] = .init(duration) }
        }
        for entry in node["environment"]?.entries ?? [] { service.environment[entry.key] = entry.value.written }
        if let remote = node["remote"], let url = remote["url"]?.text {
            service.remote = ServiceRemote(url: url, branch: remote["branch"]?.text ?? "main")
            // In a repository of its own the service is at the root unless it says otherwise.
            if node["path"] == nil { service.path = "" }
        }
        if let options = node["options"] { service.options = options.json }
        let (health, open) = health(node["health"])
        service.health = health
        return DeployerConfiguration.Entry(
            service: service, openHealth: open, coder: coder(node["coder"]),
            digest: ServiceDigest.digest(of: service, openHealth: open))
    }

    /// Without `.`, doubled and trailing slashes; "" is the root.
    private mutating func folder(_ node: DocumentNode) -> String {
        let parts = (node.text ?? "").split(separator: "/").filter { $0 != "." }
        if let first = parts.first, [".git", WorkspaceLayout.ownName].contains(first.lowercased()) {
            problems.append(
                .init(
                    source: source, line: node.position.line, column: node.position.column,
                    message: "no service can lie in '\(first)'"))
        }
        return parts.joined(separator: "/")
    }

    private func health(_ node: DocumentNode?) -> (HealthCheck?, Set<DeployerConfiguration.OpenHealth>) {
        guard let node, let probe = probe(node) else { return (nil, []) }
        var check = HealthCheck(probe: probe)
        var open: Set<DeployerConfiguration.OpenHealth> = []
        if let interval = duration(node["interval"]) {
            check.interval = .init(interval)
        } else {
            open.insert(.interval)
        }
        if let timeout = duration(node["timeout"]) { check.timeout = .init(timeout) } else { open.insert(.timeout) }
        if let attempts = integer(node["attempts"]) { check.attempts = attempts } else { open.insert(.attempts) }
        return (check, open)
    }

    private func probe(_ node: DocumentNode) -> HealthCheck.Probe? {
        if let url = node["http"]?.text { return .http(url: url, status: integer(node["status"])) }
        if let text = node["tcp"]?.text, let endpoint = Endpoint(text) {
            return .tcp(host: endpoint.host, port: endpoint.port)
        }
        if let port = integer(node["tcp"]) { return .tcp(host: "127.0.0.1", port: port) }
        return texts(node["command"]).map(HealthCheck.Probe.command)
    }

    private func coder(_ node: DocumentNode?) -> ServiceCoder? {
        guard let node else { return nil }
        guard let kind = (node.text ?? node["use"]?.text).flatMap(CoderKind.init) else { return nil }
        return ServiceCoder(
            kind: kind, model: node["model"]?.text, effort: node["effort"]?.text, command: texts(node["command"]),
            timeout: duration(node["timeout"]), attempts: integer(node["attempts"]))
    }

    private func texts(_ node: DocumentNode?) -> [String]? { node?.items.map { $0.compactMap(\.text) } }

    private func integer(_ node: DocumentNode?) -> Int? {
        if case .integer(let value) = node?.scalar { return Int(exactly: value) }
        return nil
    }

    private func duration(_ node: DocumentNode?) -> Duration? {
        guard let node,
            case .success(.duration(let value)) = Shape.duration(.zero ... .seconds(1 << 40)).value(of: node)
        else { return nil }
        return value
    }
}

extension DocumentNode {
    /// As JSON; numbers that JSON has not become null (the shape refuses them).
    var json: JSONValue {
        switch content {
        case .list(let items): return .array(items.map(\.json))
        case .mapping(let entries):
            return .object(Dictionary(entries.map { ($0.key, $0.value.json) }, uniquingKeysWith: { first, _ in first }))
        case .scalar:
            switch scalar {
            case .boolean(let value): return .bool(value)
            case .integer(let value): return .integer(value)
            case .number(let value): return value.isFinite ? .number(value) : .null
            case .text(let value): return .string(value)
            case .null, nil: return .null
            }
        }
    }
}
