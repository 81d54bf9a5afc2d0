/// A file that a change touches.
package struct ChangedFile: Sendable, Codable, Hashable {
    package enum Kind: String, Sendable, Codable, Hashable { case added, changed, removed }
    package var path: String
    package var kind: Kind
    package init(_ path: String, _ kind: Kind = .changed) {
        self.path = path
        self.kind = kind
    }
}

/// The commit message where no coder wrote one: a plain sentence from the change.
package enum ChangeSentence {
    /// - Parameter subject: what the files belong to, mostly a service's name.
    package static func of(_ files: [ChangedFile], in subject: String) -> String {
        let kinds: [ChangedFile.Kind] = [.changed, .added, .removed]
        let groups = kinds.map { kind in (kind, files.filter { $0.kind == kind }) }.filter { !$0.1.isEmpty }
        guard let first = groups.first else { return fitting(["Change \(subject)", "Change nothing"]) }
        if groups.count == 1 {
            let names = first.1.map { $0.path.split(separator: "/").last.map(String.init) ?? $0.path }
            var choices = [String]()
            if first.1.count == 1 { choices.append("\(verb(first.0)) \(first.1[0].path)") }
            if first.1.count <= 3 { choices.append("\(verb(first.0)) \(list(names)) in \(subject)") }
            return fitting(choices + ["\(verb(first.0)) \(count(first.1.count)) in \(subject)", verb(first.0)])
        }
        let parts = groups.enumerated().map { index, group in
            let word = verb(group.0)
            return "\(index == 0 ? word : word.lowercased()) \(group.1.count)"
        }
        let sum = files.count == 1 ? "file" : "files"
        return fitting(["\(list(parts)) \(sum) in \(subject)", "\(list(parts)) \(sum)"])
    }

    private static func verb(_ kind: ChangedFile.Kind) -> String {
        switch kind {
        case .added: "Add"
        case .changed: "Change"
        case .removed: "Remove"
        }
    }
    private static func count(_ number: Int) -> String { number == 1 ? "a file" : "\(number) files" }
    private static func list(_ items: [String]) -> String {
        guard items.count > 1, let last = items.last else { return items.first ?? "" }
        return "\(items.dropLast().joined(separator: ", ")) and \(last)"
    }
    private static func fitting(_ choices: [String]) -> String {
        choices.first { $0.count <= CoderMessage.longestSubject }
            ?? String((choices.last ?? "Change").prefix(CoderMessage.longestSubject))
    }
}
