import Documents

/// What the members of a mapping may be, checked with line and column. Members nobody knows are errors: the server passes
/// them over in silence.
struct Shape: Sendable {
    indirect enum Kind: Sendable {
        case text, boolean, integer, texts, mapping, anything
        case oneOf([String])
        case list(Shape)
        case object(Shape)

        var spoken: String {
            switch self {
            case .text: "a text"
            case .boolean: "true or false"
            case .integer: "a whole number"
            case .texts: "a list of texts"
            case .mapping, .object: "a mapping"
            case .anything: "a value"
            case .oneOf(let values): "one of \(values.joined(separator: ", "))"
            case .list: "a list"
            }
        }
    }
    var members: [String: Kind]
    var required: [String] = []
    /// Read only in the API: what a server hands out and does not take back.
    var ignored: Set<String> = []
    /// What the mapping is, for people.
    var spoken: String

    func check(_ node: DocumentNode, _ file: String, _ problems: inout [DefinitionProblem]) {
        guard let entries = node.entries else {
            problems.append(.init(file, node.position, "\(spoken) must be a mapping, but is \(node.spoken)"))
            return
        }
        for name in required where node[name] == nil {
            problems.append(.init(file, node.position, "\(spoken) has no '\(name)'"))
        }
        for entry in entries {
            if let kind = members[entry.key] {
                check(entry.value, kind, entry.key, file, &problems)
            } else if ignored.contains(entry.key) {
                problems.append(
                    .init(
                        file, entry.position, "'\(entry.key)' is the server's and is passed over", "leave it out",
                        isError: false))
            } else {
                let known = members.keys.sorted()
                let nearest = Spelling.nearest(to: entry.key, among: known)
                problems.append(
                    .init(
                        file, entry.position, "\(spoken) has no member '\(entry.key)'",
                        nearest.map { "did you mean '\($0)'?" } ?? "there are: \(known.joined(separator: ", "))"))
            }
        }
    }

    private func check(
        _ node: DocumentNode, _ kind: Kind, _ key: String, _ file: String, _ problems: inout [DefinitionProblem]
    ) {
        let isRight: Bool
        switch kind {
        case .text: isRight = node.text != nil
        case .boolean: if case .boolean = node.scalar { isRight = true } else { isRight = false }
        case .integer: if case .integer = node.scalar { isRight = true } else { isRight = false }
        case .texts: isRight = node.items?.allSatisfy { $0.text != nil } ?? false
        case .mapping: isRight = node.entries != nil
        case .anything: isRight = true
        case .oneOf(let values):
            guard let text = node.text, values.contains(text) else {
                let nearest = node.text.flatMap { Spelling.nearest(to: $0, among: values) }
                problems.append(
                    .init(
                        file, node.position,
                        "'\(key)' must be \(kind.spoken), but is \(node.text.map { "'\($0)'" } ?? node.spoken)",
                        nearest.map { "did you mean '\($0)'?" }))
                return
            }
            isRight = true
        case .list(let shape):
            isRight = node.items != nil
            for item in node.items ?? [] { shape.check(item, file, &problems) }
        case .object(let shape):
            isRight = node.entries != nil
            if isRight { shape.check(node, file, &problems) }
        }
        if !isRight {
            problems.append(.init(file, node.position, "'\(key)' must be \(kind.spoken), but is \(node.spoken)"))
        }
    }
}
