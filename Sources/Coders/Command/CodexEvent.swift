import Model

/// A line of `codex exec --json`: the events of `ThreadEvent` in codex-rs/exec/src/exec_events.rs (github.com/openai/codex).
/// Events and items that are newer than this reader are named and passed over.
enum CodexEvent: Equatable {
    case threadStarted
    case turnStarted
    case turnCompleted(TokenUsage)
    case turnFailed(String)
    /// The stream itself cannot go on.
    case failed(String)
    /// The last one is the agent's answer.
    case message(String)
    /// Something for people to see.
    case progress(String)
    /// Of no interest: deltas, updates of what was told.
    case silent

    /// Nil for a line that is no event.
    init?(line: String) {
        guard line.first == "{", let document = JSONText.decode(line), let type = document["type"]?.string,
            type.contains(".") || type == "error" || type == "request_user_input"
        else { return nil }
        switch type {
        case "thread.started": self = .threadStarted
        case "turn.started": self = .turnStarted
        case "turn.completed":
            let usage = document["usage"]
            self = .turnCompleted(
                TokenUsage(
                    input: usage?["input_tokens"]?.integer ?? 0, cached: usage?["cached_input_tokens"]?.integer ?? 0,
                    output: usage?["output_tokens"]?.integer ?? 0))
        case "turn.failed": self = .turnFailed(document["error"]?["message"]?.string ?? "it does not say why")
        case "error": self = .failed(document["message"]?.string ?? "it does not say why")
        case "item.started": self = Self.item(document["item"], isDone: false)
        case "item.completed": self = Self.item(document["item"], isDone: true)
        case "item.updated", "item.plan.delta": self = .silent
        case "request_user_input": self = .progress("asks for input, and there is nobody to give it")
        default: self = .progress(type)
        }
    }

    private static func item(_ item: JSONValue?, isDone: Bool) -> CodexEvent {
        let text = item?["text"]?.string ?? ""
        switch item?["type"]?.string {
        case "agent_message": return isDone ? .message(text) : .silent
        case "reasoning": return isDone ? .progress("thinks: \(short(text))") : .silent
        case "plan": return isDone ? .progress("plans: \(short(text))") : .silent
        case "command_execution":
            let command = short(item?["command"]?.string ?? "a command")
            guard isDone else { return .progress("runs \(command)") }
            if item?["status"]?.string == "declined" { return .progress("was not let run \(command)") }
            let code = item?["exit_code"]?.integer.map { " ended with \($0)" } ?? " ended"
            return .progress("\(command)\(code)")
        case "file_change":
            guard isDone else { return .silent }
            let changes = (item?["changes"]?.items ?? []).prefix(5).map { change in
                "\(change["kind"]?.string ?? "update") \(short(change["path"]?.string ?? "a file"))"
            }
            let outcome = item?["status"]?.string == "failed" ? "could not " : ""
            return .progress("\(outcome)\(changes.joined(separator: ", "))")
        case "mcp_tool_call", "collab_tool_call":
            guard !isDone else { return .silent }
            return .progress(
                "calls \(short(item?["server"]?.string ?? "a tool")) \(short(item?["tool"]?.string ?? ""))")
        case "web_search": return isDone ? .progress("searched for \(short(item?["query"]?.string ?? ""))") : .silent
        case "todo_list":
            let steps = item?["items"]?.items ?? []
            let done = steps.count { $0["completed"] == .bool(true) }
            return .progress("\(done) of \(steps.count) steps done")
        case "error": return .progress("warns: \(short(item?["message"]?.string ?? ""))")
        case let other: return isDone ? .silent : .progress(short(other ?? "something"))
        }
    }

    private static func short(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 160 ? "\(line.prefix(160))…" : line
    }
}
