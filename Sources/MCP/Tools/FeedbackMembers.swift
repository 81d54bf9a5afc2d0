import Model

/// What the tools that send something have in common.
enum FeedbackMembers {
    static let waits = 0...600
    static let usualWait = 45
    static let deadline: Duration = .seconds(660)

    static let wait = JSONSchema.integer(
        "Wait so long for the verdict; what takes longer is answered as it stands, and read_verdict asks again.", waits,
        fallback: usualWait)

    static let state = JSONSchema.object(
        [
            "id": JSONSchema.text("The feedback's id."),
            "state": JSONSchema.text("How far it is.", in: ["waiting", "deciding", "decided"]),
            "phase": JSONSchema.text("What is being done while it is being decided."),
            "verdict": JSONSchema.object(
                [
                    "feedback": JSONSchema.text("The id."),
                    "decision": JSONSchema.text(
                        "applied, proposed, verified, accepted, already-applied, needs-anchor, withdrawn or rejected."),
                    "reason": JSONSchema.text("One sentence; of a rejection, with what would make it better."),
                ], required: ["feedback", "decision", "reason"]),
            "outcome": JSONSchema.object(
                [
                    "state": JSONSchema.text(
                        "How far it is.", in: ["pending", "running", "done", "failed", "dropped"]),
                    "cycle": JSONSchema.integer("The cycle that did it.", 1...Int.max),
                    "text": JSONSchema.text("One sentence."),
                ], required: ["state", "text"]),
            "note": JSONSchema.text("What else is to be known."),
        ], required: ["id", "state"])

    static func document(_ state: FeedbackState) -> JSONValue {
        var members: [String: JSONValue] = ["id": .string(state.id), "state": .string(state.state)]
        if let phase = state.phase { members["phase"] = .string(phase) }
        if let verdict = state.verdict { members["verdict"] = verdict }
        if let outcome = state.outcome { members["outcome"] = outcome }
        if let note = state.note { members["note"] = .string(note) }
        return .object(members)
    }
}
