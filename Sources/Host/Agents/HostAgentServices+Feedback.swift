import Logs
import MCP
import Model
import Settings

extension HostAgentServices {
    func submit(_ document: [String: JSONValue], author: String, wait: Duration) async throws(Failure) -> FeedbackState
    {
        let settings = try invocation.settings(under: .none)
        let receipt = try FeedbackDrop(layout: layout, limit: settings.feedbackBytes).drop(document)
        say(LogLine(mask("feedback '\(receipt.id)' came from \(author)")))
        return try await FeedbackWatch(layout: layout, mask: mask).outcome(of: receipt, wait: wait)
    }

    func feedback(_ id: String, wait: Duration) async throws(Failure) -> FeedbackState? {
        try await FeedbackWatch(layout: layout, mask: mask).state(of: id, wait: wait)
    }
}
