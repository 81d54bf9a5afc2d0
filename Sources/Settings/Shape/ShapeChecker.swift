import Documents

/// Compares a tree with a shape and collects everything that is wrong.
struct ShapeChecker {
    let source: String
    private(set) var problems: [ConfigurationProblem] = []

    init(source: String) { self.source = source }

    /// - Parameter path: how messages name the value: `services.api.health`; "" for the whole file.
    mutating func check(_ node: DocumentNode, _ shape: Shape, path: String) {
        switch shape {
        case .anything: break
        case .text(let rule): checkText(node, rule, path)
        case .boolean, .integer, .duration, .size, .choice: checkValue(node, shape, path)
        case .written: checkWritten(node, path)
        case .list(let element, let counts, let isUnique):
            checkList(node, element, counts, isUnique: isUnique, path)
        case .map(let names, let values): checkMap(node, names, values, path)
        case .object(let object): checkObject(node, object, path)
        case .members: checkMembers(node, path)
        case .either(let first, let second):
            check(node, Self.fits(node, first) ? first : Self.fits(node, second) ? second : shape.broad, path: path)
        }
    }

    private func name(_ path: String) -> String { path.isEmpty ? "the file" : "'\(path)'" }

    mutating func report(_ position: SourcePosition, _ message: String, _ suggestion: String? = nil) {
        problems.append(
            .init(
                source: source, line: position.line, column: position.column, message: message, suggestion: suggestion))
    }

    private mutating func mismatch(
        _ node: DocumentNode, _ expected: String, _ path: String, _ suggestion: String? = nil
    ) {
        report(node.position, "\(name(path)) must be \(expected), not \(node.spoken)", suggestion)
    }

    private mutating func checkText(_ node: DocumentNode, _ rule: TextRule, _ path: String) {
        guard let text = node.text else {
            var suggestion: String?
            if case .scalar(let written, _) = node.content, !written.isEmpty {
                suggestion = "write \"\(written)\" in quotes"
            }
            mismatch(node, rule.name, path, suggestion)
            return
        }
        if let reason = rule.refusal(text) {
            report(node.position, "\(name(path)) must be \(rule.name), not '\(Self.shown(text))': \(reason)")
        }
    }

    private mutating func checkValue(_ node: DocumentNode, _ shape: Shape, _ path: String) {
        switch shape.value(of: node) {
        case .success: break
        case .failure(let refusal): mismatch(node, shape.expected, path, refusal.suggestion)
        }
    }

    private mutating func checkWritten(_ node: DocumentNode, _ path: String) {
        guard let text = node.written else {
            mismatch(node, "text", path, node.scalar == .null ? "write \"\" for an empty text" : nil)
            return
        }
        if let reason = TextRule.argument.refusal(text) { report(node.position, "\(name(path)): \(reason)") }
    }

    private mutating func checkList(
        _ node: DocumentNode, _ element: Shape, _ counts: ClosedRange<Int>, isUnique: Bool, _ path: String
    ) {
        guard let items = node.items else {
            var suggestion: String?
            if case .scalar(let text, _) = node.content, !text.isEmpty { suggestion = "write [\(text)]" }
            mismatch(node, "a list", path, suggestion)
            return
        }
        if !counts.contains(items.count) {
            report(
                node.position,
                "\(name(path)) must have \(counts.lowerBound) to \(counts.upperBound) entries, not \(items.count)")
        }
        var seen: [DocumentNode.Content: SourcePosition] = [:]
        for (index, item) in items.enumerated() {
            check(item, element, path: "\(path)[\(index)]")
            guard isUnique, item.scalar != nil else { continue }
            if seen[item.content] != nil {
                report(item.position, "\(name(path)) names \(item.spoken) twice", "remove one of them")
            }
            seen[item.content] = item.position
        }
    }

    private mutating func checkMap(_ node: DocumentNode, _ names: TextRule, _ values: Shape, _ path: String) {
        guard let entries = node.entries else {
            let isNamedList = node.items?.contains { $0["name"] != nil } == true
            mismatch(
                node, "a mapping", path,
                isNamedList ? "write the names as keys: 'api:' instead of '- name: api'" : nil)
            return
        }
        for entry in entries {
            if let reason = names.refusal(entry.key) {
                report(
                    entry.position, "'\(Self.shown(entry.key))' in \(name(path)) must be \(names.name): \(reason)")
            }
            check(entry.value, values, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
        }
    }

    private mutating func checkObject(_ node: DocumentNode, _ object: ObjectShape, _ path: String) {
        guard let entries = node.entries else {
            mismatch(node, "a mapping", path)
            return
        }
        for entry in entries {
            if object.allowsExtensions, entry.key.hasPrefix("x-") { continue }
            guard let key = object.key(entry.key) else {
                let near = Spelling.nearest(
                    to: entry.key, among: object.keys.filter { $0.refusal == nil }.map(\.name))
                report(
                    entry.position, "unknown key '\(Self.shown(entry.key))' in \(name(path))",
                    near.map { "did you mean '\($0)'?" }
                        ?? "it may have: "
                        + object.keys.filter { $0.refusal == nil }.map(\.name).joined(separator: ", "))
                continue
            }
            if let refusal = key.refusal {
                report(entry.position, "'\(entry.key)' may not stand in \(name(path))", refusal)
                continue
            }
            check(entry.value, key.shape, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
        }
        for key in object.keys where key.isRequired && node[key.name] == nil {
            report(node.position, "\(name(path)) has no '\(key.name)'", "add '\(key.name):' (\(key.shape.expected))")
        }
        checkRelations(entries, of: node, object, path)
    }

    private mutating func checkRelations(
        _ entries: [DocumentEntry], of node: DocumentNode, _ object: ObjectShape, _ path: String
    ) {
        let present = entries.filter { object.oneOf.contains($0.key) }
        let names = object.oneOf.map { "'\($0)'" }.joined(separator: ", ")
        if !object.oneOf.isEmpty, present.isEmpty {
            report(node.position, "\(name(path)) needs one of \(names)")
        }
        for extra in present.dropFirst() {
            report(extra.position, "\(name(path)) may have only one of \(names)", "remove '\(extra.key)'")
        }
        for entry in entries {
            guard let other = object.dependent[entry.key], node[other] == nil else { continue }
            report(entry.position, "'\(entry.key)' in \(name(path)) has a meaning only with '\(other)'")
        }
    }

    /// A plugin's options: JSON in YAML's clothes.
    private mutating func checkMembers(_ node: DocumentNode, _ path: String) {
        guard node.entries != nil else {
            mismatch(node, "a mapping", path)
            return
        }
        checkJSON(node, path)
    }

    private mutating func checkJSON(_ node: DocumentNode, _ path: String) {
        switch node.content {
        case .scalar:
            if case .number(let value) = node.scalar, !value.isFinite {
                mismatch(node, "a finite number", path)
            }
        case .list(let items):
            for (index, item) in items.enumerated() { checkJSON(item, "\(path)[\(index)]") }
        case .mapping(let entries):
            for entry in entries { checkJSON(entry.value, "\(path).\(entry.key)") }
        }
    }

    /// Whether the type of the value is that of the shape, so that messages speak of the one that was meant.
    private static func fits(_ node: DocumentNode, _ shape: Shape) -> Bool {
        switch shape {
        case .text: node.text != nil
        case .integer:
            if case .integer = node.scalar { true } else { false }
        case .boolean:
            if case .boolean = node.scalar { true } else { false }
        case .list: node.items != nil
        case .object, .map, .members: node.entries != nil
        default: true
        }
    }

    static func shown(_ text: String) -> String {
        let limited = text.count > 60 ? String(text.prefix(60)) + "..." : text
        var result = ""
        for scalar in limited.unicodeScalars {
            result += scalar.value < 0x20 || scalar.value == 0x7F ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return result
    }
}

extension Shape {
    /// The first of two, for the message when neither fits.
    fileprivate var broad: Shape {
        if case .either(let first, _) = self { first } else { self }
    }
}

extension DocumentNode {
    /// A scalar as it is written, unless it is null.
    var written: String? {
        guard case .scalar(let text, _) = content, scalar != .null else { return nil }
        return text
    }
}
