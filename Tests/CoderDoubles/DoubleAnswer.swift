package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Answers as the description has them, with all required members.
package enum DoubleAnswer {
    package static func whole(_ text: String, chat: Bool) -> [String: JSONValue] {
        chat ? completion(["content": .string(text)]) : response([message([.object(part(text))])])
    }

    package static func part(_ text: String) -> [String: JSONValue] {
        ["type": .string("output_text"), "text": .string(text), "annotations": .array([])]
    }

    package static func message(_ content: [JSONValue], phase: String? = nil) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string("msg_1"), "type": .string("message"), "status": .string("completed"),
            "role": .string("assistant"), "content": .array(content),
        ]
        if let phase { members["phase"] = .string(phase) }
        return .object(members)
    }

    package static let reasoning: JSONValue = .object([
        "id": .string("rs_1"), "type": .string("reasoning"), "summary": .array([]),
    ])

    package static func call(_ type: String = "function_call", name: String? = "run_shell") -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string("fc_1"), "call_id": .string("call_1"), "type": .string(type), "arguments": .string("{}"),
        ]
        if let name { members["name"] = .string(name) }
        return .object(members)
    }

    package static func response(_ output: [JSONValue]) -> [String: JSONValue] {
        [
            "id": .string("resp_1"), "object": .string("response"), "created_at": .integer(1_800_000_000),
            "status": .string("completed"), "error": .null, "incomplete_details": .null, "instructions": .null,
            "metadata": .object([:]), "model": .string("test-model-2026"), "output": .array(output),
            "parallel_tool_calls": .bool(true), "temperature": .number(1), "tool_choice": .string("auto"),
            "tools": .array([]), "top_p": .number(1),
            "usage": .object([
                "input_tokens": .integer(1000),
                "input_tokens_details": .object(["cached_tokens": .integer(400), "cache_write_tokens": .integer(0)]),
                "output_tokens": .integer(200),
                "output_tokens_details": .object(["reasoning_tokens": .integer(150)]), "total_tokens": .integer(1200),
            ]),
        ]
    }

    package static func choice(_ message: [String: JSONValue], finish: String = "stop") -> JSONValue {
        let whole = ["role": JSONValue.string("assistant"), "content": .null, "refusal": .null].merging(message) { $1 }
        return .object([
            "index": .integer(0), "finish_reason": .string(finish), "logprobs": .null, "message": .object(whole),
        ])
    }

    package static func completion(_ message: [String: JSONValue], finish: String = "stop") -> [String: JSONValue] {
        [
            "id": .string("chatcmpl-1"), "object": .string("chat.completion"), "created": .integer(1_800_000_000),
            "model": .string("test-model-2026"), "choices": .array([choice(message, finish: finish)]),
            "usage": .object([
                "prompt_tokens": .integer(900), "completion_tokens": .integer(100), "total_tokens": .integer(1000),
                "prompt_tokens_details": .object(["cached_tokens": .integer(0)]),
            ]),
        ]
    }
}

enum PeerPause {
    static func milliseconds(_ count: UInt32) { usleep(count * 1000) }
}
