package import Model

/// What an agent may call: its schemas, what it may change, and what it does.
package struct AgentTool: Sendable {
    /// Hints for whoever decides whether a call needs a person's consent (2025-03-26 and later, "ToolAnnotations").
    package struct Effects: Sendable, Hashable {
        package var isReadOnly: Bool
        /// It may take away or replace what is there.
        package var isDestructive: Bool
        /// A second call with the same arguments changes nothing more.
        package var isIdempotent: Bool
        /// It reaches beyond this machine: the remote, a registry.
        package var isOpenWorld: Bool

        static let reads = Effects(isReadOnly: true, isDestructive: false, isIdempotent: true, isOpenWorld: false)
    }

    struct Outcome: Sendable {
        var document: JSONValue
        /// Instead of the document as text.
        var text: String?
    }

    package let name: String
    package let title: String
    package let description: String
    /// The right that a call needs.
    package let right: AgentRights
    package let effects: Effects
    package let input: JSONValue
    package let output: JSONValue
    /// A call is ended after this time.
    let deadline: Duration
    let run: @Sendable (ToolArguments, ToolCall) async throws -> Outcome

    init(
        _ name: String, _ title: String, right: AgentRights = .read, effects: Effects = .reads, _ description: String,
        input: JSONValue, output: JSONValue, deadline: Duration = .seconds(60),
        run: @escaping @Sendable (ToolArguments, ToolCall) async throws -> Outcome
    ) {
        self.name = name
        self.title = title
        self.right = right
        self.effects = effects
        self.description = description
        self.input = input
        self.output = output
        self.deadline = deadline
        self.run = run
    }

    func json(in version: ProtocolVersion) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "description": .string(description), "inputSchema": input,
            "annotations": [
                "title": .string(title), "readOnlyHint": .bool(effects.isReadOnly),
                "destructiveHint": .bool(effects.isDestructive), "idempotentHint": .bool(effects.isIdempotent),
                "openWorldHint": .bool(effects.isOpenWorld),
            ],
        ]
        if version.hasStructuredResults {
            members["title"] = .string(title)
            members["outputSchema"] = output
        }
        return .object(members)
    }

    /// All there are, in the order in which they are listed.
    package static let all: [AgentTool] = looking + [plan] + sending + operating
}

/// What a tool works with.
struct ToolCall: Sendable {
    var services: any AgentServices
    /// Who asks, for the log.
    var caller: String
    var rights: AgentRights
}
