import ArgumentParser
import Logs
import MCP
import Model
import Settings

/// What `host feedback` prints of one feedback.
enum FeedbackAnswer {
    struct Document: Encodable {
        let schema = 1
        var id: String
        var state: String
        var phase: String?
        var note: String?
        /// In the inbox, where it was just put there.
        var file: String?
        var verdict: JSONValue?
        /// Of an accepted action, what came of it.
        var outcome: JSONValue?

        init(_ state: FeedbackState, file: String? = nil) {
            id = state.id
            self.state = state.state
            phase = state.phase
            note = state.note
            verdict = state.verdict
            outcome = state.outcome
            self.file = file
        }
    }

    /// Says what came of a file in the inbox; ends with 1 where a verdict was waited for and is no success.
    static func tell(_ receipt: FeedbackDrop.Receipt, _ layout: WorkspaceLayout, _ options: VerdictOptions) async throws
    {
        if !options.output.json { print("feedback '\(receipt.id)' lies in the inbox as \(receipt.file)") }
        let state = try await watch(layout, options).outcome(of: receipt, wait: options.duration)
        if options.output.json {
            try JSONOutput.print(Document(state, file: receipt.file))
        } else {
            show(state, isNew: true)
            if !options.wait, state.note == nil, state.verdict == nil {
                print("its verdict: host feedback show \(receipt.id) --wait")
            }
        }
        guard options.wait else { return }
        guard isSuccess(state) else { throw ExitCode(1) }
    }

    /// Whoever waits sees how far it is: building may take minutes.
    static func watch(_ layout: WorkspaceLayout, _ options: VerdictOptions) -> FeedbackWatch {
        var watch = FeedbackWatch(layout: layout, mask: { $0 })
        if !options.output.json { watch.changed = { show($0) } }
        return watch
    }

    /// Whatever is none of these wants something more of its author.
    private static let successes: Set<String> = ["applied", "proposed", "verified", "already-applied", "accepted"]
    static func isSuccess(_ state: FeedbackState) -> Bool {
        guard let decision = state.verdict?["decision"]?.string, successes.contains(decision) else { return false }
        // What an action has not come to when the waiting ends is no success yet.
        return !["failed", "dropped", "pending", "running"].contains(state.outcome?["state"]?.string)
    }

    static func show(_ state: FeedbackState, isNew: Bool = false) {
        if let verdict = state.verdict {
            let decision = verdict["decision"]?.string ?? "decided"
            say("\(state.id): \(decision): \(verdict["reason"]?.string ?? "")")
            if verdict["repeated"]?.boolean == true {
                say(
                    "  decided before: nothing of what came under this id now was tried - send something else under another id"
                )
            }
            if let outcome = state.outcome {
                say("  \(outcome["text"]?.string ?? "")")
                if ["pending", "running"].contains(outcome["state"]?.string) {
                    say("  what comes of it: host feedback show \(state.id)")
                }
            }
            if let branch = verdict["branch"]?.string { say("  branch: \(branch)") }
            if let commit = verdict["commit"]?.string { say("  commit: \(commit)") }
            for placement in verdict["placements"]?.items ?? [] { say("  \(place(placement))") }
            for (name, sign) in [("fixed", "fixed"), ("introduced", "new"), ("remaining", "still there")] {
                for finding in verdict[name]?.items ?? [] { say("  \(sign): \(line(finding))") }
            }
            for stage in verdict["tried"]?.items ?? [] { say("  \(Self.stage(stage))") }
            for test in verdict["flaky"]?.items ?? [] { say("  flaky: \(test.string ?? "?")") }
            for subject in verdict["subjects"]?.items ?? [] {
                say(
                    "  now: \(subject["file"]?.string ?? "?"), \(subject["lines"]?.integer.map(String.init) ?? "?") lines"
                )
            }
        } else if !isNew || state.state != "waiting" || state.note != nil {
            let phase = state.phase.map { " (\($0))" } ?? ""
            say("\(state.id): \(state.state)\(phase)\(state.note.map { "; \($0)" } ?? "")")
        }
    }

    private static func place(_ placement: JSONValue) -> String {
        let applied = placement["appliedLine"]?.integer
        // Some dialects state no line; one that was right is not said twice.
        let stated = placement["statedLine"]?.integer.flatMap { $0 > 0 && $0 != applied ? $0 : nil }
        let lines = [stated.map { ", stated for line \($0)" }, applied.map { ", at line \($0)" }].compactMap { $0 }
            .joined()
        return "\(placement["file"]?.string ?? "?")\(lines): \(placement["method"]?.string ?? "?")"
    }

    /// As compilers write it: `Sources/App/main.swift:3:5: error: cannot find 'x' in scope`.
    private static func line(_ finding: JSONValue) -> String {
        let place = finding["location"].map {
            [$0["file"]?.string, $0["line"]?.integer.map(String.init), $0["column"]?.integer.map(String.init)]
                .compactMap { $0 }.joined(separator: ":") + ": "
        }
        return "\(place ?? "")\(finding["severity"]?.string ?? "error"): \(finding["message"]?.string ?? "")"
    }

    private static func stage(_ stage: JSONValue) -> String {
        let summary = stage["summary"]?.string.map { $0.isEmpty ? "" : ": " + $0.prefix { !$0.isNewline } } ?? ""
        return "tried: \(stage["stage"]?.string ?? "?") \(stage["status"]?.string ?? "?")\(summary)"
    }

    private static func say(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            print(TerminalText.neutralised(String(line)))
        }
    }
}
