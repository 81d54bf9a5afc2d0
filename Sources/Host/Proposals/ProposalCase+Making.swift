import Coders
import Diagnostics
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
        if let service { occasion = try await Self.occasion(service, parts.history) }
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

    /// The report of a failure that lasts: what is over is no reason for anything.
    private static func occasion(_ service: ServiceName, _ history: HistoryStore) async throws(Failure)
        -> ProposalText.Occasion?
    {
        guard let stored = try await history.lastReport(of: service) else { return nil }
        if let deployed = try await history.state(of: service).deployed, deployed.deployedAt > stored.createdAt {
            return nil
        }
        // One that cannot be read any more still has its sentence.
        guard let report = try? ReportKeeping.report(stored) else { return .init(summary: stored.summary) }
        guard try await ReportKeeping.resolution(of: report, stored, in: history) == nil else { return nil }
        return .init(
            summary: report.summary, command: report.command, excerpt: report.log?.text,
            url: "\(report.id) (host report \(report.id))")
    }

    static func folder(of service: ServiceName, _ parts: CycleParts) async throws(Failure) -> String {
        try await KnownServices.load(parts.history).meanings[service]?.folder ?? ""
    }
}
