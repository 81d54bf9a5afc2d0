import Coders
import History
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Keeps what was said to coders in the history.
struct HistoryCoderRecorder: CoderRecorder {
    let history: HistoryStore
    let narrator: Narrator

    func record(_ exchange: CoderExchange) async {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(exchange) else { return }
        do throws(Failure) {
            try await history.keep(
                StoredExchange(
                    service: exchange.service, failure: exchange.failure, at: exchange.at,
                    document: String(decoding: data, as: UTF8.self)))
        } catch {
            narrator.say(
                LogLine("what was said to the coder is not kept: \(error)", level: .warning, service: exchange.service))
        }
    }
}
