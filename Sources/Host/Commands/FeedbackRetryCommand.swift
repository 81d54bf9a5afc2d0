import ArgumentParser
import MCP
import Model
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct FeedbackRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Put a rejected feedback into the inbox again.",
        discussion: """
            For what was rejected for a reason that is gone: a branch that has moved on, a build that was broken, a setting. It goes \
            in under a new id - `fix` as `fix-2`, then `fix-3` - because an id that was decided keeps its verdict, and the rejected \
            file stays where it is.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "Its id, as `host feedback list` names it.")
    var id: String
    @OptionGroup var verdict: VerdictOptions

    func run() async throws {
        let invocation = try common.invocation()
        let layout = invocation.layout
        var document = try await RejectedFeedback(layout: layout).document(of: id)
        document["id"] = .string(try await Self.freshID(after: id, invocation))
        let limit = try invocation.settings(under: .none).feedbackBytes
        let receipt = try FeedbackDrop(layout: layout, limit: limit).drop(document)
        try await FeedbackAnswer.tell(receipt, layout, verdict)
    }

    /// `fix` -> `fix-2` -> `fix-3`: the next that nobody has used.
    private static func freshID(after id: String, _ invocation: Invocation) async throws(Failure) -> String {
        var stem = id
        if let dash = id.lastIndex(of: "-"), let number = Int(id[id.index(after: dash)...]), (2...9999).contains(number)
        {
            stem = String(id[..<dash])
        }
        stem = String(stem.prefix(58))
        let watch = FeedbackWatch(layout: invocation.layout, mask: { $0 })
        for number in 2...9999 {
            let next = "\(stem)-\(number)"
            if try await watch.state(of: next) == nil { return next }
        }
        throw Failure(.init("usage.feedback"), "'\(stem)' was sent ten thousand times; send it under another id")
    }
}

/// Files under `feedback/rejected/`, by the ids of their verdicts.
struct RejectedFeedback: Sendable {
    let layout: WorkspaceLayout

    /// The members of the newest rejected file of an id.
    /// - Throws: `usage.feedback` for one that is not there, is still open, or was not rejected.
    func document(of id: String) async throws(Failure) -> [String: JSONValue] {
        let files = FileManager.default
        let names = ((try? files.contentsOfDirectory(atPath: layout.rejectedFeedback)) ?? []).filter {
            $0.hasSuffix(".json") && !$0.hasSuffix(".verdict.json")
        }
        var newest: (members: [String: JSONValue], decidedAt: Int64)?
        for name in names {
            let verdict = read("\(name.dropLast(".json".count)).verdict.json")
            // A repetition was never looked at; what was rejected is the file of the first time.
            guard verdict?["feedback"]?.string == id, verdict?["repeated"]?.boolean != true,
                case .object(let members)? = read(name)
            else { continue }
            var decidedAt: Int64 = 0
            if case .integer(let time)? = verdict?["decidedAt"] { decidedAt = time }
            if newest.map({ $0.decidedAt < decidedAt }) ?? true { newest = (members, decidedAt) }
        }
        if let newest { return newest.members }
        guard let state = try await FeedbackWatch(layout: layout, mask: { $0 }).state(of: id) else {
            throw Failure(
                .init("usage.feedback"), "nothing is known of a feedback '\(id)'",
                remedy: "`host feedback list` lists what there is")
        }
        throw Failure(
            .init("usage.feedback"),
            state.state == "decided"
                ? "'\(id)' was not rejected, or its file is gone or cannot be read: there is nothing to retry"
                : "'\(id)' is not decided yet, and is tried by itself",
            remedy: "`host feedback show \(id)` says how it stands")
    }

    private func read(_ name: String) -> JSONValue? {
        PlainFile.contents(name, in: layout.rejectedFeedback).flatMap {
            try? JSONDecoder().decode(JSONValue.self, from: $0)
        }
    }
}
