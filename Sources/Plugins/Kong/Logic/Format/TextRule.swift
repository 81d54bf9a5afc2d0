/// What a text in the declarative format has to look like. The gateway's own rules, as its schemas state them.
package enum TextRule: Sendable {
    /// Anything, but not nothing.
    case any
    /// Anything, nothing included.
    case free
    /// A name as the Admin API takes it in a path.
    case name
    /// A name that may hold letters of any script and blanks.
    case wideName
    case uuid
    /// A host name or an address, without a port.
    case host
    /// A host name, `*` as its first or last label.
    case hostPattern
    /// A host name without a port, no address.
    case serverName
    /// The same, with `*` as its first or last label.
    case serverNamePattern
    /// `host`, `host:port`, or an address with or without a port.
    case target
    case url
    /// The path of a URL: begins with a slash.
    case path
    /// A route's path: a path, or a regular expression behind a tilde.
    case routePath
    case method
    case header
    case cookie
    case network
    case tag
    /// PEM text of a certificate.
    case certificate
    /// PEM text of a private or public key.
    case key
    case vaultPrefix
    case json
}
