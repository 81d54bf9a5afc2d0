import Documents

/// Why a value is refused.
struct Refusal: Error {
    var reason: String?
    var suggestion: String?
    init(_ reason: String? = nil, suggestion: String? = nil) {
        self.reason = reason
        self.suggestion = suggestion
    }
}

extension Shape {
    /// The value of a node that stands in `deployer.yaml`.
    func value(of node: DocumentNode) -> Result<SettingValue, Refusal> {
        switch (self, node.scalar) {
        case (.boolean, .boolean(let value)): return .success(.boolean(value))
        case (.boolean, .text(let text)):
            let word = ["yes": "true", "on": "true", "no": "false", "off": "false", "true": "true", "false": "false"]
            return .failure(Refusal(suggestion: word[text.lowercased()].map { "write \($0)" }))
        case (.integer(let range), .integer(let value)):
            guard let value = Int(exactly: value), range.contains(value) else { return .failure(Refusal()) }
            return .success(.integer(value))
        case (.duration, .integer), (.duration, .number), (.size, .integer):
            guard case .scalar(let text, _) = node.content else { return .failure(Refusal()) }
            return value(of: text)
        case (.duration, .text(let text)), (.size, .text(let text)), (.choice, .text(let text)),
            (.text, .text(let text)):
            return value(of: text)
        case (.list(let element, let counts, _), nil):
            guard let items = node.items, counts.contains(items.count) else { return .failure(Refusal()) }
            var texts: [String] = []
            for item in items {
                switch element.value(of: item) {
                case .success(let value): texts.append(value.text)
                case .failure(let refusal): return .failure(refusal)
                }
            }
            return .success(.list(texts))
        default: return .failure(Refusal())
        }
    }

    /// The value of a text from the environment or the command line.
    /// - Parameter separator: what parts the entries of a list.
    func value(of text: String, separator: Character = ",") -> Result<SettingValue, Refusal> {
        switch self {
        case .boolean:
            switch text.lowercased() {
            case "1", "true", "yes", "on": return .success(.boolean(true))
            case "0", "false", "no", "off": return .success(.boolean(false))
            default: return .failure(Refusal(suggestion: "write 1 or 0"))
            }
        case .integer(let range):
            guard let value = Int(text), range.contains(value) else { return .failure(Refusal()) }
            return .success(.integer(value))
        case .duration(let range):
            guard let value = Self.duration(text) else {
                return .failure(Refusal(suggestion: "write it as '90s', '5m', '1h30m' or in seconds"))
            }
            return range.contains(value) ? .success(.duration(value)) : .failure(Refusal())
        case .size(let range):
            guard let value = Self.size(text) else {
                return .failure(Refusal(suggestion: "write it in bytes or as '500MB' or '1GiB'"))
            }
            return range.contains(value) ? .success(.size(value)) : .failure(Refusal())
        case .choice(let names):
            if names.contains(text) { return .success(.text(text)) }
            let near = Spelling.nearest(to: text, among: names)
            return .failure(Refusal(suggestion: near.map { "did you mean '\($0)'?" }))
        case .text(let rule):
            if let reason = rule.refusal(text) { return .failure(Refusal(reason)) }
            return .success(.text(text))
        case .list(let element, let counts, _):
            return list(text, element, counts, separator)
        default: return .failure(Refusal())
        }
    }

    private func list(_ text: String, _ element: Shape, _ counts: ClosedRange<Int>, _ separator: Character)
        -> Result<SettingValue, Refusal>
    {
        var values: [String] = []
        for part in text.split(separator: separator) {
            var part = part
            while part.first == " " { part.removeFirst() }
            while part.last == " " { part.removeLast() }
            switch element.value(of: String(part)) {
            case .success(let value): values.append(value.text)
            case .failure(let refusal):
                return .failure(
                    Refusal(
                        refusal.reason ?? "'\(ShapeChecker.shown(String(part)))' is not \(element.expected)",
                        suggestion: refusal.suggestion))
            }
        }
        return counts.contains(values.count) ? .success(.list(values)) : .failure(Refusal())
    }
}
