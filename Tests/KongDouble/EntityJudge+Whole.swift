import PluginKit

// What holds between the members of one entity, in the gateway's words.
extension EntityJudge {
    func serviceErrors(_ entity: Members) -> Errors {
        let name = entity["protocol"]?.string ?? "http"
        var errors: Errors = []
        if ["tcp", "tls", "udp", "grpc", "grpcs"].contains(name), entity["path"] != nil {
            errors.append(("path", "value must be null"))
        }
        if !["https", "tls"].contains(name) {
            for field in ["client_certificate", "tls_verify", "tls_verify_depth", "ca_certificates"]
            where entity[field] != nil && entity[field] != false {
                errors.append((field, "value must be null"))
            }
        }
        return errors.isEmpty ? [] : [(nil, "failed conditional validation given value of field 'protocol'")] + errors
    }

    func routeErrors(_ entity: Members) -> Errors {
        let protocols = Set(entity["protocols"]?.strings ?? ["http", "https"])
        let families: [Set<String>] = [
            ["http", "https"], ["tcp", "tls", "udp"], ["tls_passthrough"], ["grpc", "grpcs"],
        ]
        guard families.contains(where: { protocols.isSubset(of: $0) }) else {
            let sets = "('http', 'https'), ('tcp', 'tls', 'udp'), ('tls_passthrough'), ('grpc', 'grpcs')"
            return [("protocols", "these sets are mutually exclusive: \(sets)")]
        }
        let isStream = protocols.isSubset(of: families[1].union(families[2]))
        let forbidden = isStream ? ["methods", "hosts", "paths", "headers"] : ["sources", "destinations"]
        var errors: Errors = forbidden.filter { entity[$0] != nil }.map { name in
            (name, "cannot set '\(name)' when 'protocols' is '\(protocols.sorted().joined(separator: "', '"))'")
        }
        if protocols.isDisjoint(with: ["grpcs", "https", "tls", "tls_passthrough"]), entity["snis"] != nil {
            let text = "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'"
            errors.append((nil, text))
        }
        if entity["headers"]?.object?.keys.contains(where: { $0.lowercased() == "host" }) == true {
            errors.append(("headers", "cannot contain 'host' header, which must be specified in the 'hosts' attribute"))
        }
        var names = isStream ? ["sources", "destinations", "snis"] : ["methods", "hosts", "headers", "paths"]
        if protocols.contains("https") { names.append("snis") }
        if errors.isEmpty, !names.contains(where: { entity[$0] != nil }) {
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            errors.append((nil, "must set one of \(list) when 'protocols' is '\(protocols.sorted().last ?? "")'"))
        }
        return errors
    }

    func upstreamErrors(_ entity: Members) -> Errors {
        let hash = entity["hash_on"]?.string ?? "none"
        let other = entity["hash_fallback"]?.string ?? "none"
        if hash == "header", entity["hash_on_header"] == nil { return [("hash_on_header", "required field missing")] }
        if hash == "cookie", entity["hash_on_cookie"] == nil { return [("hash_on_cookie", "required field missing")] }
        let isSame = hash == other && ["consumer", "ip", "path"].contains(hash)
        guard other != "none", ["none", "cookie"].contains(hash) || isSame else { return [] }
        return [
            (nil, "failed conditional validation given value of field 'hash_on'"),
            ("hash_fallback", isSame ? "value must not be \(hash)" : "expected one of: none"),
        ]
    }

    func jwtErrors(_ entity: Members) -> Errors {
        guard entity["algorithm"]?.string?.hasPrefix("HS") == false, entity["rsa_public_key"] == nil else { return [] }
        return [
            (nil, "failed conditional validation given value of field 'algorithm'"),
            ("rsa_public_key", "required field missing"),
        ]
    }
}
