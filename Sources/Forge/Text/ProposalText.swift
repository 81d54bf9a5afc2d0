package import Model

/// The text of a pull request: what is proposed, why it is believed, and how to refuse it. Pure.
package struct ProposalText: Sendable {
    /// What went wrong, in the words of the failure report that the feedback answers.
    package struct Occasion: Sendable, Hashable {
        /// One sentence.
        package var summary: String
        package var command: [String]?
        /// Of the log; already scrubbed and masked.
        package var excerpt: String?
        /// Where the whole report is, or what it is called.
        package var url: String?
        package init(summary: String, command: [String]? = nil, excerpt: String? = nil, url: String? = nil) {
            self.summary = summary
            self.command = command
            self.excerpt = excerpt
            self.url = url
        }
    }

    package var feedback: Feedback
    package var verdict: Verdict
    package var occasion: Occasion?
    /// Of the service, relative to the repository's root: diagnostics name files relative to it.
    package var folder: String
    /// Not fully verified: the text says so before anything else.
    package var isDraft: Bool

    package init(
        feedback: Feedback, verdict: Verdict, occasion: Occasion? = nil, folder: String = "", isDraft: Bool = false
    ) {
        self.feedback = feedback
        self.verdict = verdict
        self.occasion = occasion
        self.folder = folder
        self.isDraft = isDraft
    }

    /// Markdown, at most `limit` characters (see `ForgeLimits.text`). What is left out when it gets too long is, in this order,
    /// the log, findings beyond the first of each kind, places beyond the first; never the description's beginning, the verdict
    /// or how to refuse.
    package func body(limit: Int) -> String {
        for (findings, places, excerpt) in [(50, 50, 10_000), (50, 50, 2000), (20, 20, 1000), (5, 5, 0), (1, 1, 0)] {
            let text = sections(findings: findings, places: places, excerpt: excerpt).joined(separator: "\n\n") + "\n"
            if text.utf16.count <= limit { return text }
        }
        return Markdown.capped(
            sections(findings: 1, places: 1, excerpt: 0, description: 500).joined(separator: "\n\n") + "\n", to: limit)
    }

    private func sections(findings: Int, places: Int, excerpt: Int, description: Int = 8000) -> [String] {
        var parts: [String] = []
        if isDraft { parts.append("**This is a draft: the change is not fully verified.**") }
        let words = Scrub.text(feedback.description, bytes: description)
        if !words.isEmpty { parts.append(Markdown.prose(words)) }
        if let occasion { parts.append(occasionText(occasion, excerpt)) }
        parts.append(verdictText(places))
        parts.append(differenceText(findings))
        if !verdict.tried.isEmpty { parts.append(triedText()) }
        parts.append(refusalText)
        return parts
    }

    private func occasionText(_ occasion: Occasion, _ most: Int) -> String {
        var lines = ["### What went wrong", "", Markdown.line(occasion.summary, most: 500)]
        if let command = occasion.command {
            lines += ["", "Command: " + Markdown.code(Scrub.line(command.joined(separator: " "), most: 300))]
        }
        if let url = occasion.url { lines += ["", "Report: " + Markdown.code(Scrub.line(url, most: 500))] }
        if let excerpt = occasion.excerpt, most > 0, !excerpt.isEmpty {
            lines += [
                "", "<details><summary>Log</summary>", "", Markdown.block(Scrub.text(excerpt, bytes: most)), "",
                "</details>",
            ]
        }
        return lines.joined(separator: "\n")
    }

    private func verdictText(_ most: Int) -> String {
        var lines = ["### How it was judged", "", Markdown.line(verdict.reason, most: 500)]
        if let service = verdict.service { lines.append("- Service: " + Markdown.code(service.text)) }
        if let base = verdict.base { lines.append("- Tried on: " + Markdown.code(base.short)) }
        if let dialect = verdict.dialect { lines.append("- Form of the patch: " + Markdown.code(dialect)) }
        if !verdict.placements.isEmpty {
            lines += ["", "Each part of the patch, and how its place was found:", ""]
            lines += Self.list(verdict.placements, most: most) { placement in
                let line = placement.appliedLine ?? placement.statedLine
                let moved = placement.appliedLine.map { $0 != placement.statedLine } ?? false
                return Markdown.code("\(placement.file):\(line)") + " " + Markdown.line(placement.method, most: 100)
                    + (moved ? " (the patch said line \(placement.statedLine))" : "")
            }
        }
        // A list needs a blank line before it.
        if lines.count > 3, lines[3].hasPrefix("- ") { lines.insert("", at: 3) }
        return lines.joined(separator: "\n")
    }

    private func differenceText(_ most: Int) -> String {
        var lines = ["### What it changes among the findings", ""]
        for (name, diagnostics) in [
            ("Fixed", verdict.fixed), ("New", verdict.introduced), ("Still there", verdict.remaining),
        ] {
            lines.append("**\(name): \(diagnostics.count)**")
            if !diagnostics.isEmpty {
                lines.append("")
                lines += Self.list(diagnostics, most: most) { Markdown.code(Scrub.line($0.line, most: 300)) }
            }
            lines.append("")
        }
        lines.removeLast()
        return lines.joined(separator: "\n")
    }

    private func triedText() -> String {
        var lines = ["### What was run", ""]
        for outcome in verdict.tried.prefix(30) {
            var line = "- \(Markdown.code(outcome.stage.rawValue)): \(outcome.status.rawValue)"
            if let tests = outcome.tests {
                let counts = [
                    ("passed", tests.count(.passed)), ("failed", tests.count(.failed)),
                    ("skipped", tests.count(.skipped)),
                ]
                line += " (tests: " + counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ") + ")"
            }
            if !outcome.summary.isEmpty { line += " - " + Markdown.line(outcome.summary, most: 200) }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }

    private var refusalText: String {
        """
        ---

        To refuse this, close it: it is remembered, and not proposed again. To change it, push to its branch: the deployer then \
        leaves the branch alone. Once it is merged, the deployer deploys it, says here what came of it, and deletes the branch.

        Feedback \(Markdown.code(Scrub.line(feedback.id, most: 100))), tried and proposed by codex-deployer.
        """
    }

    private static func list<Item>(_ items: [Item], most: Int, _ text: (Item) -> String) -> [String] {
        var lines = items.prefix(most).map { "- " + text($0) }
        if items.count > most { lines.append("- … and \(items.count - most) more") }
        return lines
    }
}
