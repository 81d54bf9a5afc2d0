internal import Yams

/// Turns what Yams read into a tree of our own: aliases and merges resolved within a budget, places kept, duplicates named.
struct YAMLConverter {
    /// Mappings and lists within each other.
    static let maximumDepth = 64
    /// Values that aliases may add to the file.
    static let maximumExpansion = 20_000

    private let text: YAMLText
    private let source: String
    private var anchors: [String: YAMLNode] = [:]
    private var expansion = 0
    private(set) var problems: [ConfigurationProblem] = []

    init(text: YAMLText, source: String) {
        self.text = text
        self.source = source
    }

    mutating func convert(_ node: Node, depth: Int = 0) -> YAMLNode {
        let position = position(node)
        guard depth <= Self.maximumDepth else {
            // One report, at the first value that is too deep, says it all.
            if !problems.contains(where: { $0.message.hasPrefix("values are nested") }) {
                report(position, "values are nested more than \(Self.maximumDepth) deep")
            }
            return .null(at: position)
        }
        let result: YAMLNode
        let anchor: String?
        switch node {
        case .scalar(let scalar):
            anchor = scalar.anchor?.rawValue
            result = convert(scalar, position)
        case .sequence(let list):
            anchor = list.anchor?.rawValue
            check(tag: list.tag, allowed: "tag:yaml.org,2002:seq", position)
            result = YAMLNode(.list(list.map { convert($0, depth: depth + 1) }), at: position)
        case .mapping(let mapping):
            anchor = mapping.anchor?.rawValue
            check(tag: mapping.tag, allowed: "tag:yaml.org,2002:map", position)
            result = convert(mapping, position, depth: depth)
        case .alias:
            anchor = nil
            result = .null(at: position)
        }
        if let anchor { anchors[anchor] = result }
        return result
    }

    private mutating func convert(_ scalar: Node.Scalar, _ position: SourcePosition) -> YAMLNode {
        let isPlain = scalar.style == .plain
        if isPlain, scalar.string.unicodeScalars.first == text.star { return resolve(scalar, position) }
        let tag = scalar.tag.rawValue
        // libYAML gives quoted text the tag of strings.
        check(tag: scalar.tag, allowed: "tag:yaml.org,2002:str", position)
        return YAMLNode(.scalar(text.restored(scalar.string), isPlain: isPlain && tag.isEmpty), at: position)
    }

    /// The value an alias stands for.
    private mutating func resolve(_ scalar: Node.Scalar, _ position: SourcePosition) -> YAMLNode {
        let written = text.restored(scalar.string)
        let name = String(written.dropFirst())
        let isName = !name.isEmpty && name.utf8.allSatisfy(Self.isAnchorCharacter)
        guard isName, let target = anchors[name] else {
            report(
                position,
                isName
                    ? "no anchor '&\(name)' stands before the alias '*\(name)'"
                    : "'\(written)' begins with '*', which YAML takes for an alias",
                isName ? "write \"\(written)\" in quotes if text is meant" : "put it in quotes: \"\(written)\"")
            return .null(at: position)
        }
        expansion = YAMLNode.sum(expansion, target.weight)
        guard expansion <= Self.maximumExpansion else {
            if !problems.contains(where: { $0.message.hasPrefix("aliases") }) {
                report(position, "aliases make the file grow by more than \(Self.maximumExpansion) values")
            }
            return .null(at: position)
        }
        return target
    }

    private static func isAnchorCharacter(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private mutating func convert(_ mapping: Node.Mapping, _ position: SourcePosition, depth: Int) -> YAMLNode {
        var entries: [YAMLEntry] = []
        var places: [String: SourcePosition] = [:]
        var merged: [YAMLEntry] = []
        for (key, value) in mapping {
            let value = convert(value, depth: depth + 1)
            guard let entry = entry(key, value) else { continue }
            if entry.key == "<<", key.scalar?.style == .plain {
                merged += merge(value)
            } else if let first = places[entry.key] {
                report(
                    entry.position, "the key '\(entry.key)' stands there twice; the first is in line \(first.line)",
                    "remove one of them")
            } else {
                places[entry.key] = entry.position
                entries.append(entry)
            }
        }
        // What stands there itself wins over what is merged in, and of that the first.
        for entry in merged where places[entry.key] == nil {
            places[entry.key] = entry.position
            entries.append(entry)
        }
        return YAMLNode(.mapping(entries), at: position)
    }

    private mutating func entry(_ key: Node, _ value: YAMLNode) -> YAMLEntry? {
        let place = position(key)
        guard case .scalar(let scalar) = key else {
            report(place, "a key must be text", "write 'key: value'")
            return nil
        }
        let written = text.restored(scalar.string)
        guard scalar.style != .plain || scalar.string.unicodeScalars.first != text.star else {
            report(place, "'\(written)' cannot be a key: '*' begins an alias", "put it in quotes: \"\(written)\"")
            return nil
        }
        if let anchor = scalar.anchor?.rawValue {
            anchors[anchor] = YAMLNode(.scalar(written, isPlain: scalar.style == .plain), at: place)
        }
        return YAMLEntry(key: written, position: place, value: value)
    }

    /// The entries of `<<: *a` or `<<: [*a, *b]` (https://yaml.org/type/merge.html).
    private mutating func merge(_ value: YAMLNode) -> [YAMLEntry] {
        if let entries = value.entries { return entries }
        if let items = value.items, items.allSatisfy({ $0.entries != nil }) {
            return items.flatMap { $0.entries ?? [] }
        }
        report(value.position, "'<<' merges a mapping or a list of mappings, not \(value.spoken)")
        return []
    }

    private mutating func check(tag: Tag, allowed: String, _ position: SourcePosition) {
        let name = tag.rawValue
        if !name.isEmpty, name != "!", name != allowed {
            report(position, "the tag '\(name)' has no meaning here", "remove it")
        }
    }

    private func position(_ node: Node) -> SourcePosition {
        node.mark.map { text.position(line: $0.line, column: $0.column) } ?? .start
    }

    private mutating func report(_ position: SourcePosition, _ message: String, _ suggestion: String? = nil) {
        problems.append(
            .init(
                source: source, line: position.line, column: position.column, message: message, suggestion: suggestion))
    }
}
