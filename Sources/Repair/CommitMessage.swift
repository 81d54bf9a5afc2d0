package import Model

/// The message of a repair's commit: the description as subject and body, then the trailers that find it again.
package enum CommitMessage {
    package static let feedbackTrailer = "Feedback-Id"
    package static let verifiedTrailer = "Verified-By"

    /// - Parameter verified: what was run and how it ended, such as `api: build ok, test ok (3 passed)`.
    package static func text(of feedback: Feedback, verified: String) -> String {
        // CR LF is one character, and no "\n".
        let lines = feedback.description.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(clean)
        let first = lines.first ?? ""
        let subject = shortened(first)
        var body = Array(lines.dropFirst())
        if subject != first { body = [first, ""] + body }
        while body.first?.isEmpty == true { body.removeFirst() }
        while body.last?.isEmpty == true { body.removeLast() }
        var text = subject + "\n"
        if !body.isEmpty { text += "\n" + body.joined(separator: "\n") + "\n" }
        return text
            + "\n\(feedbackTrailer): \(feedback.id)\n\(verifiedTrailer): codex-deployer (\(verified))\n"
    }

    /// The id in a message's last paragraph, if it has one.
    package static func feedbackID(in message: String) -> String? {
        let paragraphs = message.split(separator: "\n\n")
        guard let trailers = paragraphs.last else { return nil }
        for line in trailers.split(separator: "\n") where line.hasPrefix("\(feedbackTrailer): ") {
            return String(line.dropFirst(feedbackTrailer.count + 2))
        }
        return nil
    }

    /// Words by which continuous integration is told to leave a commit alone: GitHub, "Skipping workflow runs"; GitLab, "Skip a
    /// pipeline"; Azure Pipelines. What is proposed is to be judged by it.
    private static let switches = [
        "[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]", "[skip-ci]", "[ci-skip]",
        "[skip azurepipelines]", "[azurepipelines skip]", "[skip azpipelines]", "[azpipelines skip]", "***no_ci***",
    ]
    private static let skipTrailer = "skip-checks"

    /// A line of the description must not pass for a trailer of ours, switch off what judges the commit, nor hide control
    /// characters.
    private static func clean(_ line: Substring) -> String {
        var visible = String(line.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.map(Character.init))
        if switches.contains(where: visible.lowercased().contains) {
            visible = visible.replacing("[", with: "(").replacing("]", with: ")").replacing("***", with: "")
        }
        let isTrailer = [feedbackTrailer, verifiedTrailer, skipTrailer].contains {
            visible.lowercased().hasPrefix($0.lowercased() + ":")
        }
        return isTrailer ? "> " + visible : visible
    }

    /// At most 72 characters, cut between words.
    private static func shortened(_ line: String) -> String {
        guard line.count > 72 else { return line }
        let cut = line.prefix(71)
        let end = cut.lastIndex(of: " ").flatMap { cut.distance(from: cut.startIndex, to: $0) > 40 ? $0 : nil }
        return String(end.map { cut[..<$0] } ?? cut) + "…"
    }
}
