import Model

/// The tables of Documentation/Agents.md that the code knows better than anybody.
package enum AgentManual {
    package static let begin = "<!-- tools: made by MCPTests -->"
    package static let end = "<!-- end -->"

    package static var tools: String {
        let rows = AgentTool.all.map { tool in
            let arguments = (tool.input["properties"]?.members ?? [:]).keys.sorted()
            let required = Set((tool.input["required"]?.items ?? []).compactMap(\.string))
            let spelled = arguments.map { required.contains($0) ? "**`\($0)`**" : "`\($0)`" }
            return "| `\(tool.name)` | \(tool.right.text) | \(tool.effects.text) | "
                + "\(spelled.isEmpty ? "-" : spelled.joined(separator: ", ")) | \(tool.description) |"
        }
        return
            ([
                "| Tool | Right | What it may change | Arguments (needed ones bold) | What it does |",
                "|---|---|---|---|---|",
            ]
            + rows).joined(separator: "\n") + "\n"
    }
}

extension AgentTool.Effects {
    /// As the manual says it.
    fileprivate var text: String {
        if isReadOnly { return isOpenWorld ? "nothing; asks origin" : "nothing" }
        var words = [isDestructive ? "may replace what is live" : "what runs, without taking anything away"]
        if isIdempotent { words.append("once, however often it is sent") }
        if isOpenWorld { words.append("reaches origin") }
        return words.joined(separator: "; ")
    }
}
