package import Model

/// How a damaged clone is replaced: the old one is moved aside, a new one is prepared in its place, filled by a fetch, and
/// finished. Files of the checkout are never touched.
///
///     let plan = try await RepairPlan(for: path, damages: damages)
///     let old = try await plan.setAside()
///     let repository = try await plan.prepare()
///     // fetch all branches of every remote into `repository`
///     try await plan.finish(repository, at: tip)
package struct RepairPlan: Hashable, Sendable {
    /// Root of the clone.
    package let path: String
    /// What is moved aside: `.git`, or the whole folder when it is bare.
    package let gitDirectory: String
    package let isBare: Bool
    package let damages: [GitDamage]
    /// URLs by name, as far as the old configuration can still be read.
    package let remotes: [String: String]
    /// The branch HEAD was on; `main` where it cannot be read any more.
    package let branch: String
    /// Where that branch was, if it can be told.
    package let revision: Revision?
    /// The old configuration file, kept as it is when it can be read.
    let configuration: [UInt8]?
    let excludes: [UInt8]?

    /// - Throws: `git.not-a-repository`, and `git.damaged` for a worktree of another repository, which is to be repaired there.
    package init(for path: String, damages: [GitDamage]) async throws(Failure) {
        let thread = GitThread(label: "git repair \(path)")
        self = try await thread.run { Result { () throws(Failure) in try RepairPlan(reading: path, damages) } }
    }

    private init(reading path: String, _ damages: [GitDamage]) throws(Failure) {
        let layout = try RepositoryLayout(path)
        guard layout.gitDirectory == layout.commonDirectory, layout.isBare || layout.gitDirectory == path + "/.git"
        else {
            throw .damaged("'\(path)' is a worktree of '\(layout.commonDirectory)', which is damaged")
        }
        self.path = path
        self.damages = damages
        gitDirectory = layout.gitDirectory
        isBare = layout.isBare
        let isReadable = !damages.contains { $0.kind == .unreadableConfiguration }
        let text = try SmallFile.read(layout.gitDirectory + "/config") ?? []
        configuration = isReadable && !text.isEmpty ? text : nil
        excludes = try SmallFile.read(layout.gitDirectory + "/info/exclude")
        remotes = Self.remotes(in: String(decoding: text, as: UTF8.self))
        let head = String(decoding: try SmallFile.read(layout.gitDirectory + "/HEAD") ?? [], as: UTF8.self)
        let prefix = "ref: refs/heads/"
        let named = head.hasPrefix(prefix) ? head.dropFirst(prefix.count).filter { !$0.isNewline } : ""
        branch = named.isEmpty ? "main" : named
        let tip = try SmallFile.read("\(layout.gitDirectory)/refs/heads/\(branch)") ?? []
        revision = Revision(String(decoding: tip, as: UTF8.self).filter { !$0.isNewline })
    }

    /// Read line by line, because the file may be damaged further down.
    private static func remotes(in configuration: String) -> [String: String] {
        var found: [String: String] = [:]
        var section: String?
        for line in configuration.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            if line.hasPrefix("[") {
                let name = line.dropFirst("[remote \"".count).prefix { $0 != "\"" }
                section = line.hasPrefix("[remote \"") ? String(name) : nil
            } else if let section, let equals = line.firstIndex(of: "="),
                line[..<equals].filter({ !$0.isWhitespace }) == "url"
            {
                let value = line[line.index(after: equals)...].filter { !$0.isWhitespace && $0 != "\"" && $0 != "\0" }
                if !value.isEmpty { found[section] = value }
            }
        }
        return found
    }
}
