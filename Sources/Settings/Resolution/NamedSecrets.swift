/// Secrets by a name of the operator's: `DISPATCHER_SECRET_<NAME>` in the daemon's environment or in `dispatcher.env`.
///
/// The variable holds the secret itself, or a reference to it (`env:NAME`, `file:/path`). Options of services then name
/// the secret and not its place: `registry-token` is `DISPATCHER_SECRET_REGISTRY_TOKEN`.
package enum NamedSecrets {
    package static let prefix = "DISPATCHER_SECRET_"

    /// The variable behind a name; nil for what cannot be one.
    package static func variable(for name: String) -> String? {
        guard !name.isEmpty, name.utf8.count <= 128 else { return nil }
        var variable = prefix
        for byte in name.uppercased().utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                variable.unicodeScalars.append(.init(byte))
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): variable += "_"
            default: return nil
            }
        }
        return variable
    }

    /// Whether a variable holds such a secret, by its name.
    static func isOne(_ variable: String) -> Bool {
        variable.hasPrefix(prefix) && variable.utf8.count > prefix.utf8.count
    }

    /// A reference is no secret: it may be shown.
    static func isReference(_ value: String) -> Bool { value.hasPrefix("env:") || value.hasPrefix("file:/") }
}

extension DaemonSettings {
    /// What the operator has put behind a bare name: the secret, or a reference to it; nil where there is none.
    package func secret(named name: String) -> String? {
        NamedSecrets.variable(for: name).flatMap { variables[$0] }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
