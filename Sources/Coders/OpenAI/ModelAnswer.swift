import Model

/// What a model said, taken out of what a server answered.
struct ModelAnswer {
    var text: String

    /// - Throws: a bad answer, in words of its own for each way in which it can be bad.
    static func read(_ body: String, _ interface: ServerTraits.Interface) throws(CoderFailure) -> ModelAnswer {
        guard let document = JSONText.decode(body), case .object = document else {
            let isStream = body.hasPrefix("data:") || body.hasPrefix("event:")
            throw CoderFailure(
                .badAnswer, .coderNotJSON,
                isStream
                    ? "the server streams its answer, although it was asked not to"
                    : "what the server answered is no JSON, or breaks off",
                remedy: "Check that OPENAI_BASE_URL names an OpenAI-compatible server.")
        }
        return interface == .responses
            ? try ResponsesAnswer.read(document) : try ChatAnswer.read(document)
    }

    /// Of an answer that is of no use, too: it was paid for.
    static func usage(_ body: String) -> TokenUsage? {
        guard let usage = JSONText.decode(body)?["usage"] else { return nil }
        if let input = usage["input_tokens"]?.integer, let output = usage["output_tokens"]?.integer {
            return TokenUsage(
                input: input, cached: usage["input_tokens_details"]?["cached_tokens"]?.integer ?? 0, output: output)
        }
        if let input = usage["prompt_tokens"]?.integer, let output = usage["completion_tokens"]?.integer {
            return TokenUsage(
                input: input, cached: usage["prompt_tokens_details"]?["cached_tokens"]?.integer ?? 0, output: output)
        }
        return nil
    }

    // What both interfaces can answer with.

    static func refusal(_ words: String) -> CoderFailure {
        CoderFailure(.badAnswer, .coderRefusal, "the model refuses", cause: short(words))
    }
    static func toolCall(_ name: String) -> CoderFailure {
        CoderFailure(
            .badAnswer, .coderToolCall, "the model wants to call the tool '\(short(name))', and was given none",
            remedy: "Answer with the JSON document itself.")
    }
    static func truncated(_ why: String) -> CoderFailure {
        CoderFailure(
            .badAnswer, .coderTruncated, "the answer ends in its middle: \(why)",
            remedy: "Make a smaller change, or raise the limit for the answer.")
    }
    static let filtered = CoderFailure(
        .badAnswer, .coderFiltered, "the provider's content filter cut the answer off")
    static func empty(hasThought: Bool) -> CoderFailure {
        CoderFailure(
            .badAnswer, .coderEmpty,
            hasThought ? "the model thought, and said nothing" : "the answer is empty")
    }
    static func odd(_ what: String) -> CoderFailure {
        CoderFailure(
            .badAnswer, .coderSchema, "the server's answer is not of the API's shape: \(what)",
            remedy: "Check that OPENAI_BASE_URL names an OpenAI-compatible server.")
    }
    static func short(_ text: String) -> String { text.count > 300 ? "\(text.prefix(300))…" : text }
}
