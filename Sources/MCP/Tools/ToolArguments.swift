import Model

/// What is wrong with a tool's arguments, for whoever called it to correct: a result of the tool, no error of the protocol.
struct ArgumentProblem: Error, Sendable, Hashable {
    var message: String
}

/// The arguments of one call, read by name and type. What the schema says is checked here, for not every client does.
struct ToolArguments: Sendable {
    let members: [String: JSONValue]

    /// - Parameter schema: of the tool; its properties are the names there are.
    init(_ members: [String: JSONValue], schema: JSONValue) throws(ArgumentProblem) {
        let known = schema["properties"]?.members ?? [:]
        for name in members.keys.sorted() where known[name] == nil {
            let names = known.keys.sorted().joined(separator: ", ")
            throw ArgumentProblem(
                message: "there is no argument '\(name.prefix(60))'; "
                    + (names.isEmpty ? "this takes none" : "there are: \(names)"))
        }
        for case .string(let name) in schema["required"]?.items ?? [] where members[name] ?? .null == .null {
            throw ArgumentProblem(message: "the argument '\(name)' is missing")
        }
        // null stands for an argument that is left out.
        self.members = members.filter { $0.value != .null }
    }

    func text(_ name: String, atMost limit: Int = 4096) throws(ArgumentProblem) -> String? {
        guard let value = members[name] else { return nil }
        guard case .string(let text) = value else { throw ArgumentProblem(message: "'\(name)' must be a text") }
        guard text.utf8.count <= limit else {
            throw ArgumentProblem(message: "'\(name)' has more than \(limit) bytes")
        }
        return text
    }

    func integer(_ name: String, _ range: ClosedRange<Int>, or fallback: Int) throws(ArgumentProblem) -> Int {
        guard let value = members[name] else { return fallback }
        guard case .integer(let number) = value, let number = Int(exactly: number), range.contains(number) else {
            throw ArgumentProblem(
                message: "'\(name)' must be a whole number, \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag(_ name: String) throws(ArgumentProblem) -> Bool {
        guard let value = members[name] else { return false }
        guard case .bool(let flag) = value else { throw ArgumentProblem(message: "'\(name)' must be true or false") }
        return flag
    }

    func service(_ name: String = "service") throws(ArgumentProblem) -> ServiceName? {
        guard let text = try text(name, atMost: 128) else { return nil }
        guard let service = ServiceName(text) else {
            throw ArgumentProblem(message: "'\(text.prefix(60))' is no service name; list_services names them")
        }
        return service
    }

    /// A commit's id, or the beginning of one.
    func revision() throws(ArgumentProblem) -> String? {
        guard let text = try text("revision", atMost: 64) else { return nil }
        guard (7...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else {
            throw ArgumentProblem(
                message: "'revision' must be the id of a commit in lower case, or at least seven digits of it")
        }
        return text
    }
}
