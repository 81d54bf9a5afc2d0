import ArgumentParser
import History
import Logs
import MCP
import Model
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
        var entries = try await services.reading([Entry]()) { (history) throws(Failure) in
            var entries: [Entry] = []
            for entry in try await history.feedbacks(limit: limit) {
                entries.append(Entry(entry, try await history.verdict(of: entry.id)))
            }
            return entries
        }
        // What nobody has taken up yet is known to the inbox alone.
        let waiting = ((try? FileManager.default.contentsOfDirectory(atPath: layout.feedback)) ?? []).sorted()
            .filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") && !entries.map(\.file).contains($0) }
        entries = waiting.map { Entry(waiting: $0) } + entries
        if open { entries.removeAll { $0.state == "decided" } }
        if output.json { return try JSONOutput.print(Listing(feedback: entries)) }
        if entries.isEmpty { print(open ? "nothing is open" : "there was no feedback yet") }
        for entry in entries {
            let state = entry.phase.map { "\(entry.state) (\($0))" } ?? entry.state
            let what = [entry.decision ?? state, entry.reason].compactMap { $0 }.joined(separator: ": ")
            let line = String(what.prefix { !$0.isNewline })
            print(TerminalText.neutralised("\(entry.receivedAt ?? "-")  \(entry.id)  \(line)"))
        }
    }

    struct Listing: Encodable {
        let schema = 1
        var feedback: [Entry]
    }

    struct Entry: Encodable, Sendable {
        /// Of a file that nobody has read yet, its name.
        var id: String
        var file: String
        /// `waiting`, `deciding` or `decided`.
        var state: String
        var phase: String?
        var receivedAt: String?
        var decision: String?
        var reason: String?

        init(_ entry: FeedbackEntry, _ verdict: Verdict?) {
            id = entry.id
            file = entry.file
            let isDone = entry.phase == .done || entry.phase == .decided
            state = isDone ? "decided" : "deciding"
            if !isDone { phase = entry.phase.name }
            receivedAt = entry.receivedAt.description
            guard isDone, let verdict else { return }
            decision = verdict.decision.rawValue
            reason = verdict.reason
        }

        init(waiting name: String) {
            id = String(name.dropLast(".json".count))
            file = name
            state = "waiting"
        }
    }
}
