import Git
import Model
import Settings

/// Bare clones of services that have a repository of their own, fetched when they are looked at.
actor ServiceMirrors {
    struct Mirror: Sendable {
        var repository: GitRepository
        var revision: Revision
    }

    private let layout: WorkspaceLayout
    private let client: RemoteClient
    private let poller: RefPoller
    private let options: DaemonOptions
    private var open: [ServiceName: GitRepository] = [:]

    init(layout: WorkspaceLayout, client: RemoteClient, poller: RefPoller, options: DaemonOptions) {
        self.layout = layout
        self.client = client
        self.poller = poller
        self.options = options
    }

    /// The mirror at the commit its remote has now.
    func current(_ service: Service) async throws(Failure) -> Mirror {
        guard let source = service.remote else {
            throw Failure(.init("git.remote"), "'\(service.name)' has no remote of its own")
        }
        let url = try RemoteURL(source.url, relativeTo: layout.root)
        let remote = GitRemote(
            name: service.name.text, url: url, credential: options.credential(for: url),
            authorityFile: options.authorityFile, knownHostsFiles: options.knownHosts)
        let repository = try await repository(of: service, remote)
        let origin = Origin(
            repository: repository, remote: remote, client: client, poller: poller, branch: source.branch,
            identity: options.identity)
        let revision = try await origin.fetch(try await origin.poll())
        return Mirror(repository: repository, revision: revision)
    }

    private func repository(of service: Service, _ remote: GitRemote) async throws(Failure) -> GitRepository {
        if let known = open[service.name] { return known }
        let path = layout.clone(service.name)
        let repository: GitRepository
        do throws(Failure) {
            repository = try await GitRepository.open(path)
        } catch {
            guard error.code.rawValue == "git.not-a-repository" || error.code.rawValue == "git.damaged" else {
                throw error
            }
            try Folder.make(layout.clones)
            try Folder.remove(path)
            _ = try await client.clone(remote, to: path, isBare: true)
            repository = try await GitRepository.open(path)
        }
        open[service.name] = repository
        return repository
    }
}
