import Model

/// The tools that put something into the inbox.
extension AgentTool {
    static let sending: [AgentTool] = [submit]
    static let operating: [AgentTool] = [restart, redeploy, rollback, pause, resume]

    private static let submitted: [String: JSONValue] = [
        "description": JSONSchema.text(
            "What the patch does; becomes the commit's message, its first line the subject."),
        "patch": JSONSchema.text("The change: a unified diff is the surest."),
        "patches": JSONSchema.list(
            "Several changes, all or none.",
            of: [
                "type": "object",
                "properties": [
                    "patch": JSONSchema.text("The change."), "target": JSONSchema.text("As below."),
                    "format": JSONSchema.text("As below."),
                ], "required": ["patch"],
            ]),
        "target": JSONSchema.text("The service, folder or file that it is for, where the paths fit several."),
        "id": JSONSchema.text("1 to 64 letters, digits, '-', '_', '.'; made of the content when left out."),
        "base": JSONSchema.text("The whole id of the commit that you saw."),
        "format": JSONSchema.text("The dialect of the patch; found out when left out."),
        "restart": JSONSchema.text("Another service to restart once the patch is live."),
        "line": JSONSchema.integer("Of a bare snippet: the line that it stands at.", 1...100_000_000),
        "replace": JSONSchema.text("Of a bare snippet: the text that it replaces."),
        "diagnosticId": JSONSchema.text("Of a bare snippet: the diagnostic that it clears."),
    ]

    private static let submit = AgentTool(
        "submit_feedback", "Send a patch",
        right: .feedback,
        // Where repairs are pushed to the watched branch, a verified one replaces what is live.
        effects: Effects(isReadOnly: false, isDestructive: true, isIdempotent: true, isOpenWorld: true),
        "Puts a patch into the inbox. It is located, built and tested in a worktree of its own; what is proven is pushed "
            + "or proposed, what is not is rejected with the reason. With dryRun nothing is pushed: try that first.",
        input: JSONSchema.object(
            submitted.merging([
                "dryRun": JSONSchema.flag("Try it and publish nothing.", fallback: false),
                "wait_seconds": FeedbackMembers.wait,
            ]) { $1 }, required: ["description"], isClosed: true),
        output: FeedbackMembers.state, deadline: FeedbackMembers.deadline
    ) { arguments, call in
        var document: [String: JSONValue] = [:]
        for name in submitted.keys { document[name] = arguments.members[name] }
        for name in ["description", "patch", "target", "id", "base", "format", "restart", "replace", "diagnosticId"] {
            _ = try arguments.text(name, atMost: 1 << 24)
        }
        // Asking for a service is operating it, whatever it comes with.
        guard document["restart"] == nil || call.rights.contains(.operate) else {
            throw ArgumentProblem(
                message: "'restart' needs the right 'operate', which the caller has not; leave it out")
        }
        if document["line"] != nil { _ = try arguments.integer("line", 1...100_000_000, or: 1) }
        try checkPatches(document)
        if try arguments.flag("dryRun") { document["dryRun"] = true }
        let seconds = try arguments.integer("wait_seconds", FeedbackMembers.waits, or: FeedbackMembers.usualWait)
        let state = try await call.services.submit(document, author: call.caller, wait: .seconds(seconds))
        return Outcome(document: FeedbackMembers.document(state))
    }

    private static func checkPatches(_ document: [String: JSONValue]) throws(ArgumentProblem) {
        switch (document["patch"], document["patches"]) {
        case (nil, nil): throw ArgumentProblem(message: "'patch' is missing; several go into 'patches'")
        case (.some, .some): throw ArgumentProblem(message: "give 'patch' or 'patches', not both")
        case (.some, nil): return
        case (nil, .some(let several)):
            guard let elements = several.items, !elements.isEmpty,
                elements.allSatisfy({ $0["patch"]?.string != nil })
            else { throw ArgumentProblem(message: "'patches' must be a list of objects with a 'patch' each") }
        }
    }

    private static let restart = action(
        "restart", "Restart a service", isDestructive: false, isIdempotent: false,
        "Asks the daemon to restart a service as it is deployed.")
    private static let redeploy = action(
        "redeploy", "Deploy a service again", isDestructive: false, isIdempotent: false,
        "Asks the daemon to build and deploy a service anew, though nothing of it has changed.")
    private static let rollback = action(
        "rollback", "Roll a service back", isDestructive: true, isIdempotent: false,
        "Asks the daemon to take a service back to the release before the one that is live.")
    private static let pause = action(
        "pause", "Pause a service", isDestructive: false, isIdempotent: true,
        "Asks the daemon to deploy nothing of a service until it is resumed; what runs of it runs on.")
    private static let resume = action(
        "resume", "Resume a service", isDestructive: false, isIdempotent: true,
        "Asks the daemon to deploy a paused service again.")

    private static func action(
        _ action: String, _ title: String, isDestructive: Bool, isIdempotent: Bool, _ description: String
    ) -> AgentTool {
        AgentTool(
            "\(action)_service", title, right: .operate,
            effects: Effects(
                isReadOnly: false, isDestructive: isDestructive, isIdempotent: isIdempotent, isOpenWorld: false),
            description
                + " It comes to the daemon through the inbox; the verdict says whether it is taken, and 'outcome' of read_verdict what came of it.",
            input: JSONSchema.object(
                [
                    "service": JSONSchema.text("As list_services names it."),
                    "reason": JSONSchema.text("Why; kept in the history."), "wait_seconds": FeedbackMembers.wait,
                ], required: ["service", "reason"], isClosed: true),
            output: FeedbackMembers.state, deadline: FeedbackMembers.deadline
        ) { arguments, call in
            guard let service = try arguments.service(), let reason = try arguments.text("reason", atMost: 2000),
                !reason.isEmpty
            else { throw ArgumentProblem(message: "'service' and 'reason' are needed") }
            let seconds = try arguments.integer("wait_seconds", FeedbackMembers.waits, or: FeedbackMembers.usualWait)
            let document: [String: JSONValue] = [
                "action": .string(action), "target": .string(service.text), "description": .string(reason),
            ]
            let state = try await call.services.submit(document, author: call.caller, wait: .seconds(seconds))
            return Outcome(document: FeedbackMembers.document(state))
        }
    }
}
