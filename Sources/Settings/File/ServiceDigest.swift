import Model

/// Names what an entry says about how its service is built, deployed and run.
enum ServiceDigest {
    /// 16 hexadecimal digits: FNV-1a over a canonical JSON text (http://www.isthe.com/chongo/tech/comp/fnv/).
    static func digest(of service: Service, openHealth: Set<DeployerConfiguration.OpenHealth>) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var text = ""
        write(document(service, openHealth), to: &text)
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Inputs and dependencies are compared on their own; all else may be what mends or changes a deployment.
    private static func document(_ service: Service, _ open: Set<DeployerConfiguration.OpenHealth>) -> JSONValue {
        var members: [String: JSONValue] = [
            "path": .string(service.path), "kind": .string(service.kind),
            "environment": .object(service.environment.mapValues(JSONValue.string)), "options": service.options,
            "timeouts": .object(service.timeouts.mapValues { .integer($0.duration.wholeMilliseconds) }),
        ]
        if let stages = service.stages { members["stages"] = .array(stages.map { .string($0.rawValue) }) }
        if let remote = service.remote {
            members["remote"] = .array([.string(remote.url), .string(remote.branch)])
        }
        if let health = service.health { members["health"] = .object(document(health, open)) }
        return .object(members)
    }

    private static func document(_ health: HealthCheck, _ open: Set<DeployerConfiguration.OpenHealth>)
        -> [String: JSONValue]
    {
        var members: [String: JSONValue] = [:]
        switch health.probe {
        case .http(let url, let status):
            members["http"] = .array([.string(url), status.map { .integer(Int64($0)) } ?? .null])
        case .tcp(let host, let port): members["tcp"] = .array([.string(host), .integer(Int64(port))])
        case .command(let arguments): members["command"] = .array(arguments.map(JSONValue.string))
        }
        if !open.contains(.interval) { members["interval"] = .integer(health.interval.duration.wholeMilliseconds) }
        if !open.contains(.timeout) { members["timeout"] = .integer(health.timeout.duration.wholeMilliseconds) }
        if !open.contains(.attempts) { members["attempts"] = .integer(Int64(health.attempts)) }
        return members
    }

    /// Members in the order of their names, every text with its length, so that different documents differ as texts.
    private static func write(_ value: JSONValue, to text: inout String) {
        switch value {
        case .null: text += "n"
        case .bool(let value): text += value ? "t" : "f"
        case .integer(let value): text += "i\(value);"
        case .number(let value): text += "d\(value);"
        case .string(let value): text += "s\(value.utf8.count):\(value)"
        case .array(let items):
            text += "[\(items.count):"
            for item in items { write(item, to: &text) }
        case .object(let members):
            text += "{\(members.count):"
            for name in members.keys.sorted() {
                write(.string(name), to: &text)
                write(members[name] ?? .null, to: &text)
            }
        }
    }
}
