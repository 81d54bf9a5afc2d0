import Foundation

/// A table of a page that is measured and not written by hand: it stands between `<!-- NAME -->` and `<!-- /NAME -->`.
package struct DocumentTable: Sendable {
    package let page: String
    package let name: String

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// - Parameters:
    ///   - page: below `Documentation`, with its suffix.
    ///   - name: of the table in it.
    package init(page: String, name: String) {
        self.page = page
        self.name = name
    }

    /// Set to rewrite what is measured: `DEPLOYER_WRITE_TABLES=1`.
    package static var isWriting: Bool { ProcessInfo.processInfo.environment["DEPLOYER_WRITE_TABLES"] == "1" }

    private var url: URL { Self.root.appending(path: "Documentation/\(page)") }

    /// What stands on the page now; nil where the marks are missing.
    package var text: String? {
        guard let all = try? String(contentsOf: url, encoding: .utf8), let range = range(in: all) else { return nil }
        return String(all[range])
    }

    package func write(_ text: String) throws {
        var all = try String(contentsOf: url, encoding: .utf8)
        guard let range = range(in: all) else { throw CocoaError(.fileReadCorruptFile) }
        all.replaceSubrange(range, with: text)
        try Data(all.utf8).write(to: url)
    }

    private func range(in all: String) -> Range<String.Index>? {
        guard let begin = all.firstRange(of: "<!-- \(name) -->\n"),
            let end = all[begin.upperBound...].firstRange(of: "<!-- /\(name) -->")
        else { return nil }
        return begin.upperBound..<end.lowerBound
    }

    package static func markdown(_ head: [String], _ rows: [[String]]) -> String {
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}
