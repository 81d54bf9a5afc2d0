import Documents

/// Values that somebody else fills in later: left alone, whatever a field wants.
enum Placeholder {
    /// `${HOST}`, `${{ env "DECK_HOST" }}`: whoever prepares the file puts a value there.
    static func isVariable(_ text: String) -> Bool {
        guard let start = text.firstRange(of: "${") else { return false }
        return text[start.upperBound...].contains("}")
    }

    /// `{vault://env/name}`: the gateway asks a vault. Nothing stands around it.
    static func isVault(_ text: String) -> Bool { text.hasPrefix("{vault://") && text.hasSuffix("}") }

    static func isLeftAlone(_ node: DocumentNode) -> Bool {
        guard case .scalar(let text, _) = node.content else { return false }
        return isVariable(text) || isVault(text)
    }

    /// Whether one stands anywhere in a value.
    static func isIn(_ node: DocumentNode) -> Bool {
        switch node.content {
        case .scalar(let text, _): isVariable(text)
        case .list(let items): items.contains(where: isIn)
        case .mapping(let entries): entries.contains { isIn($0.value) }
        }
    }
}
