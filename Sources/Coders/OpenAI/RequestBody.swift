import Model

/// The bodies of requests, by the description of OpenAI's API (openai-openapi, August 2026): `CreateResponse` and
/// `CreateChatCompletionRequest`.
struct RequestBody {
    let options: OpenAIOptions
    let traits: ServerTraits
    let prompt: CoderPrompt
    let wantsChangelog: Bool

    var document: JSONValue { traits.interface == .responses ? responses : chat }

    private var responses: JSONValue {
        var members: [String: JSONValue] = [
            "model": .string(options.model), "instructions": .string(prompt.instructions),
            "input": .string(prompt.material),
        ]
        // The sources of a workspace are nothing to be kept elsewhere for thirty days.
        if traits.takesStore { members["store"] = .bool(false) }
        if traits.takesStream { members["stream"] = .bool(false) }
        if traits.limit != .none { members["max_output_tokens"] = .integer(Int64(options.outputTokens)) }
        if traits.takesEffort, let effort = options.effort {
            members["reasoning"] = .object(["effort": .string(effort)])
        }
        switch traits.form {
        case .schema:
            members["text"] = .object(["format": .object(format.merging(["type": .string("json_schema")]) { $1 })])
        case .objectWithSchema, .object:
            members["text"] = .object(["format": .object(["type": .string("json_object")])])
        case .none: break
        }
        return .object(members)
    }

    private var chat: JSONValue {
        var members: [String: JSONValue] = [
            "model": .string(options.model),
            "messages": .array([
                .object(["role": .string("system"), "content": .string(prompt.instructions)]),
                .object(["role": .string("user"), "content": .string(prompt.material)]),
            ]),
        ]
        if traits.takesStream { members["stream"] = .bool(false) }
        switch traits.limit {
        case .current: members["max_completion_tokens"] = .integer(Int64(options.outputTokens))
        case .former: members["max_tokens"] = .integer(Int64(options.outputTokens))
        case .none: break
        }
        if traits.takesEffort, let effort = options.effort { members["reasoning_effort"] = .string(effort) }
        switch traits.form {
        case .schema:
            members["response_format"] = .object(["type": .string("json_schema"), "json_schema": .object(format)])
        case .objectWithSchema:
            members["response_format"] = .object(["type": .string("json_object"), "schema": schema])
        case .object: members["response_format"] = .object(["type": .string("json_object")])
        case .none: break
        }
        return .object(members)
    }

    private var schema: JSONValue { AnswerSchema.schema(wantsChangelog: wantsChangelog) }
    private var format: [String: JSONValue] {
        ["name": .string(AnswerSchema.name), "strict": .bool(true), "schema": schema]
    }
}
