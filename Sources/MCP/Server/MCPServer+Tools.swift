import Model

extension MCPServer {
    func call(_ request: RPCRequest, _ context: CallContext) async throws(RPCError) -> [String: JSONValue] {
        guard case .string(let name)? = request.params["name"] else { throw .invalidParams("\"name\" is missing") }
        guard let tool = AgentTool.all.first(where: { $0.name == name }) else {
            throw .invalidParams("there is no tool '\(name.prefix(100))'; tools/list names them")
        }
        try need(tool.right, context)
        let given: [String: JSONValue]
        switch request.params["arguments"] {
        case nil, .null: given = [:]
        case .object(let members): given = members
        default: throw .invalidParams("\"arguments\" must be an object")
        }
        if let wait = pace.refusal(of: context.caller, isReadOnly: tool.effects.isReadOnly) { return Self.failed(wait) }
        let deadline = deadline ?? tool.deadline
        do {
            let arguments = try ToolArguments(given, schema: tool.input)
            let outcome = try await within(deadline) { [services] in
                try await tool.run(
                    arguments, ToolCall(services: services, caller: context.caller, rights: context.rights))
            }
            var result: [String: JSONValue] = [
                "content": Self.content(outcome.text ?? Self.text(outcome.document)), "isError": false,
            ]
            if context.version.hasStructuredResults { result["structuredContent"] = outcome.document }
            return result
        } catch let problem as ArgumentProblem {
            // For the model to correct, so no error of the protocol (2025-11-25, server/tools, "Error Handling").
            return Self.failed(problem.message)
        } catch let failure as Failure {
            return Self.failed(Self.spoken(failure))
        } catch is DeadlinePassed {
            return Self.failed("this took longer than \(deadline.components.seconds) s and was ended")
        } catch {
            return Self.failed("it was ended: \(error)")
        }
    }

    private static func failed(_ message: String) -> [String: JSONValue] {
        ["content": content(message), "isError": true]
    }

    private static func content(_ text: String) -> JSONValue { [["type": "text", "text": .string(text)]] }

    static func text(_ document: JSONValue) -> String { String(decoding: RPCAnswer.bytes(document), as: UTF8.self) }

    private struct DeadlinePassed: Error {}

    /// The work is cancelled when its time is over, and waited for: it may have children to end.
    private func within<Value: Sendable>(
        _ deadline: Duration, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: deadline)
                throw DeadlinePassed()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
