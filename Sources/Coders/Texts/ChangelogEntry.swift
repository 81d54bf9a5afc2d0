import Diagnostics

/// Puts one line into a CHANGELOG.md of the form that keepachangelog.com (1.1.0) describes. Nothing else in the file changes.
package struct ChangelogEntry: Sendable, Hashable {
    /// In the order in which the form lists them.
    package enum Section: String, Sendable, Hashable, CaseIterable {
        case added = "Added"
        case changed = "Changed"
        case deprecated = "Deprecated"
        case removed = "Removed"
        case fixed = "Fixed"
        case security = "Security"
    }

    package var text: String
    package var section: Section

    /// - Returns: nil where nothing is left of the text.
    package init?(_ text: String, section: Section = .fixed) {
        guard let line = Self.line(text) else { return nil }
        self.text = line
        self.section = section
    }

    /// One line without marks of lists, headings and fences.
    package static func line(_ text: String) -> String? {
        let words = TextScrubber.scrub(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let marks: Set<Character> = ["#", "*", "-", ">", "`", " "]
        let line = words.drop { marks.contains($0) }
        guard !line.isEmpty else { return nil }
        return line.count > 300 ? "\(line.prefix(299))…" : String(line)
    }

    /// The file with the entry; the same file where it is there already.
    /// - Parameter file: nil where there is none yet.
    package func added(to file: String?) -> String {
        guard let file, !file.allSatisfy(\.isWhitespace) else {
            return "# Changelog\n\n## [Unreleased]\n\n### \(section.rawValue)\n\n- \(text)\n"
        }
        var outline = ChangelogOutline(file)
        let entry = "- \(text)"
        guard let unreleased = outline.unreleased else {
            let place = outline.firstRelease ?? outline.end
            var block = ["## [Unreleased]", "", "### \(section.rawValue)", "", entry, ""]
            if place > 0, !outline.isBlank(place - 1) { block.insert("", at: 0) }
            if outline.firstRelease == nil, outline.end == outline.count { block.removeLast() }
            outline.insert(block, at: place)
            return outline.file
        }
        if let found = outline.sections.first(where: { $0.name.lowercased() == section.rawValue.lowercased() }) {
            if found.range.contains(where: { outline.text(of: $0) == entry }) { return file }
            let end = outline.lastWord(in: found.range)
            outline.insert(end == found.range.lowerBound ? ["", entry] : [entry], at: end + 1)
            return outline.file
        }
        // Before the first section that the form lists later; else at the end of what is unreleased.
        let later = Section.allCases.drop { $0 != section }.dropFirst().map { $0.rawValue.lowercased() }
        let block = ["### \(section.rawValue)", "", entry]
        if let next = outline.sections.first(where: { later.contains($0.name.lowercased()) }) {
            outline.insert(block + [""], at: next.range.lowerBound)
        } else {
            outline.insert([""] + block, at: outline.lastWord(in: unreleased) + 1)
        }
        return outline.file
    }
}
