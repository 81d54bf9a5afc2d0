package import Model

/// The comment that tells what came of a merged pull request, and others that the daemon leaves. Pure.
package enum OutcomeText {
    /// - Parameters:
    ///   - revision: what was deployed, or was to be.
    ///   - outcomes: of the stages, in their order.
    package static func deployed(
        _ service: ServiceName, _ revision: Revision, isHealthy: Bool, outcomes: [StageOutcome], limit: Int = 65_536
    ) -> String {
        var lines = [
            isHealthy
                ? "Deployed: \(Markdown.code(service.text)) runs \(Markdown.code(revision.short)) and is healthy."
                : "Not deployed: \(Markdown.code(service.text)) at \(Markdown.code(revision.short)) did not get through."
        ]
        if !outcomes.isEmpty { lines.append("") }
        for outcome in outcomes.prefix(30) {
            lines.append(
                "- \(Markdown.code(outcome.stage.rawValue)): \(outcome.status.rawValue)"
                    + (outcome.summary.isEmpty ? "" : " - " + Markdown.line(outcome.summary, most: 300)))
        }
        return Markdown.capped(lines.joined(separator: "\n"), to: limit)
    }

    /// Why the daemon does nothing more about a branch of its own.
    package static func leftAlone(_ branch: String, by commit: Revision) -> String {
        "Somebody has pushed \(Markdown.code(commit.short)) to \(Markdown.code(branch)): the deployer leaves this pull request alone from here on."
    }
}
