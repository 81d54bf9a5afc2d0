/// Why an operation failed, as far as this process can tell; the caller makes the sentence for people of it.
struct TransportError: Error {
    enum Kind: String {
        /// The request itself is wrong.
        case request
        /// libgit2's own words, code and class.
        case git
        /// The remote asks for credentials and none are configured.
        case authRequired = "auth-required"
        /// The credentials were offered once and refused.
        case authRejected = "auth-rejected"
        /// The remote takes none of the kinds of credentials that are configured.
        case authUnsupported = "auth-unsupported"
        /// No entry for the host; the message is `<line to add> <fingerprint>`.
        case hostKeyUnknown = "host-key-unknown"
        /// Another key is on record; the message is `<line to add> <fingerprint>`.
        case hostKeyChanged = "host-key-changed"
        case hostKeyRevoked = "host-key-revoked"
        /// A pushed reference is not where it was expected; the message is `<reference> <expected> <actual>`.
        case lease
    }

    var kind: Kind
    var code: Int32 = 0
    var gitClass: Int32 = 0
    var message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
