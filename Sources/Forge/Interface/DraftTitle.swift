/// Forges without a member for drafts know them by the beginning of their title.
enum DraftTitle {
    private static let marks = ["draft:", "[draft]", "(draft)", "wip:", "[wip]"]

    static func marked(_ title: String, with mark: String) -> String { mark + plain(title) }

    static func isMarked(_ title: String) -> Bool {
        let lower = title.lowercased()
        return marks.contains { lower.hasPrefix($0) }
    }

    static func plain(_ title: String) -> String {
        var rest = title[...]
        while let mark = marks.first(where: { rest.lowercased().hasPrefix($0) }) {
            rest = rest.dropFirst(mark.count).drop { $0 == " " }
        }
        return String(rest)
    }
}
