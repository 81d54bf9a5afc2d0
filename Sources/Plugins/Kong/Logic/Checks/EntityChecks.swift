import Documents
import PluginKit

/// What has to hold between the members of one entity.
struct EntityChecks {
    private let list: EntityList
    /// Of the format.
    private let version: String

    init(_ list: EntityList, version: String) {
        self.list = list
        self.version = version
    }

    func findings() -> [Finding] {
        list.all.flatMap { entity in entity.rule.checks.flatMap { findings(of: $0, entity) } }
    }

    private func findings(of check: EntityCheck, _ entity: Entity) -> [Finding] {
        switch check {
        case .atLeastOne(let names):
            if names.contains(where: { isGiven($0, entity) }) { return [] }
            return [complaint(entity, "needs \(Self.spoken(names, "or"))")]
        case .atMostOne(let names):
            let given = names.filter { isGiven($0, entity) }
            return given.count < 2 ? [] : [complaint(entity, "cannot have both \(Self.spoken(given, "and"))", given[1])]
        case .excludes(let name, let other, let values):
            guard isGiven(name, entity), let value = value(of: other, entity), values.contains(value) else { return [] }
            return [complaint(entity, "cannot have '\(name)' where '\(other)' is '\(value)'", name)]
        case .needs(let name, let other, let values):
            guard isGiven(name, entity), let value = value(of: other, entity), !values.contains(value) else {
                return []
            }
            // Not to verify is what happens anyway.
            if entity.member(name)?.gatewayScalar == .boolean(false) { return [] }
            let wanted = Self.spoken(values, "or")
            return [complaint(entity, "can have '\(name)' only where '\(other)' is \(wanted), not '\(value)'", name)]
        case .demands(let name, let other, let values):
            guard !isGiven(name, entity), let value = value(of: other, entity), values.contains(value) else {
                return []
            }
            return [complaint(entity, "needs '\(name)' where '\(other)' is '\(value)'", other)]
        case .distinct(let first, let second):
            guard let one = entity.text(first), one == entity.text(second) else { return [] }
            return [complaint(entity, "cannot have the same '\(first)' and '\(second)'", second)]
        case .route: return RouteCheck(entity, version: version).findings()
        case .upstream: return Self.hashing(entity)
        case .key: return Self.key(entity)
        case .jwt: return Self.jwt(entity)
        }
    }

    private func isGiven(_ name: String, _ entity: Entity) -> Bool {
        if entity.parentField == name { return true }
        guard let value = entity.member(name) else { return false }
        return value.items?.isEmpty != true
    }

    /// A word that is given, or its fallback; nil when it is left to somebody else or comes out of a URL.
    private func value(of name: String, _ entity: Entity) -> String? {
        if let node = entity.member(name) { return Placeholder.isLeftAlone(node) ? nil : entity.text(name) }
        if name == "protocol", let url = entity.text("url") {
            return url.firstRange(of: "://").map { String(url[..<$0.lowerBound]) }
        }
        return entity.rule.field(name)?.fallback?.string
    }

    private func complaint(_ entity: Entity, _ text: String, _ member: String? = nil) -> Finding {
        Self.complaint(entity, text, member)
    }

    static func complaint(_ entity: Entity, _ text: String, _ member: String? = nil) -> Finding {
        let place = member.flatMap { name in entity.node.entries?.first { $0.key == name }?.position }
        return Finding("kong.entity", "\(entity.title) \(text)", at: place ?? entity.node.position)
    }

    static func spoken(_ names: [String], _ word: String) -> String {
        let quoted = names.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " \(word) " + last
    }

    private static func hashing(_ entity: Entity) -> [Finding] {
        let first = entity.text("hash_on") ?? "none"
        guard let second = entity.text("hash_fallback"), second != "none", !Placeholder.isVariable(first + second)
        else {
            return []
        }
        if ["none", "cookie"].contains(first) {
            let text = "cannot have 'hash_fallback: \(second)' where 'hash_on' is '\(first)'"
            return [complaint(entity, text, "hash_fallback")]
        }
        let mayRepeat = ["header", "query_arg", "uri_capture"]
        guard first == second, !mayRepeat.contains(first) else { return [] }
        return [complaint(entity, "cannot fall back to '\(second)', which it hashes on already", "hash_fallback")]
    }

    private static func key(_ entity: Entity) -> [Finding] {
        if let pem = entity.member("pem"), pem["private_key"] == nil, pem["public_key"] == nil, pem.entries != nil {
            return [complaint(entity, "needs a private or a public key in 'pem'", "pem")]
        }
        guard let jwk = entity.text("jwk"), let kid = entity.text("kid"), !Placeholder.isVault(jwk),
            !Placeholder.isVariable(jwk + kid), let root = try? DocumentReader.json(Array(jwk.utf8)).root,
            root.entries != nil
        else { return [] }
        if root["kid"]?.text == kid { return [] }
        return [complaint(entity, "has another 'kid' than its JWK", "kid")]
    }

    private static func jwt(_ entity: Entity) -> [Finding] {
        guard let algorithm = entity.text("algorithm"), !Placeholder.isVariable(algorithm),
            !algorithm.hasPrefix("HS"), entity.member("rsa_public_key") == nil
        else { return [] }
        return [complaint(entity, "needs 'rsa_public_key' where 'algorithm' is '\(algorithm)'", "algorithm")]
    }
}
