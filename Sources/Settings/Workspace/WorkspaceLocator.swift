package import Model

/// Decides which folder is the workspace: `--workspace`, else the current directory if it is one, else `/srv/deploy`.
package struct WorkspaceLocator: Sendable {
    /// The name of the remote a workspace must have; nil: what the folder's own `dispatcher.env` says, else `origin`.
    package var remote: String?
    package var fallback: String

    package init(remote: String? = nil, fallback: String = WorkspaceLayout.defaultRoot) {
        self.remote = remote
        self.fallback = fallback
    }

    /// - Parameters:
    ///   - option: what `--workspace` said; relative paths are relative to `currentDirectory`.
    ///   - currentDirectory: absolute.
    /// - Throws: `workspace.missing`, with how to make one.
    package func locate(option: String?, currentDirectory: String) throws(Failure) -> WorkspaceLayout {
        if let option {
            let path = option.hasPrefix("/") ? option : "\(currentDirectory)/\(option)"
            return try verified(path)
        }
        if case .workspace = examine(currentDirectory) { return WorkspaceLayout(root: currentDirectory) }
        do {
            return try verified(fallback)
        } catch {
            var failure = error
            failure.message = "neither the current directory nor \(fallback) is a workspace: \(failure.message)"
            throw failure
        }
    }

    private func verified(_ path: String) throws(Failure) -> WorkspaceLayout {
        let root = Self.normalised(path)
        let reason: String
        var remedy = "clone the repository with your services there (any git client: clone <url> \(root)), "
        remedy += "then run 'host init --workspace \(root)'; or name another folder with --workspace"
        switch examine(root) {
        case .workspace: return WorkspaceLayout(root: root)
        case .missing: reason = "there is no folder '\(root)'"
        case .noFolder: reason = "'\(root)' is no folder"
        case .noClone: reason = "'\(root)' is no git clone"
        case .noRemote:
            reason = "the clone at '\(root)' has no remote named '\(remote(of: root))'"
            remedy =
                "add it (any git client: remote add \(remote(of: root)) <url>), or set DISPATCHER_REMOTE to the one it has"
        }
        throw Failure(.workspaceMissing, reason, remedy: remedy)
    }

    enum Finding: Hashable { case workspace, missing, noFolder, noClone, noRemote }

    /// A workspace is a working tree with the remote configured.
    func examine(_ root: String) -> Finding {
        guard let folder = SmallFile.attributes(root) else { return .missing }
        guard folder.kind == .directory else { return .noFolder }
        guard let config = Self.configFile(of: root), let text = Self.text(config) else { return .noClone }
        return Self.names(text, remote: remote(of: root)) ? .workspace : .noRemote
    }

    /// A file that is wrong is complained of when the settings are read.
    private func remote(of root: String) -> String {
        if let remote { return remote }
        let file = try? EnvironmentFile.load(WorkspaceLayout(root: root).environmentFile)
        let named = file?.values[SettingTable[.remote].variable] ?? ""
        return named.isEmpty ? SettingTable[.remote].fallback?.text ?? "origin" : named
    }

    /// `.git/config`, or that of the repository which a `.git` file (a worktree, a submodule) points to.
    static func configFile(of root: String) -> String? {
        let dotGit = "\(root)/.git"
        guard let attributes = SmallFile.attributes(dotGit) else { return nil }
        var folder = dotGit
        if attributes.kind != .directory {
            guard let pointer = line(of: dotGit), pointer.hasPrefix("gitdir:") else { return nil }
            let target = trimmed(pointer.dropFirst("gitdir:".count))
            folder = target.hasPrefix("/") ? target : "\(root)/\(target)"
            if let common = line(of: "\(folder)/commondir") {
                folder = common.hasPrefix("/") ? common : "\(folder)/\(common)"
            }
        }
        return SmallFile.attributes("\(folder)/config") != nil ? "\(folder)/config" : nil
    }

    /// Whether git's configuration has a section `[remote "name"]`.
    static func names(_ config: String, remote: String) -> Bool {
        config.split(whereSeparator: \.isNewline).contains { line in
            let line = trimmed(line)
            guard line.hasPrefix("["), let quote = line.firstIndex(of: "\"") else { return false }
            let section = trimmed(line[line.index(after: line.startIndex)..<quote]).lowercased()
            return section == "remote" && line[line.index(after: quote)...].hasPrefix("\(remote)\"]")
        }
    }

    private static func line(of file: String) -> String? {
        text(file)?.split(whereSeparator: \.isNewline).first.map { trimmed($0) }
    }

    private static func text(_ file: String) -> String? {
        (try? SmallFile.read(file, limit: 1 << 20)).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// Without `.`, `..` and doubled slashes.
    static func normalised(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
