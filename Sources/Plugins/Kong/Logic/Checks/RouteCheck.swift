import Documents
import PluginKit

/// What a route may match by depends on its protocols.
struct RouteCheck {
    private let entity: Entity
    private let version: String

    init(_ entity: Entity, version: String) {
        self.entity = entity
        self.version = version
    }

    private static let families: [(names: Set<String>, title: String)] = [
        (["http", "https"], "http and https"), (["tcp", "tls", "udp"], "tcp, tls and udp"),
        (["tls_passthrough"], "tls_passthrough"), (["grpc", "grpcs"], "grpc and grpcs"), (["ws", "wss"], "ws and wss"),
    ]

    func findings() -> [Finding] {
        var findings = pathFindings()
        guard let protocols = protocols() else { return findings }
        let touched = Self.families.filter { !$0.names.isDisjoint(with: protocols) }
        guard touched.count == 1, let family = touched.first else {
            if touched.count > 1 {
                let text = "mixes protocols that do not go together; \(touched[0].title) belong together"
                findings.append(EntityChecks.complaint(entity, text, "protocols"))
            }
            return findings
        }
        let isStream = family.names.contains("tcp") || family.names.contains("tls_passthrough")
        if isStream { findings += forbidden(["methods", "hosts", "paths", "headers"], protocols) }
        if !isStream { findings += forbidden(["sources", "destinations"], protocols) }
        if family.names.contains("grpc") {
            findings += forbidden(["methods"], protocols)
            if entity.member("strip_path")?.gatewayScalar == .boolean(true) {
                findings.append(EntityChecks.complaint(entity, "cannot strip paths of grpc", "strip_path"))
            }
        }
        if protocols.isDisjoint(with: ["https", "grpcs", "tls", "tls_passthrough", "wss"]) {
            findings += forbidden(["snis"], protocols)
        }
        if let finding = unmatched(protocols, isStream: isStream) { findings.append(finding) }
        return findings
    }

    /// nil when they are not all known words.
    private func protocols() -> Set<String>? {
        guard let node = entity.member("protocols") else { return ["http", "https"] }
        guard let items = node.items, !items.isEmpty else { return nil }
        let words = items.compactMap(\.text)
        guard words.count == items.count, words.allSatisfy({ EntityTable.protocols.contains($0) }) else { return nil }
        return Set(words)
    }

    private func isGiven(_ name: String) -> Bool {
        guard let value = entity.member(name) else { return false }
        return value.items?.isEmpty != true && value.entries?.isEmpty != true
    }

    private func forbidden(_ names: [String], _ protocols: Set<String>) -> [Finding] {
        names.filter(isGiven).map { name in
            let list = protocols.sorted().joined(separator: ", ")
            return EntityChecks.complaint(entity, "cannot have '\(name)' where 'protocols' is \(list)", name)
        }
    }

    private func unmatched(_ protocols: Set<String>, isStream: Bool) -> Finding? {
        if isGiven("expression") { return nil }
        var names: [String]
        if protocols == ["tls_passthrough"] {
            names = ["snis"]
        } else if isStream {
            names = ["sources", "destinations", "snis"]
        } else {
            names = ["methods", "hosts", "headers", "paths"]
            if !protocols.isDisjoint(with: ["grpc", "grpcs"]) { names.removeFirst() }
            if !protocols.isDisjoint(with: ["https", "grpcs", "wss"]) { names.append("snis") }
        }
        if names.contains(where: isGiven) { return nil }
        return EntityChecks.complaint(entity, "matches nothing: it needs \(EntityChecks.spoken(names, "or"))")
    }

    private func pathFindings() -> [Finding] {
        if let headers = entity.member("headers")?.entries,
            let host = headers.first(where: { $0.key.lowercased() == "host" })
        {
            return [
                Finding(
                    "kong.entity", "\(entity.title) matches the header 'host': write it as 'hosts'", at: host.position)
            ]
        }
        guard version == "3.0" else { return [] }
        return (entity.member("paths")?.items ?? []).compactMap { item in
            guard let path = item.text, path.hasPrefix("/"), !Placeholder.isVariable(path),
                RegularExpression.looksLikeOne(path)
            else { return nil }
            return Finding(
                .warning, "kong.path",
                "'\(path)' of \(entity.title) is taken as it stands; a regular expression begins with '~' since 3.0",
                at: item.position)
        }
    }
}
