import PluginKit

/// Forms of texts, as the gateway's own schemas check them, by entity and field.
enum TextForms {
    /// nil for a good text, and for one whose form nobody prescribes.
    static func complaint(_ entity: String, _ field: String, _ text: String) -> String? {
        switch (entity, field) {
        case ("services", "path"): return text.hasPrefix("/") ? nil : "should start with: /"
        case ("services", "host"):
            return text.contains(":") && text.filter({ $0 == ":" }).count == 1 ? "must not have a port" : nil
        case ("routes", "methods"):
            return text.allSatisfy(\.isUppercase) ? nil : "invalid value: \(text)"
        case ("routes", "paths"): return path(text)
        case ("targets", "target"):
            return text.hasPrefix(":") ? "Invalid target ('\(text)'); not a valid hostname or ip address" : nil
        case ("upstreams", "name"):
            return text.allSatisfy { $0.isNumber || $0 == "." } ? "Invalid name; no ip addresses allowed" : nil
        case ("certificates", "cert"), ("ca_certificates", "cert"):
            return text.contains("-----BEGIN CERTIFICATE-----") ? nil : "invalid certificate"
        case ("certificates", "key"): return text.contains("PRIVATE KEY-----") ? nil : "invalid key"
        default: return nil
        }
    }

    private static func path(_ text: String) -> String? {
        if text.hasPrefix("/") { return nil }
        guard text.hasPrefix("~/") else { return "should start with: / (fixed path) or ~/ (regex path)" }
        return (try? Regex(String(text.dropFirst()))) == nil ? "invalid regex: '\(text)'" : nil
    }
}
