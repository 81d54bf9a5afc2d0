import Model

/// Reads a `Response` object.
enum ResponsesAnswer {
    static func read(_ document: JSONValue) throws(CoderFailure) -> ModelAnswer {
        if let error = document["error"], !error.isNull { throw failed(error) }
        guard let output = document["output"]?.items else { throw ModelAnswer.odd("it has no list 'output'") }
        // A server that says nothing of its status has completed it.
        let status = document["status"]?.string ?? "completed"
        let content = try content(of: output)
        switch status {
        case "completed": break
        case "incomplete":
            switch document["incomplete_details"]?["reason"]?.string {
            case "content_filter": throw ModelAnswer.filtered
            case "max_output_tokens": throw ModelAnswer.truncated("it reached the limit of its tokens")
            case let other: throw ModelAnswer.truncated(other.map(ModelAnswer.short) ?? "the server does not say why")
            }
        case "failed": throw ModelAnswer.odd("it failed, and does not say why")
        default: throw ModelAnswer.odd("its status is '\(ModelAnswer.short(status))'")
        }
        guard !content.text.allSatisfy(\.isWhitespace) else { throw ModelAnswer.empty(hasThought: content.hasThought) }
        return ModelAnswer(text: content.text)
    }

    private static func failed(_ error: JSONValue) -> CoderFailure {
        let code = error["code"]?.string ?? "unknown"
        let words = error["message"]?.string.map(ModelAnswer.short)
        switch code {
        case "rate_limit_exceeded", "server_error", "vector_store_timeout":
            return CoderFailure(
                .away(until: nil), .coderServer, "the server gave up (\(code))", remedy: "Try again later.",
                cause: words)
        default:
            return CoderFailure(
                .badAnswer, .coderRequest, "the server will not answer this (\(ModelAnswer.short(code)))", cause: words)
        }
    }

    private static func content(of output: [JSONValue]) throws(CoderFailure) -> (text: String, hasThought: Bool) {
        var hasThought = false
        var texts: [(text: String, isFinal: Bool)] = []
        for item in output {
            switch item["type"]?.string {
            case "reasoning": hasThought = true
            case "message":
                let isFinal = item["phase"]?.string == "final_answer"
                let isComment = item["phase"]?.string == "commentary"
                for part in item["content"]?.items ?? [] {
                    switch part["type"]?.string {
                    case "output_text":
                        guard let text = part["text"]?.string else { throw ModelAnswer.odd("a text without its text") }
                        if !isComment { texts.append((text, isFinal)) }
                    case "refusal": throw ModelAnswer.refusal(part["refusal"]?.string ?? "")
                    case let other:
                        throw ModelAnswer.odd(
                            "a message with a part of the type '\(ModelAnswer.short(other ?? "none"))'")
                    }
                }
            case let type? where type.hasSuffix("_call") || type == "mcp_approval_request" || type == "program":
                throw ModelAnswer.toolCall(item["name"]?.string ?? type)
            case let other:
                throw ModelAnswer.odd("an item of the type '\(ModelAnswer.short(other ?? "none"))'")
            }
        }
        // Where the model marks its last word, only that counts.
        let last = texts.contains(where: \.isFinal) ? texts.filter(\.isFinal) : texts
        return (last.map(\.text).joined(), hasThought)
    }
}
