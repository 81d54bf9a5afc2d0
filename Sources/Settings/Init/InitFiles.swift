package import Model

/// What `host init` writes: commented files that say everything and change nothing. What exists is never touched.
package struct InitFiles: Sendable {
    /// What became of one file.
    package struct Result: Hashable, Sendable {
        package enum Action: String, Sendable { case written, extended, kept }
        /// Relative to the workspace.
        package var file: String
        package var action: Action
    }

    package init() {}

    /// - Throws: `config.unreadable` when a file cannot be made.
    package func write(_ layout: WorkspaceLayout) throws(Failure) -> [Result] {
        var results: [Result] = []
        // The ignore entry first: between the two the secrets' file must not be offered to a commit.
        results.append(try ignore(layout))
        let files = [
            (WorkspaceLayout.configurationName, layout.configurationFile, deployerYAML, UInt32(0o644)),
            (WorkspaceLayout.environmentName, layout.environmentFile, Self.dispatcherEnv, UInt32(0o600)),
        ]
        for (name, path, text, permissions) in files {
            let isNew = try SmallFile.create(path, text, permissions: permissions)
            results.append(.init(file: name, action: isNew ? .written : .kept))
        }
        return results
    }

    /// Adds what is missing to the clone's own exclude file, or to `.gitignore` where the clone has none.
    private func ignore(_ layout: WorkspaceLayout) throws(Failure) -> Result {
        let info = "\(layout.root)/.git/info"
        let isOwn = SmallFile.attributes(info)?.kind == .directory
        let name = isOwn ? ".git/info/exclude" : ".gitignore"
        let path = "\(layout.root)/\(name)"
        var present: Set<Substring> = []
        var text = ""
        for file in [path, "\(layout.root)/.gitignore"] {
            guard let (bytes, _) = try SmallFile.read(file, limit: 1 << 20) else { continue }
            let content = String(decoding: bytes, as: UTF8.self)
            if file == path { text = content }
            present.formUnion(content.split(whereSeparator: \.isNewline))
        }
        let missing = WorkspaceLayout.ignored.filter { entry in
            let plain = entry.split(separator: "/").joined(separator: "/")
            return !["\(entry)", "/\(plain)", plain, "\(plain)/"].contains { present.contains(Substring($0)) }
        }
        guard !missing.isEmpty else { return Result(file: name, action: .kept) }
        let separator = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
        let lines = (["# codex-deployer: machine-local settings, state, logs, the inbox and plugins"] + missing)
        try SmallFile.append(path, separator + lines.joined(separator: "\n") + "\n")
        return Result(file: name, action: text.isEmpty ? .written : .extended)
    }
}
