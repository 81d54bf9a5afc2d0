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
    /// The workspace's own remote: whose server may see the token.
    private let home: RemoteURL
    private let say: @Sendable (LogLine) -> Void
    private var open: [ServiceName: GitRepository] = [:]
    private var opening: [ServiceName: Task<Result<GitRepository, Failure>, Never>] = [:]

    init(
        layout: WorkspaceLayout, client: RemoteClient, poller: RefPoller, options: DaemonOptions, home: RemoteURL,
        say: @escaping @Sendable (LogLine) -> Void
    ) {
        self.layout = layout
        self.client = client
        self.poller = poller
        self.options = options
        self.home = home
        self.say = say
    }

    /// The mirror at the commit its remote has now.
    func current(_ service: Service) async throws(Failure) -> Mirror {
        guard let source = service.remote else {
            throw Failure(.init("git.remote"), "'\(service.name)' has no remote of its own")
        }
        let url = try RemoteURL(source.url, relativeTo: layout.root)
        let remote = try options.remote(service.name.text, at: url, home: home)
        let repository = try await repository(of: service, remote, branch: source.branch)
        let origin = Origin(
            repository: repository, remote: remote, client: client, poller: poller, branch: source.branch,
            identity: options.identity)
        let revision = try await origin.fetch(try await origin.poll())
        return Mirror(repository: repository, revision: revision)
    }

    /// Removes locks that nobody holds and merges packs, between two cycles. Returns what people should know.
    func tidy() async throws(Failure) -> [String] {
        var notes: [String] = []
        for (name, repository) in open.sorted(by: { $0.key < $1.key }) {
            for note in try await GitTidying.tidy(repository) { notes.append("\(name): \(note)") }
        }
        return notes
    }

    private func repository(of service: Service, _ remote: GitRemote, branch: String) async throws(Failure)
        -> GitRepository
    {
        if let known = open[service.name] { return known }
        // A verification and a cycle may ask at the same time; one of them clones.
        let task =
            opening[service.name]
            ?? Task {
                do throws(Failure) {
                    return .success(try await self.prepare(service.name, remote, branch: branch))
                } catch {
                    return .failure(error)
                }
            }
        opening[service.name] = task
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        opening[service.name] = nil
        let repository = try result.get()
        open[service.name] = repository
        return repository
    }

    /// The clone as it lies there when it is sound, else a new one. Looked at once, at its first use.
    private func prepare(_ name: ServiceName, _ remote: GitRemote, branch: String) async throws(Failure)
        -> GitRepository
    {
        let path = layout.clone(name)
        do throws(Failure) {
            for lock in try await GitRepository.removeStaleLocks(path) {
                say(LogLine("a lock that a killed process left was removed: \(lock)", level: .warning, service: name))
            }
            guard let damage = try await GitRepository.examine(path).first(where: \.needsNewClone) else {
                return try await GitRepository.open(path)
            }
            say(LogLine("its clone is damaged and made anew: \(damage)", level: .warning, service: name))
        } catch {
            guard error.code == .gitNotARepository || error.code == .gitDamaged else { throw error }
        }
        // A damaged one still serves what is checked out: it goes when the remote answers.
        _ = try await poller.tip(of: branch, at: remote)
        try Folder.make(layout.clones)
        try Folder.remove(path)
        _ = try await client.clone(remote, to: path, isBare: true, longest: options.longestTransfer)
        return try await GitRepository.open(path)
    }
}
