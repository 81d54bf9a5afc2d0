import Logs
import Model
import PluginStore

extension PlanDocument {
    /// For people. What came from plugins and folders is made harmless to a terminal.
    var text: String {
        (serviceLines + plugins.map(\.text)).map(TerminalText.neutralised).joined(separator: "\n")
    }

    private var serviceLines: [String] {
        let short = revision.prefix(12)
        guard !services.isEmpty else {
            return ["\(short): no services; name some in deployer.yaml or put their folders under repos/"]
        }
        let width = services.map(\.service.count).max() ?? 0
        let due = services.count { $0.decision == "deploy" }
        var lines = ["\(short): \(due) of \(services.count) service(s) would be deployed"]
        for entry in services {
            lines.append(Self.line(entry, width: width, isConfigured: folders == nil))
            if let plan = entry.plan { lines += Self.lines(plan, isDue: entry.decision == "deploy") }
        }
        return lines + recognition
    }

    private static func line(_ entry: Entry, width: Int, isConfigured: Bool) -> String {
        let name = entry.service + String(repeating: " ", count: width - entry.service.count)
        let source = entry.evidence ?? (isConfigured ? "named in deployer.yaml" : nil)
        let evidence = source.map { " [\(entry.kind): \($0)]" } ?? " [\(entry.kind)]"
        let why = entry.reasons.isEmpty ? "" : ": " + entry.reasons.joined(separator: "; ")
        let group = entry.group.map { " (group '\($0)')" } ?? ""
        return "  \(name)  \(entry.decision)\(why)\(evidence)\(group)"
    }

    private static func lines(_ plan: Answer, isDue: Bool) -> [String] {
        guard StageStatus(rawValue: plan.status)?.allowsProgress == true else {
            // The summary often repeats the only finding.
            let findings = (plan.diagnostics ?? []).filter {
                ["error", "warning"].contains($0.severity) && ($0.file != nil || !plan.summary.contains($0.message))
            }
            var lines = ["\(indent)plan \(plan.status): \(firstLine(plan.summary))"]
            lines += findings.prefix(mostFindings).map { indent + Self.line($0) }
            if findings.count > mostFindings { lines.append("\(indent)and \(findings.count - mostFindings) more") }
            return lines
        }
        let width = plan.changes.map(\.action.count).max() ?? 0
        var lines: [String] = []
        for change in plan.changes {
            let action = change.action + String(repeating: " ", count: width - change.action.count)
            let reason = change.reason.isEmpty ? "" : ": \(change.reason)"
            lines.append("\(indent)\(sign(change.action)) \(action) \(change.subject)\(reason)")
            let details = (change.detail ?? "").split(separator: "\n", omittingEmptySubsequences: true)
            lines += details.map { "\(indent)\(indent)\($0)" }
        }
        // A service that is due and would change nothing is worth a word; one that is up to date is not.
        if plan.changes.isEmpty, isDue { lines.append("\(indent)= \(firstLine(plan.summary))") }
        for finding in plan.diagnostics ?? [] where finding.severity == "warning" {
            lines.append(indent + line(finding))
        }
        return lines
    }

    /// `kong.yaml:4:3: error: …`
    private static func line(_ finding: CycleDocument.DiagnosticEntry) -> String {
        let place = [finding.file, finding.line.map(String.init), finding.column.map(String.init)]
            .compactMap { $0 }.joined(separator: ":")
        return "\(place.isEmpty ? "" : place + ": ")\(finding.severity): \(firstLine(finding.message))"
    }

    /// A file with hundreds of mistakes does not push everything else off the screen.
    private static let mostFindings = 20

    private static let indent = "      "

    private static func sign(_ action: String) -> String {
        switch action {
        case "create": "+"
        case "update": "~"
        case "replace": "±"
        case "remove": "-"
        case "drift": "!"
        default: "?"
        }
    }

    private static func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
    }

    /// Folders of which there is more to say than the lines of their services do.
    private var recognition: [String] {
        let shown = (folders ?? []).filter { remarkable.contains($0.path) }
        guard !shown.isEmpty else { return [] }
        var lines = ["", "Recognised under repos/:"]
        for folder in shown {
            lines.append("  \(folder.path)")
            for claim in folder.claims {
                let became = claim.service.map { claim.use == "idle" ? "not deployed" : "'\($0)'" } ?? "no service"
                let note = claim.note.map { "; \($0)" } ?? ""
                lines.append("    \(claim.kind), \(claim.confidence) of 100, by \(claim.evidence): \(became)\(note)")
            }
            if let note = folder.note, folder.claims.isEmpty { lines.append("    \(note)") }
        }
        guard !advice.isEmpty else { return lines }
        lines += [
            "", "To have it otherwise, name the services in deployer.yaml, all of them, beginning with what is so now:",
        ]
        lines.append("  services:")
        lines += advice.map { "    \($0)" }
        if (folders ?? []).count > shown.count {
            lines.append("    # `host plan --overrule` prints the lines of all folders")
        }
        return lines
    }
}
