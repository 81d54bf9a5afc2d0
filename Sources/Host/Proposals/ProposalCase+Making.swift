import Coders
import Forge
import Git
import History
import Model
import Pipeline
import Repair

extension ProposalCase {
    /// What is to be remembered of a verdict that proposes; nil for another one, and for what is remembered already.
    /// - Parameter limit: of the text, in characters.
    static func made(
        of verdict: Verdict, _ feedback: Feedback, _ parts: CycleParts, limit: Int
    ) async throws(Failure) -> ProposalCase? {
        let cases = ProposalCases(history: parts.history)
        guard verdict.decision == .proposed, let branch = verdict.branch, let commit = verdict.commit,
            try await cases.all().contains(where: { $0.feedback == verdict.feedback && $0.commit == commit }) == false
        else { return nil }
        let service = verdict.service ?? verdict.services.first
        var occasion: ProposalText.Occasion?
        if let service, let report = try await parts.history.lastReport(of: service) {
            occasion = .init(summary: report.summary)
        }
        var folder = ""
        if let service { folder = try await Self.folder(of: service, parts) }
        let isDraft = !verdict.tried.allSatisfy(\.status.allowsProgress)
        let text = ProposalText(
            feedback: feedback, verdict: verdict, occasion: occasion, folder: folder, isDraft: isDraft)
        var change: String?
        if let base = verdict.base {
            change = CoderFingerprint.of(
                difference: try await parts.origin.repository.diff(from: base, to: commit, contextLines: 0).text)
        }
        return ProposalCase(
            feedback: verdict.feedback, branch: branch, commit: commit,
            services: verdict.services.isEmpty ? [service].compactMap { $0 } : verdict.services,
            title: ProposalText.title(of: feedback), text: text.body(limit: limit), isDraft: isDraft,
            change: change, alsoDeploys: feedback.alsoDeploys)
    }

    static func folder(of service: ServiceName, _ parts: CycleParts) async throws(Failure) -> String {
        try await KnownServices.load(parts.history).meanings[service]?.folder ?? ""
    }
}
