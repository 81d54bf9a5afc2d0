package import Model

/// A finding at a place in the repository.
package struct Annotation: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable { case notice, warning, failure }

    /// Relative to the repository's root.
    package var path: String
    /// From 1.
    package var line: Int
    /// From 1; nil where only the line is known.
    package var column: Int?
    package var level: Level
    package var title: String
    package var message: String

    /// A finding's, where it has a line of a file in the repository; nil otherwise.
    /// - Parameter folder: the service's, relative to the repository's root; empty for the root itself.
    package init?(_ diagnostic: Diagnostic, folder: String) {
        guard let location = diagnostic.location, let line = location.line, line > 0,
            let path = Self.path(location.file, in: folder)
        else { return nil }
        self.path = path
        self.line = line
        column = location.column.flatMap { $0 > 0 ? $0 : nil }
        level =
            switch diagnostic.severity {
            case .note, .remark: .notice
            case .warning: .warning
            case .error, .fatal: .failure
            }
        title = Scrub.line(diagnostic.group.map { "\(diagnostic.code) [\($0)]" } ?? diagnostic.code, most: 255)
        var words = [diagnostic.message] + [diagnostic.detail].compactMap { $0 }
        words += diagnostic.notes.map { "\($0.location.map { "\($0): " } ?? "")note: \($0.message)" }
        // GitHub takes 64 KB, and refuses an empty one.
        message = Scrub.text(words.joined(separator: "\n"), bytes: 60_000)
        if message.isEmpty { message = title }
    }

    /// Errors first; each place and message once.
    package static func of(_ diagnostics: [Diagnostic], folder: String) -> [Annotation] {
        var seen: Set<Annotation> = []
        let all = diagnostics.compactMap { Annotation($0, folder: folder) }.filter { seen.insert($0).inserted }
        return [Level.failure, .warning, .notice].flatMap { level in all.filter { $0.level == level } }
    }

    private static func path(_ file: String, in folder: String) -> String? {
        guard !file.hasPrefix("/") else { return nil }
        var parts: [Substring] = []
        for part in folder.split(separator: "/") + file.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }
}
