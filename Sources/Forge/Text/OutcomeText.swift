package import Model

/// The comment that tells what came of a merged pull request, and others that the daemon leaves. Pure.
package enum OutcomeText {
    /// - Parameters:
    ///   - revision: what was deployed, or was to be.
    ///   - outcomes: of the stages, in their order.
    package static func deployed(
        _ service: ServiceName, _ revision: Revision, isLive: Bool, outcomes: [StageOutcome], limit: Int = 65_536
    ) -> String {
        let health =
            switch outcomes.last(where: { $0.stage == .health })?.status {
            case .ok: "and is healthy"
            case nil, .unsupported?: "; nobody looked at its health"
            case let other?: "; its health: \(other.rawValue)"
            }
        var lines = [
            isLive
                ? "Deployed: \(Markdown.code(service.text)) runs \(Markdown.code(revision.short))"
                    + (health.hasPrefix(";") ? "" : " ") + health + "."
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

    /// A merge that brought nothing new.
    /// - Parameter deployed: the revision that runs.
    package static func unchanged(_ service: ServiceName, _ revision: Revision, runs deployed: Revision) -> String {
        "Nothing was due: \(Markdown.code(service.text)) is the same at \(Markdown.code(revision.short)) as at \(Markdown.code(deployed.short)), which runs."
    }

    /// Why the daemon does nothing more about a branch of its own.
    package static func leftAlone(_ branch: String, by commit: Revision) -> String {
        "Somebody has pushed \(Markdown.code(commit.short)) to \(Markdown.code(branch)): the deployer leaves this pull request alone from here on."
    }
}
