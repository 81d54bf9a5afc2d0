import ArgumentParser
import History
import Logs
import MCP
import Model
import Repair
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct FeedbackListCommand: AsyncParsableCommand, PrintingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List feedback with what became of it, the newest first.")

    @OptionGroup var common: CommonOptions
    @Option(name: .shortAndLong, help: "How many.")
    var limit = 50
    @Flag(help: "Only what is not decided yet.")
    var open = false
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...5000).contains(limit) else { throw ValidationError("--limit takes 1 to 5000") }
    }

    func run() async throws {
        let invocation = try common.invocation()
        let layout = invocation.layout
        let services = HostAgentServices(invocation: invocation, mask: { $0 })
        let waits = try await services.reading([String: FeedbackWait]()) { (history) throws(Failure) in
            try await FeedbackWaits(history: history).all()
        }
        var entries = try await services.reading([Entry]()) { (history) throws(Failure) in
            var entries: [Entry] = []
            for entry in try await history.feedbacks(limit: limit) {
                entries.append(Entry(entry, try await history.standingVerdict(of: entry.id), waits[entry.file]))
            }
            return entries
        }
        entries = Self.newest(entries + UnreadFeedback(layout: layout).entries(besides: entries), limit)
        // What nobody has taken up yet is known to the inbox alone.
        let inbox = FeedbackInbox(folder: layout.feedback) { _ in "" }
        let leftAlone = (try? inbox.leftAlone()) ?? []
        let waiting = ((try? FileManager.default.contentsOfDirectory(atPath: layout.feedback)) ?? []).sorted()
            .filter { name in
                name.hasSuffix(".json") && !name.hasPrefix(".") && !entries.map(\.file).contains(name)
                    && !leftAlone.contains { $0.name == name }
            }
        entries = leftAlone.map { Entry($0) } + waiting.map { Entry(waiting: $0, waits[$0]) } + entries
        if open { entries.removeAll { $0.state == "decided" } }
        if output.json { return try JSONOutput.print(Listing(feedback: entries)) }
        if entries.isEmpty { print(open ? "nothing is open" : "there was no feedback yet") }
        for entry in entries {
            let state = entry.phase.map { "\(entry.state) (\($0))" } ?? entry.state
            let what = [entry.decision ?? state, entry.reason ?? entry.note].compactMap { $0 }.joined(separator: ": ")
            let line = String(what.prefix { !$0.isNewline })
            print(TerminalText.neutralised("\(entry.receivedAt ?? "-")  \(entry.id)  \(line)"))
        }
    }

    /// Times of one form stand in the order of their letters.
    private static func newest(_ entries: [Entry], _ limit: Int) -> [Entry] {
        Array(entries.sorted { $0.receivedAt ?? "" > $1.receivedAt ?? "" }.prefix(limit))
    }

    struct Listing: Encodable {
        let schema = 1
        var feedback: [Entry]
    }

    struct Entry: Encodable, Sendable {
        /// Of a file that nobody has read yet, its name.
        var id: String
        var file: String
        /// `waiting`, `deciding`, `decided`; `left alone` for what can be no feedback as it is called or made.
        var state: String
        var phase: String?
        var receivedAt: String?
        var decision: String?
        var reason: String?
        /// Why it waits, and when it is tried again; or why it is left alone.
        var note: String?

        init(_ entry: FeedbackEntry, _ verdict: Verdict?, _ wait: FeedbackWait?) {
            id = entry.id
            file = entry.file
            let isDone = entry.phase == .done || entry.phase == .decided
            state = isDone ? "decided" : "deciding"
            if !isDone {
                phase = entry.phase.name
                note = wait?.text
            }
            receivedAt = entry.receivedAt.description
            guard isDone, let verdict else { return }
            decision = verdict.decision.rawValue
            reason = verdict.reason
        }

        /// - Parameter verdict: on a file that could not be read as a feedback.
        init(file: String, _ verdict: Verdict) {
            id = verdict.feedback
            self.file = file
            state = "decided"
            receivedAt = verdict.decidedAt.description
            decision = verdict.decision.rawValue
            reason = verdict.reason
        }

        init(_ thing: FeedbackInbox.LeftAlone) {
            id = thing.name
            file = thing.name
            state = "left alone"
            note = thing.reason
        }

        init(waiting name: String, _ wait: FeedbackWait?) {
            id = String(name.dropLast(".json".count))
            file = name
            state = "waiting"
            note = wait?.text
        }
    }
}

/// What was rejected unread: no feedback, so that the history knows nothing of it.
struct UnreadFeedback {
    let layout: WorkspaceLayout

    /// - Parameter known: of the history.
    func entries(besides known: [FeedbackListCommand.Entry]) -> [FeedbackListCommand.Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: layout.rejectedFeedback)) ?? []
        let end = ".verdict.json"
        return names.filter { $0.hasSuffix(end) }.compactMap { name in
            // Its file's name stands in place of an id, which has no such end of its own making.
            guard let data = PlainFile.contents(name, in: layout.rejectedFeedback),
                let verdict = try? JSONDecoder().decode(Verdict.self, from: data),
                verdict.feedback.hasSuffix(".json"), !known.contains(where: { $0.id == verdict.feedback })
            else { return nil }
            return FeedbackListCommand.Entry(file: "rejected/\(name.dropLast(end.count)).json", verdict)
        }
    }
}
