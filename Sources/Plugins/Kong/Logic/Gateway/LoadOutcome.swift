package import PluginKit

/// How it ended to give a gateway a configuration.
package enum LoadOutcome: Hashable, Sendable {
    case loaded
    /// It ran already.
    case unchanged
    case refused(GatewayAnswer)
    case ended(StageResult, code: String)

    /// What an answer says, short enough for a sentence.
    package static func words(_ answer: GatewayAnswer) -> String {
        let text = answer.json.flatMap { $0["message"]?.string ?? $0["error"]?.string } ?? answer.head
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "nothing"
        return String(line.prefix(200))
    }
}
