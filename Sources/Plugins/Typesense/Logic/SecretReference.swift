import PluginKit

/// Secrets in what is sent: files hold references, and the host puts the secrets in their place at the moment of sending.
enum SecretReference {
    /// Members that hold secrets, in keys and in the models of embeddings.
    static let members: Set<String> = ["value", "api_key", "access_token", "refresh_token", "client_secret"]

    /// As secret/1 knows it.
    static func isOne(_ text: String) -> Bool { text.hasPrefix("env:") || text.hasPrefix("file:/") }

    /// The document with markers in place of its references, and which secret each marker stands for.
    static func marked(_ json: PluginJSON) -> (PluginJSON, [SecretValue]) {
        var secrets: [SecretValue] = []
        return (mark(json, &secrets), secrets)
    }

    private static func mark(_ json: PluginJSON, _ secrets: inout [SecretValue]) -> PluginJSON {
        switch json {
        case .object(let object):
            var result = object
            for (name, value) in object.sorted(by: { $0.key < $1.key }) {
                if let text = value.string, members.contains(name), isOne(text) {
                    let marker = "@@secret-\(secrets.count)-of-this-request@@"
                    secrets.append(SecretValue(marker, reference: text))
                    result[name] = .string(marker)
                } else {
                    result[name] = mark(value, &secrets)
                }
            }
            return .object(result)
        case .array(let items): return .array(items.map { mark($0, &secrets) })
        default: return json
        }
    }
}
