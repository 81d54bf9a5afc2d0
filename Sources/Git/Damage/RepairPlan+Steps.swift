package import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension RepairPlan {
    /// Moves the damaged repository beside its old place.
    /// - Returns: its new path: `.git.damaged-20261123-125400` in the checkout, or the same beside a bare one.
    package func setAside(at time: Timestamp = .now) async throws(Failure) -> String {
        let from = gitDirectory
        return try await GitThread(label: "git repair \(path)").run {
            Result { () throws(Failure) in
                let candidate = try FileStatus.freeName(for: "\(from).damaged-\(time.compact)")
                guard rename(from, candidate) == 0 else { throw .files("move aside", from) }
                return candidate
            }
        }
    }

    /// Makes an empty repository in the old one's place, with its configuration and remotes.
    package func prepare() async throws(Failure) -> GitRepository {
        let repository = try await GitRepository.initialise(path, isBare: isBare, branch: branch)
        if let configuration { try await repository.write(configuration, to: "config") }
        if let excludes { try await repository.write(excludes, to: "info/exclude") }
        try await repository.reopen()
        for (name, url) in remotes where try await repository.url(ofRemote: name) != url {
            try await repository.setRemote(name, url: url)
        }
        return repository
    }

    /// Sets the branch and makes the index, once the commits have been fetched. The branch returns to where it was if that
    /// is part of the history of `tip`, so that the checkout's files still belong to it; else it is set to `tip`, and what the
    /// files have of their own shows as changes.
    /// - Returns: where the branch is now.
    @discardableResult
    package func finish(_ repository: GitRepository, at tip: Revision) async throws(Failure) -> Revision {
        var position = tip
        if let revision, await repository.contains(revision),
            try await repository.isAncestor(revision, of: tip)
        {
            position = revision
        }
        try await repository.update(
            "refs/heads/\(branch)", to: position, expecting: .anything, reason: "made anew after damage")
        if !isBare { try await repository.rebuildIndex() }
        return position
    }
}

extension GitRepository {
    /// Whether the commit (or any object) is here.
    package func contains(_ id: ObjectID) -> Bool {
        (try? session.size(OID(id))) != nil
    }

    fileprivate func write(_ content: [UInt8], to file: String) throws(Failure) {
        let path = "\(gitDirectory)/\(file)"
        if let slash = path.lastIndex(of: "/") { try SmallFile.makeFolder(String(path[..<slash])) }
        try SmallFile.replace(path, with: content)
    }
}
