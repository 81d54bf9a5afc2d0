import Model

/// A path that an agent names, before anything is looked up by it.
enum SourcePath {
    /// What is never shown, whatever a commit holds: git's and the daemon's own, and the machine's secrets.
    private static let hidden: Set<String> = [".git", ".deployer", "dispatcher.env"]

    /// - Throws: `usage.path`.
    static func checked(_ path: String) throws(Failure) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) || path.contains("\\") {
            throw refused(path, "it holds a control character or a backslash")
        }
        guard !path.hasPrefix("/"), parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw refused(path, "it must be a plain path inside the workspace, without '.' and '..'")
        }
        // Some file systems know a name in other cases, and with dots and spaces behind it.
        for part in parts {
            var name = part.lowercased()
            while let last = name.last, last == "." || last == " " { name.removeLast() }
            if hidden.contains(name) || name == "git~1" { throw refused(path, "what is there is not for agents") }
        }
        return path
    }

    private static func refused(_ path: String, _ why: String) -> Failure {
        Failure(.init("usage.path"), "the path '\(path.prefix(200))' is refused: \(why)")
    }
}
