import Model

/// Reads a `chat.completion` object.
enum ChatAnswer {
    static func read(_ document: JSONValue) throws(CoderFailure) -> ModelAnswer {
        guard let choice = document["choices"]?.items?.first else { throw ModelAnswer.odd("it has no 'choices'") }
        guard let message = choice["message"], case .object = message else {
            throw ModelAnswer.odd("its choice has no 'message'")
        }
        if let words = message["refusal"]?.string, !words.isEmpty { throw ModelAnswer.refusal(words) }
        if let call = message["tool_calls"]?.items?.first {
            throw ModelAnswer.toolCall(
                call["function"]?["name"]?.string ?? call["custom"]?["name"]?.string ?? "unnamed")
        }
        if let call = message["function_call"], !call.isNull {
            throw ModelAnswer.toolCall(call["name"]?.string ?? "unnamed")
        }
        let text = message["content"]?.string ?? ""
        switch choice["finish_reason"]?.string {
        case "length": throw ModelAnswer.truncated("it reached the limit of its tokens")
        case "content_filter": throw ModelAnswer.filtered
        case "tool_calls", "function_call": throw ModelAnswer.toolCall("unnamed")
        // Servers of one's own leave it out or name reasons of theirs; the text is judged for itself.
        default: break
        }
        guard !text.allSatisfy(\.isWhitespace) else {
            let thought = message["reasoning_content"]?.string ?? message["reasoning"]?.string ?? ""
            throw ModelAnswer.empty(hasThought: !thought.isEmpty)
        }
        return ModelAnswer(text: text)
    }
}
