import Documents
import Model

extension FeedbackDecoder {
    /// The members of an object, each asked for by the type it must have.
    struct Members {
        private let node: DocumentNode
        /// Put before a member's name in messages, such as `patches[2].`.
        let path: String

        /// Throws for a member that nobody knows: it is likely to be a known one, misspelt, and `dryrun` must not be published.
        /// What begins with `x-` is the sender's own.
        init(_ node: DocumentNode, _ known: [String], path: String) throws(Failure) {
            self.node = node
            self.path = path
            for entry in node.entries ?? [] where !known.contains(entry.key) && !entry.key.hasPrefix("x-") {
                let meant = Spelling.nearest(to: entry.key, among: known).map { "; \"\($0)\" is meant?" } ?? ""
                throw failure("\"\(path)\(entry.key.prefix(80))\" is not known\(meant)", at: entry.position)
            }
        }

        /// A member that is null is as one that is not there.
        private func value(_ name: String) -> DocumentNode? {
            guard let value = node[name] else { return nil }
            if case .scalar("null", isPlain: true) = value.content { return nil }
            return value
        }

        func has(_ name: String) -> Bool { value(name) != nil }
        func place(_ name: String) -> SourcePosition? { node[name]?.position }

        private func wrong(_ name: String, _ value: DocumentNode, _ wanted: String) -> Failure {
            failure("\"\(path)\(name)\" has the wrong type: it is \(value.spoken), not \(wanted)", at: value.position)
        }

        func text(_ name: String) throws(Failure) -> String? {
            guard let value = value(name) else { return nil }
            guard case .scalar(let text, isPlain: false) = value.content else { throw wrong(name, value, "a text") }
            return text
        }

        func integer(_ name: String) throws(Failure) -> Int? {
            guard let value = value(name) else { return nil }
            guard case .scalar(let text, isPlain: true) = value.content, let number = Int(text) else {
                throw wrong(name, value, "a whole number")
            }
            return number
        }

        func boolean(_ name: String) throws(Failure) -> Bool? {
            guard let value = value(name) else { return nil }
            guard case .scalar(let text, isPlain: true) = value.content, let flag = Bool(text) else {
                throw wrong(name, value, "true or false")
            }
            return flag
        }

        func list(_ name: String) throws(Failure) -> [DocumentNode]? {
            guard let value = value(name) else { return nil }
            guard let items = value.items else { throw wrong(name, value, "a list") }
            return items
        }
    }
}

extension String {
    var trimmed: String {
        let start = self.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
