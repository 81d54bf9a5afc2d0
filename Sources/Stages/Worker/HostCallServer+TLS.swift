import Model
import PluginAPI

// What a request of http/1 takes from secrets beside its headers.
extension HostCallServer {
    /// The request's URL, begun by a secret where the plugin names one.
    func address(_ fields: WireFields) async throws(Refusal) -> String {
        let url = fields.text(.url)
        let reference = fields.text(.base)
        guard !reference.isEmpty else { return url }
        guard url.isEmpty || url.hasPrefix("/") || url.hasPrefix("?") else {
            throw Refusal(DEPLOYER_CALL_INVALID, "with a base_reference the URL is what follows: it begins with '/'")
        }
        var base = try await resolve(reference)[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        return base + url
    }

    /// The plugin's own certificate and authorities; nil when it names neither.
    func credentials(_ fields: WireFields) async throws(Refusal) -> HTTPServiceTLS? {
        let (certificate, key) = (fields.text(.certificate), fields.text(.privateKey))
        let authority = fields.text(.authority)
        guard !certificate.isEmpty || !key.isEmpty || !authority.isEmpty else { return nil }
        guard authority.isEmpty || authority.hasPrefix("/") else {
            throw Refusal(DEPLOYER_CALL_INVALID, "'\(authority)' is not an absolute path")
        }
        guard !certificate.isEmpty || key.isEmpty else {
            throw Refusal(DEPLOYER_CALL_INVALID, "a client key needs a client certificate")
        }
        var tls = HTTPServiceTLS(authorityFile: authority.isEmpty ? nil : authority)
        if !certificate.isEmpty { tls.certificate = try await resolve(certificate) }
        if !key.isEmpty { tls.privateKey = try await resolve(key) }
        return tls
    }
}
