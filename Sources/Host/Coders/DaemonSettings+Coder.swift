import Model
import Settings

extension DaemonSettings {
    /// Names everything that may have kept a coder from answering: when it is another one, it is worth asking again. The key is in
    /// it as part of a digest only.
    func fingerprint(of coder: CoderSettings) -> String {
        let parts: [String] = [
            coder.kind.rawValue, coder.model ?? "", coder.effort ?? "", coder.command.joined(separator: "\u{1}"),
            "\(coder.timeout)", "\(coder.attempts)", openAIBaseURL, openAIKey ?? "", "\(coderConfinement)",
            "\(coderHasNetwork)", coderFolders.joined(separator: "\u{1}"),
            coderEnvironment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\u{1}"),
            "\(coderAttemptsPerHour)", "\(CoderFactory.limits(self))",
            CoderFactory.prices(self).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
                separator: "\u{1}"),
        ]
        return String(SHA256.hex(of: Array(parts.joined(separator: "\u{0}").utf8)).prefix(32))
    }
}
