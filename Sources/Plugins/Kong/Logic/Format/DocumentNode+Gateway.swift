package import Documents

extension DocumentNode {
    /// What a scalar means to the gateway. Its YAML library (lyaml) reads some words that were written without quotes as YAML 1.1
    /// does: `yes`, `no`, `on` and `off` are booleans, `0777` is octal, `1_000` and `1:30` are numbers; `y` and `n` are text.
    package var gatewayScalar: DocumentScalar? {
        guard case .scalar(let text, true) = content else { return scalar }
        switch text {
        case "yes", "Yes", "YES", "on", "On", "ON": return .boolean(true)
        case "no", "No", "NO", "off", "Off", "OFF": return .boolean(false)
        default: break
        }
        guard let first = text.utf8.first, (48...57).contains(first) || first == 43 || first == 45 else {
            return scalar
        }
        let sign: Int64 = first == 45 ? -1 : 1
        let digits = text.drop { $0 == "+" || $0 == "-" }
        if digits.hasPrefix("0o") { return .text(text) }
        let plain = digits.filter { $0 != "_" }
        if plain.utf8.count > 1, plain.hasPrefix("0"), let value = Int64(plain, radix: 8) {
            return .integer(sign * value)
        }
        if digits.contains("_"), let value = Int64(plain) { return .integer(sign * value) }
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count > 1, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            parts[1].utf8.count <= 2, (Int(parts[1]) ?? 60) < 60
        {
            return .integer(sign * parts.reduce(0) { ($0 &* 60) &+ (Int64($1) ?? 0) })
        }
        return scalar
    }

    /// The text that the gateway sees; nil where it sees something else.
    package var gatewayText: String? {
        if case .text(let text) = gatewayScalar { return text }
        return nil
    }

    /// What the gateway sees, for messages.
    package var gatewaySpoken: String {
        if case .scalar = content { return gatewayScalar?.description ?? spoken }
        return spoken
    }
}
