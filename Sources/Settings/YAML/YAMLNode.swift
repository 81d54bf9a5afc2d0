/// A place in a file, both numbers from 1.
struct SourcePosition: Hashable, Sendable {
    var line: Int
    var column: Int
    static let start = SourcePosition(line: 1, column: 1)
}

/// A value of a YAML document with the place where it stands; aliases and merges are already resolved.
struct YAMLNode: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        /// `isPlain`: written without quotes, so that it may be a number, a boolean or nothing.
        case scalar(String, isPlain: Bool)
        case list([YAMLNode])
        case mapping([YAMLEntry])
    }
    var content: Content
    var position: SourcePosition
    /// Values in it, itself included; what a walk over it costs.
    var weight: Int

    init(_ content: Content, at position: SourcePosition) {
        self.content = content
        self.position = position
        switch content {
        case .scalar: weight = 1
        case .list(let items): weight = items.reduce(1) { Self.sum($0, $1.weight) }
        case .mapping(let entries): weight = entries.reduce(1) { Self.sum($0, $1.value.weight) }
        }
    }

    static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    /// An empty value, as left by `key:`.
    static func null(at position: SourcePosition) -> YAMLNode { YAMLNode(.scalar("", isPlain: true), at: position) }

    var entries: [YAMLEntry]? {
        if case .mapping(let entries) = content { return entries }
        return nil
    }
    var items: [YAMLNode]? {
        if case .list(let items) = content { return items }
        return nil
    }
    subscript(_ key: String) -> YAMLNode? { entries?.first { $0.key == key }?.value }
}

struct YAMLEntry: Hashable, Sendable {
    var key: String
    var position: SourcePosition
    var value: YAMLNode
}
