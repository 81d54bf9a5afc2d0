package import Git
package import Model

/// Brings the sources of a plugin to this machine, through libgit2 in its killable child.
package struct SourceFetch: Sendable {
    let client: RemoteClient
    /// The remote with the credential that fits it, by the same rules as for services.
    let remote: @Sendable (RemoteURL) throws(Failure) -> GitRemote
    /// How long a transfer may take while it moves.
    let longest: Duration

    package init(
        client: RemoteClient, longest: Duration,
        remote: @escaping @Sendable (RemoteURL) throws(Failure) -> GitRemote
    ) {
        self.client = client
        self.longest = longest
        self.remote = remote
    }

    /// A repository with everything that branches and tags of the remote lead to, and nothing else: a commit that only a
    /// fork or a pull request of the same server holds is not there, whoever names it.
    struct Fetched: Sendable {
        var repository: GitRepository
        var defaultBranch: String?
        var references: [String: Revision]
    }

    func fetch(_ url: RemoteURL, into folder: String) async throws(Failure) -> Fetched {
        let remote = try remote(url)
        let listing = try await client.listRefs(remote)
        let repository = try await GitRepository.initialise(folder, isBare: true)
        guard !listing.isEmpty else {
            throw Failure(.pluginRevision, "\(url) is empty", remedy: "push the plugin's sources there first")
        }
        _ = try await client.fetch(
            remote, into: folder, refspecs: ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], prune: false,
            tags: true, longest: longest)
        try await repository.reopen()
        var references: [String: Revision] = [:]
        for found in try await repository.references() {
            guard found.name.hasPrefix("refs/heads/") || found.name.hasPrefix("refs/tags/") else { continue }
            references[found.name] = found.revision
        }
        return Fetched(repository: repository, defaultBranch: listing.defaultBranch, references: references)
    }

    func choose(_ source: PluginSource, from fetched: Fetched) async throws(Failure) -> RevisionChoice {
        let repository = fetched.repository
        return try await RevisionChoice.of(
            source.revision, defaultBranch: fetched.defaultBranch, references: fetched.references, url: source.url
        ) { (text) throws(Failure) -> Revision? in
            do throws(Failure) {
                return try await repository.resolve(text)
            } catch {
                guard error.code.rawValue == "git.not-found" || error.code.rawValue == "git.invalid-name" else {
                    throw error
                }
                return nil
            }
        }
    }

    /// Where the reference of a pin is now, without fetching; nil where it is gone.
    package func tip(of reference: String, at url: RemoteURL) async throws(Failure) -> ObjectID? {
        let listing = try await client.listRefs(try remote(url))
        // An annotated tag is listed as itself and, peeled, with `^{}`.
        return listing["\(reference)^{}"] ?? listing[reference]
    }
}
