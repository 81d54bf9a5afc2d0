/// Makes the tree of one document from its events: aliases and merges resolved within a budget, places kept, duplicates
/// named.
///
/// An alias brings the same value to every place that names it: nine short lines can stand for hundreds of millions of
/// values. They are shared here and counted, and what grows beyond the budget is refused.
struct YAMLBuilder {
    /// Values that aliases may add to the file.
    static let maximumExpansion = 20_000

    private let events: YAMLEvents
    private var anchors: [String: DocumentNode] = [:]
    private var expansion = 0
    private var problems: [DocumentProblem] = []

    init(_ events: YAMLEvents) { self.events = events }

    mutating func read() throws(DocumentProblems) -> DocumentReading {
        guard case .documentStart = try events.next().kind else { return DocumentReading(root: nil, problems: []) }
        let root = try node(try events.next(), depth: 0)
        _ = try events.next()
        let after = try events.next()
        guard case .end = after.kind else {
            problems.append(
                .init(after.position, "a second document begins here; the file may hold one", "remove the '---'"))
            throw DocumentProblems(problems)
        }
        return DocumentReading(root: root, problems: problems)
    }

    private mutating func node(_ event: YAMLEvents.Event, depth: Int) throws(DocumentProblems) -> DocumentNode {
        guard depth <= DocumentReader.maximumDepth else {
            // No further: the parser itself takes more than linear time for what is nested very deeply.
            problems.append(
                .init(event.position, "values are nested more than \(DocumentReader.maximumDepth) deep"))
            throw DocumentProblems(problems)
        }
        let result: DocumentNode
        switch event.kind {
        case .scalar(let text, let isPlain):
            check(event, allowed: "str")
            result = DocumentNode(.scalar(text, isPlain: isPlain), at: event.position)
        case .listStart:
            check(event, allowed: "seq")
            result = try list(event, depth: depth)
        case .mappingStart:
            check(event, allowed: "map")
            result = try mapping(event, depth: depth)
        case .alias(let name): return resolve(name, event.position)
        case .listEnd, .mappingEnd, .documentStart, .documentEnd, .end:
            // No parser sends these in place of a value.
            return .null(at: event.position)
        }
        if let anchor = event.anchor { anchors[anchor] = result }
        return result
    }

    private mutating func list(_ start: YAMLEvents.Event, depth: Int) throws(DocumentProblems) -> DocumentNode {
        var items: [DocumentNode] = []
        while true {
            let event = try events.next()
            if case .listEnd = event.kind { return DocumentNode(.list(items), at: start.position) }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(_ start: YAMLEvents.Event, depth: Int) throws(DocumentProblems) -> DocumentNode {
        var entries: [DocumentEntry] = []
        var places: [String: SourcePosition] = [:]
        var merged: [DocumentEntry] = []
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { break }
            let key = try key(event, depth: depth)
            let value = try node(try events.next(), depth: depth + 1)
            guard let key else { continue }
            if key.text == "<<", key.isPlain {
                merged += merge(value)
            } else if let first = places[key.text] {
                report(
                    event.position, "the key '\(key.text)' stands there twice; the first is in line \(first.line)",
                    "remove one of them")
            } else {
                places[key.text] = event.position
                entries.append(DocumentEntry(key: key.text, position: event.position, value: value))
            }
        }
        // What stands there itself wins over what is merged in, and of that the first.
        for entry in merged where places[entry.key] == nil {
            places[entry.key] = entry.position
            entries.append(entry)
        }
        return DocumentNode(.mapping(entries), at: start.position)
    }

    /// nil, with a report, for what is no text.
    private mutating func key(_ event: YAMLEvents.Event, depth: Int) throws(DocumentProblems) -> (
        text: String, isPlain: Bool
    )? {
        switch event.kind {
        case .scalar(let text, let isPlain):
            if let anchor = event.anchor {
                anchors[anchor] = DocumentNode(.scalar(text, isPlain: isPlain), at: event.position)
            }
            return (text, isPlain)
        case .alias(let name):
            report(
                event.position, "'*\(name)' cannot be a key: '*' begins an alias", "put it in quotes: \"*\(name)\"")
        default:
            _ = try node(event, depth: depth + 1)
            report(event.position, "a key must be text", "write 'key: value'")
        }
        return nil
    }

    private mutating func resolve(_ name: String, _ position: SourcePosition) -> DocumentNode {
        guard let target = anchors[name] else {
            report(
                position, "no anchor '&\(name)' stands before the alias '*\(name)'",
                "write \"*\(name)\" in quotes if text is meant")
            return .null(at: position)
        }
        expansion = DocumentNode.sum(expansion, target.weight)
        guard expansion <= Self.maximumExpansion else {
            if !problems.contains(where: { $0.message.hasPrefix("aliases") }) {
                report(position, "aliases make the file grow by more than \(Self.maximumExpansion) values")
            }
            return .null(at: position)
        }
        return target
    }

    /// The entries of `<<: *a` or `<<: [*a, *b]` (https://yaml.org/type/merge.html).
    private mutating func merge(_ value: DocumentNode) -> [DocumentEntry] {
        if let entries = value.entries { return entries }
        if let items = value.items, items.allSatisfy({ $0.entries != nil }) {
            return items.flatMap { $0.entries ?? [] }
        }
        report(value.position, "'<<' merges a mapping or a list of mappings, not \(value.spoken)")
        return []
    }

    private mutating func check(_ event: YAMLEvents.Event, allowed: String) {
        if let tag = event.tag, !tag.isEmpty, tag != "!", tag != "tag:yaml.org,2002:\(allowed)" {
            report(event.position, "the tag '\(tag)' has no meaning here", "remove it")
        }
    }

    private mutating func report(_ position: SourcePosition, _ message: String, _ suggestion: String? = nil) {
        problems.append(.init(position, message, suggestion))
    }
}
