import Documents

/// Judges values against their rules: types, words, ranges, texts, members that nobody knows.
struct ValueCheck {
    private(set) var findings: [Finding] = []

    mutating func append(_ finding: Finding) { findings.append(finding) }

    mutating func add(_ code: String, _ message: String, at position: SourcePosition) {
        findings.append(Finding(code, message, at: position))
    }

    /// - Parameter inside: what the list stands in; nil for the file itself.
    mutating func checkList(of rule: EntityRule, _ list: DocumentNode, inside: EntityRule?) {
        guard let items = list.items else {
            if list.gatewayScalar == .null { return }
            let message = "'\(rule.name)' must be a list of \(rule.singular)s, but is \(list.spoken)"
            return add("kong.structure", message, at: list.position)
        }
        for (index, item) in items.enumerated() { checkEntity(rule, item, index: index, inside: inside) }
    }

    private mutating func checkEntity(_ rule: EntityRule, _ node: DocumentNode, index: Int, inside: EntityRule?) {
        guard let entries = node.entries else {
            if Placeholder.isLeftAlone(node) { return }
            // decK writes the names of a certificate as a list of texts.
            if rule.name == "snis", inside != nil, let text = node.gatewayText {
                if let complaint = TextRule.serverNamePattern.complaint(text) {
                    add("kong.value", "SNI '\(text)' \(complaint)", at: node.position)
                }
                return
            }
            let message = "\(rule.singular) number \(index + 1) must be a mapping, but is \(node.spoken)"
            return add("kong.structure", message, at: node.position)
        }
        let entity = Entity(rule, node, parent: nil, parentField: nil, index: index)
        let owner = inside.flatMap { $0.children[rule.name] }
        for entry in entries {
            if let child = rule.children[entry.key].flatMap({ _ in EntityTable.byName[entry.key] }) {
                checkList(of: child, entry.value, inside: rule)
            } else if let field = rule.field(entry.key) {
                check(entry.value, field.kind, "'\(field.name)' of \(entity.title)", secret: field.isSecret)
            } else {
                let known = rule.fields.map(\.name) + rule.children.keys
                findings.append(Self.unknown(entry, entity.title, among: known))
            }
        }
        for field in rule.fields where field.isRequired && field.name != owner && entity.member(field.name) == nil {
            add("kong.missing", "\(entity.title) has no '\(field.name)'", at: node.position)
        }
    }

    /// - Parameter subject: what is judged, for messages.
    mutating func check(_ value: DocumentNode, _ kind: FieldKind, _ subject: String, secret: Bool) {
        // Nothing is the same as not being there.
        if value.gatewayScalar == .null || Placeholder.isLeftAlone(value) { return }
        switch kind {
        case .text(let rule): checkText(value, rule, subject, secret: secret)
        case .integer(let range): checkInteger(value, range, subject)
        case .number(let range): checkNumber(value, range, subject)
        case .boolean:
            if case .boolean = value.gatewayScalar { return }
            wrong(value, "true or false", subject)
        case .choice(let words): checkChoice(value, words, subject)
        case .numberChoice(let numbers):
            if case .integer(let number) = value.gatewayScalar, numbers.contains(Int(clamping: number)) { return }
            wrong(value, "one of \(numbers.map(String.init).joined(separator: ", "))", subject)
        case .list(let kind, let least):
            guard let items = value.items else { return wrong(value, "a list", subject) }
            if items.count < least { add("kong.value", "\(subject) must not be empty", at: value.position) }
            for item in items { check(item, kind, "an entry of \(subject)", secret: secret) }
        case .map(let rule, let kind):
            guard let entries = value.entries else { return wrong(value, "a mapping", subject) }
            for entry in entries {
                if let complaint = rule.complaint(entry.key) {
                    add("kong.value", "'\(entry.key)' in \(subject) \(complaint)", at: entry.position)
                }
                check(entry.value, kind, "'\(entry.key)' in \(subject)", secret: secret)
            }
        case .record(let fields): checkRecord(value, fields, subject)
        case .reference: checkReference(value, subject)
        case .anything: break
        }
    }

    private mutating func checkRecord(_ value: DocumentNode, _ fields: [FieldRule], _ subject: String) {
        guard let entries = value.entries else { return wrong(value, "a mapping", subject) }
        for entry in entries {
            if let field = fields.first(where: { $0.name == entry.key }) {
                check(entry.value, field.kind, "'\(field.name)' in \(subject)", secret: field.isSecret)
            } else {
                findings.append(Self.unknown(entry, subject, among: fields.map(\.name)))
            }
        }
        for field in fields where field.isRequired && value[field.name]?.gatewayScalar ?? .null == .null {
            if value[field.name]?.entries == nil, value[field.name]?.items == nil {
                add("kong.missing", "\(subject) has no '\(field.name)'", at: value.position)
            }
        }
    }

    private mutating func checkReference(_ value: DocumentNode, _ subject: String) {
        if value.gatewayText?.isEmpty == false { return }
        if let entries = value.entries, entries.count == 1, ["id", "name", "username"].contains(entries[0].key) {
            if entries[0].value.gatewayText != nil { return }
            return wrong(entries[0].value, "text", subject)
        }
        wrong(value, "a name or an id", subject)
    }

    mutating func wrong(_ value: DocumentNode, _ wanted: String, _ subject: String) {
        add("kong.value", "\(subject) must be \(wanted), but is \(value.gatewaySpoken)", at: value.position)
    }

    static func unknown(_ entry: DocumentEntry, _ subject: String, among known: [String]) -> Finding {
        let nearest = Spelling.nearest(to: entry.key, among: known)
        return Finding(
            "kong.unknown",
            "'\(entry.key)' is no member of \(subject)" + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
            at: entry.position, correction: nearest.map { .init(entry.key, $0) })
    }
}
