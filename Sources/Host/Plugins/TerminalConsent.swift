import Logs
import Model
import PluginStore
import Stages

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The operator at the terminal, or their word on the command line. Silence is no consent.
struct TerminalConsent: PluginConsent {
    /// `--yes`.
    let isYes: Bool
    /// `--agree`.
    let digests: Set<String>

    static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    func mayBuild(_ proposal: BuildProposal) async -> Bool {
        Terminal.note(PluginText.proposal(proposal))
        // Who agrees to a library that is pinned agrees to make it.
        if isYes || proposal.digest.map(digests.contains) == true { return true }
        return await ask("Build it?")
    }

    func mayInstall(_ proposal: PluginProposal) async -> Bool {
        Terminal.note(PluginText.proposal(proposal))
        if isYes || digests.contains(proposal.digest) { return true }
        return await ask("Install it?")
    }

    private func ask(_ question: String) async -> Bool {
        guard digests.isEmpty, isatty(0) == 1, isatty(2) == 1 else { return false }
        return await DedicatedThread.run {
            Terminal.prompt("\(question) [y/N] ")
            return ["y", "yes"].contains(readLine(strippingNewline: true)?.lowercased() ?? "")
        }
    }
}

extension Terminal {
    /// Something on the way; standard output is for results.
    static func note(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            TerminalText.neutralised(String($0))
        }
        put(lines.joined(separator: "\n") + "\n")
    }

    static func prompt(_ text: String) { put(text) }

    private static func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(2, bytes, bytes.count)
    }
}
