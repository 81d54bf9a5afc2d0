extension HistoryText {
    /// The failures that are worked on by themselves; empty where there is none.
    func repairs(_ document: StatusDocument) -> [String] {
        guard let entries = document.repairs, !entries.isEmpty else { return [] }
        var table = TextTable([
            .init("REPAIR", least: 12), .init("CODER", drop: 4), .init("STATE"), .init("ATTEMPT"),
            .init("LEFT", drop: 3), .init("NOTE", least: 10, drop: 2),
        ])
        for entry in entries {
            table.add([
                .init(entry.service), .init(entry.coder), .init(entry.state, Self.colour(ofRepair: entry.state)),
                .init("\(entry.attempt) of \(entry.attempts)"), .init(Self.left(entry.left)),
                .init(TerminalText.cut(Self.note(on: entry), to: 160)),
            ])
        }
        return ["", table.text(width: width, colour: colour)]
    }

    private static func left(_ budget: StatusDocument.RepairEntry.Budget) -> String {
        let parts = [
            budget.requests.map { "\($0) requests" }, budget.tokens.map { "\($0) tokens" },
            budget.money.map { "\($0) in money" },
        ]
        let text = parts.compactMap { $0 }.joined(separator: ", ")
        return text.isEmpty ? "-" : text
    }

    private static func note(on entry: StatusDocument.RepairEntry) -> String {
        var parts: [String] = []
        if entry.attempt == 0, entry.fixItsTried > 0 {
            parts.append("\(entry.fixItsTried) of the compiler's fix-its tried")
        }
        if let feedback = entry.feedback { parts.append(feedback) }
        if let time = entry.waitsUntil { parts.append("until \(Self.time(time))") }
        if let why = entry.why { parts.append(Self.line(why)) }
        return parts.joined(separator: "; ")
    }

    private static func colour(ofRepair state: String) -> TextColour? {
        switch state {
        case "mended": .green
        case "stopped": .red
        case "waiting": .yellow
        default: .cyan
        }
    }
}
