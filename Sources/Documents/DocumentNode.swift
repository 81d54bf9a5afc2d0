/// A value of a YAML or JSON document with the place where it stands; aliases and merges are already resolved.
package struct DocumentNode: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// `isPlain`: written without quotes, so that it may be a number, a boolean or nothing.
        case scalar(String, isPlain: Bool)
        case list([DocumentNode])
        case mapping([DocumentEntry])
    }
    package var content: Content
    package var position: SourcePosition
    /// Values in it, itself included; what a walk over it costs.
    package var weight: Int

    package init(_ content: Content, at position: SourcePosition) {
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
    package static func null(at position: SourcePosition) -> DocumentNode {
        DocumentNode(.scalar("", isPlain: true), at: position)
    }

    package var entries: [DocumentEntry]? {
        if case .mapping(let entries) = content { return entries }
        return nil
    }
    package var items: [DocumentNode]? {
        if case .list(let items) = content { return items }
        return nil
    }
    package subscript(_ key: String) -> DocumentNode? { entries?.first { $0.key == key }?.value }

    package var scalar: DocumentScalar? {
        if case .scalar(let text, let isPlain) = content { return DocumentScalar(text, isPlain: isPlain) }
        return nil
    }
    /// The text of a scalar that is text.
    package var text: String? {
        if case .text(let text) = scalar { return text }
        return nil
    }
    /// What the value is, for messages.
    package var spoken: String {
        switch content {
        case .scalar: scalar?.description ?? "a value"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

package struct DocumentEntry: Hashable, Sendable {
    package var key: String
    /// Of the key.
    package var position: SourcePosition
    package var value: DocumentNode
    package init(key: String, position: SourcePosition, value: DocumentNode) {
        self.key = key
        self.position = position
        self.value = value
    }
}
