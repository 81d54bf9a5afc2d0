package import Model
import TestSupport

/// What OpenAI's description (openai-openapi of August 2026: `CreateResponse`, `CreateChatCompletionRequest` and what they refer
/// to) allows in a request, and the rules of strict structured outputs. Written from the description, apart from the coder.
package enum RequestCheck {
    enum Kind { case text, flag, count, number, list, object, textOrList, textOrObject }

    static let responses: [String: Kind] = [
        "background": .flag, "context_management": .list, "conversation": .textOrObject, "include": .list,
        "input": .textOrList, "instructions": .text, "max_output_tokens": .count, "max_tool_calls": .count,
        "metadata": .object, "model": .text, "moderation": .object, "parallel_tool_calls": .flag,
        "previous_response_id": .text, "prompt": .object, "prompt_cache_key": .text, "prompt_cache_options": .object,
        "prompt_cache_retention": .text, "reasoning": .object, "safety_identifier": .text, "service_tier": .text,
        "store": .flag, "stream": .flag, "stream_options": .object, "temperature": .number, "text": .object,
        "tool_choice": .textOrObject, "tools": .list, "top_logprobs": .count, "top_p": .number, "truncation": .text,
        "user": .text,
    ]

    static let chat: [String: Kind] = [
        "audio": .object, "frequency_penalty": .number, "function_call": .textOrObject, "functions": .list,
        "logit_bias": .object, "logprobs": .flag, "max_completion_tokens": .count, "max_tokens": .count,
        "messages": .list, "metadata": .object, "modalities": .list, "model": .text, "moderation": .object, "n": .count,
        "parallel_tool_calls": .flag, "prediction": .object, "presence_penalty": .number, "prompt_cache_key": .text,
        "prompt_cache_options": .object, "prompt_cache_retention": .text, "reasoning_effort": .text,
        "response_format": .object, "safety_identifier": .text, "seed": .count, "service_tier": .text,
        "stop": .textOrList, "store": .flag, "stream": .flag, "stream_options": .object, "temperature": .number,
        "tool_choice": .textOrObject, "tools": .list, "top_logprobs": .count, "top_p": .number, "user": .text,
        "verbosity": .text, "web_search_options": .object,
    ]

    static let efforts: Set<String> = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    static func headers(_ request: HTTPPeerReader.Request, key: String?) -> [String] {
        var problems: [String] = []
        if request["content-type"]?.hasPrefix("application/json") != true {
            problems.append("Content-Type is not JSON")
        }
        let sent = request["authorization"]
        if let key, sent != "Bearer \(key)" { problems.append("the key is missing or wrong") }
        if key == nil, sent != nil { problems.append("a key is sent to a server that wants none") }
        return problems
    }

    package static func body(_ body: JSONValue, chat isChat: Bool) -> [String] {
        guard case .object(let members) = body else { return ["the body is no object"] }
        var problems = kinds(members, isChat ? chat : responses)
        if members["model"]?.string?.isEmpty != false { problems.append("Missing required parameter: 'model'.") }
        problems += isChat ? chatRules(members) : responseRules(members)
        return problems
    }

    private static func kinds(_ members: [String: JSONValue], _ table: [String: Kind]) -> [String] {
        members.sorted { $0.key < $1.key }.flatMap { name, value -> [String] in
            guard let kind = table[name] else { return ["Unknown parameter: '\(name)'."] }
            return value == .null || fits(value, kind) ? [] : ["Invalid type for '\(name)': it is \(value.spoken)."]
        }
    }

    private static func fits(_ value: JSONValue, _ kind: Kind) -> Bool {
        switch (kind, value) {
        case (.text, .string), (.flag, .bool), (.list, .array), (.object, .object), (.textOrList, .string),
            (.textOrList, .array), (.textOrObject, .string), (.textOrObject, .object), (.number, .integer),
            (.number, .number):
            true
        case (.count, .integer(let count)): count >= 0
        default: false
        }
    }

    private static func responseRules(_ members: [String: JSONValue]) -> [String] {
        var problems: [String] = []
        if members["input"] == nil, members["prompt"] == nil { problems.append("Missing required parameter: 'input'.") }
        if case .object(let reasoning)? = members["reasoning"] {
            problems += effort(reasoning["effort"])
            problems += Set(reasoning.keys).subtracting(["context", "effort", "generate_summary", "mode", "summary"])
                .map { "Unknown parameter: 'reasoning.\($0)'." }
        }
        guard case .object(let text)? = members["text"] else { return problems }
        problems += Set(text.keys).subtracting(["format", "verbosity"]).map { "Unknown parameter: 'text.\($0)'." }
        guard case .object(let format)? = text["format"] else { return problems }
        switch format["type"]?.string {
        case "text": if format.count != 1 { problems.append("Unknown parameter in 'text.format'.") }
        case "json_object":
            if format.count != 1 { problems.append("Unknown parameter in 'text.format'.") }
            // The instructions do not count.
            if members["input"].map(JSONText.encode)?.lowercased().contains("json") != true {
                problems.append("Response input messages must contain the word 'json' in some form.")
            }
        case "json_schema":
            problems += Set(format.keys).subtracting(["type", "name", "schema", "strict", "description"])
                .map { "Unknown parameter: 'text.format.\($0)'." }
            problems += StrictSchema.problems(format)
        default: problems.append("Invalid value: 'text.format.type'.")
        }
        return problems
    }

    private static func chatRules(_ members: [String: JSONValue]) -> [String] {
        var problems = effort(members["reasoning_effort"])
        let messages = members["messages"]?.items ?? []
        if messages.isEmpty { problems.append("Missing required parameter: 'messages'.") }
        for message in messages {
            guard case .object(let parts) = message else {
                problems.append("Invalid type for 'messages'.")
                continue
            }
            if !["system", "developer", "user", "assistant"].contains(parts["role"]?.string ?? "") {
                problems.append("Invalid value: 'messages.role'.")
            }
            if parts["content"]?.string == nil { problems.append("Invalid type for 'messages.content'.") }
            problems += Set(parts.keys).subtracting(["role", "content", "name"])
                .map { "Unknown parameter: 'messages.\($0)'." }
        }
        guard case .object(let format)? = members["response_format"] else { return problems }
        switch format["type"]?.string {
        case "text": if format.count != 1 { problems.append("Unknown parameter in 'response_format'.") }
        case "json_object":
            problems += format.keys.filter { $0 != "type" }.map { "Unknown parameter: 'response_format.\($0)'." }
            if !JSONText.encode(.array(messages)).lowercased().contains("json") {
                problems.append("'messages' must contain the word 'json' in some form.")
            }
        case "json_schema":
            problems += Set(format.keys).subtracting(["type", "json_schema"])
                .map { "Unknown parameter: 'response_format.\($0)'." }
            guard case .object(let schema)? = format["json_schema"] else {
                return problems + ["Missing required parameter: 'response_format.json_schema'."]
            }
            problems += Set(schema.keys).subtracting(["name", "schema", "strict", "description"])
                .map { "Unknown parameter: 'response_format.json_schema.\($0)'." }
            problems += StrictSchema.problems(schema)
        default: problems.append("Invalid value: 'response_format.type'.")
        }
        return problems
    }

    private static func effort(_ value: JSONValue?) -> [String] {
        guard let value else { return [] }
        return value.string.map(efforts.contains) == true ? [] : ["Invalid value: 'effort'."]
    }
}
