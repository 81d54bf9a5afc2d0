/// Whom a plugin's request trusts and as whom it presents itself; secrets already in place.
package struct HTTPServiceTLS: Hashable, Sendable {
    /// Absolute path of PEM certificates, in place of the host's own authorities; nil leaves those.
    package var authorityFile: String?
    /// PEM text of a certificate chain.
    package var certificate: String?
    /// PEM text; nil when the key stands in `certificate`.
    package var privateKey: String?
    package init(authorityFile: String? = nil, certificate: String? = nil, privateKey: String? = nil) {
        self.authorityFile = authorityFile
        self.certificate = certificate
        self.privateKey = privateKey
    }
}
