package import Model

extension ProposalText {
    /// At most 72 characters, one line, cut between words. Titles are no Markdown, but what stands in them becomes part of a
    /// merge's commit message, where forges do look for mentions and for issues to close: their marks are replaced by look-alikes.
    package static func title(of feedback: Feedback) -> String {
        let first = feedback.description.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        var line = Scrub.line(first, most: 1000)
        while let last = line.last, last == "." || last == " " { line.removeLast() }
        line = DraftTitle.plain(line)
        if line.isEmpty { line = "Apply the change of feedback \(Scrub.line(feedback.id, most: 40))" }
        return shortened(disarmed(line))
    }

    private static func disarmed(_ line: String) -> String {
        var made = ""
        var rest = line[...]
        while let character = rest.popFirst() {
            let next = rest.first
            switch character {
            case "@" where next.map(isWord) ?? false: made.append("＠")
            case "#" where next?.isNumber ?? false: made.append("＃")
            // GitLab's merge requests, and its quick actions.
            case "!" where next?.isNumber ?? false: made.append("！")
            case "/" where made.isEmpty: made.append("∕")
            default: made.append(character)
            }
        }
        // `GH-12`, and addresses of issues, mean an issue as well.
        return made.replacing("GH-", with: "GH ").replacing("://", with: ":∕∕")
    }

    private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    private static func shortened(_ line: String) -> String {
        guard line.count > 72 else { return line }
        let cut = line.prefix(71)
        let end = cut.lastIndex(of: " ").flatMap { cut.distance(from: cut.startIndex, to: $0) > 40 ? $0 : nil }
        return String(end.map { cut[..<$0] } ?? cut) + "…"
    }
}
