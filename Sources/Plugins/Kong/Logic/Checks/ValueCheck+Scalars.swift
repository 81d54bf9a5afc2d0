import Documents

extension ValueCheck {
    mutating func checkText(_ value: DocumentNode, _ rule: TextRule, _ subject: String, secret: Bool) {
        guard case .scalar(let written, let isPlain) = value.content else { return wrong(value, "text", subject) }
        guard let text = value.gatewayText else {
            let found = secret ? "no text" : value.gatewaySpoken
            var finding = Finding(
                "kong.value", "\(subject) must be text, but is \(found): put it in quotes", at: value.position)
            if isPlain { finding.correction = .init(written, "\"\(written)\"") }
            return append(finding)
        }
        guard let complaint = rule.complaint(text) else { return }
        let shown = secret || text.count > 60 || text.contains("\n") ? "" : " ('\(text)')"
        add("kong.value", "\(subject)\(shown) \(complaint)", at: value.position)
    }

    mutating func checkInteger(_ value: DocumentNode, _ range: ClosedRange<Int>, _ subject: String) {
        let number: Int64
        switch value.gatewayScalar {
        case .integer(let given): number = given
        case .number(let given) where given == given.rounded() && abs(given) < 9e15: number = Int64(given)
        default: return wrong(value, "a whole number", subject)
        }
        guard !range.contains(Int(clamping: number)) else { return }
        let wanted =
            range.upperBound == .max
            ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
        add("kong.value", "\(subject) must be \(wanted), but is \(number)", at: value.position)
    }

    mutating func checkNumber(_ value: DocumentNode, _ range: ClosedRange<Double>, _ subject: String) {
        let number: Double
        switch value.gatewayScalar {
        case .integer(let given): number = Double(given)
        case .number(let given): number = given
        default: return wrong(value, "a number", subject)
        }
        guard !range.contains(number) else { return }
        let (least, most) = (Self.short(range.lowerBound), Self.short(range.upperBound))
        add("kong.value", "\(subject) must be between \(least) and \(most), but is \(number)", at: value.position)
    }

    mutating func checkChoice(_ value: DocumentNode, _ words: [String], _ subject: String) {
        if let text = value.gatewayText, words.contains(text) { return }
        let all = words.joined(separator: ", ")
        guard let text = value.gatewayText else { return wrong(value, "one of \(all)", subject) }
        let nearest = Spelling.nearest(to: text, among: words)
        var finding = Finding(
            "kong.value",
            "\(subject) must be one of \(all), but is '\(text)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
            at: value.position)
        if case .scalar(let written, true) = value.content {
            finding.correction = nearest.map { .init(written, $0) }
        }
        append(finding)
    }

    private static func short(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 9e15 ? String(Int64(number)) : String(number)
    }
}
