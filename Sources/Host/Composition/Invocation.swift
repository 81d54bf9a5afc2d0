import Git
import Model
import Settings

/// What a command was started with: the workspace, the flags and the environment.
struct Invocation: Sendable {
    let layout: WorkspaceLayout
    let flags: [Setting.ID: String]
    let environment: [String: String]
    let binaries: Binaries
    /// Whether the last good configuration is written down. The daemon's alone: a command that only looks may be another
    /// user's, whose files the daemon could not read.
    var keepsConfiguration = false

    /// Every setting under a configuration, `dispatcher.env` read anew.
    func settings(under configuration: DeployerConfiguration) throws(Failure) -> DaemonSettings {
        let file = try EnvironmentFile.load(layout.environmentFile)
        do throws(ConfigurationProblems) {
            return try SettingsResolver(
                flags: flags, environment: environment, environmentFile: file, configuration: configuration
            ).resolve()
        } catch {
            throw error.failure
        }
    }

    /// The configuration in force as the clone knows it, and the settings under it.
    ///
    /// Which branch is followed is for the default branch's file to say: the file of the branch that it names may not
    /// say anything else, or each would lead to the other. `home` is that first file's configuration where it names
    /// another branch; nil where the default branch is followed.
    /// - Throws: `config.tracked` when `dispatcher.env` came by git.
    func configuration(of repository: GitRepository) async throws(Failure) -> (
        store: ConfigurationStore, settings: DaemonSettings, home: DeployerConfiguration?
    ) {
        try await MachineFiles.check(repository)
        let base = try settings(under: .none)
        let first = store("deployer.home.yaml")
        try await load(first, from: repository, branch: base.branch)
        let chosen = try settings(under: first.current)
        let store = store("deployer.last-good.yaml")
        try await load(store, from: repository, branch: chosen.branch)
        let home = chosen.branch == base.branch ? nil : first.current
        return (store, try settings(under: store.current, home: home), home)
    }

    private func store(_ memory: String) -> ConfigurationStore {
        ConfigurationStore(memory: "\(layout.own)/\(memory)", isReadOnly: !keepsConfiguration)
    }

    /// Every setting under a configuration, but the branch as `home` has it.
    func settings(under configuration: DeployerConfiguration, home: DeployerConfiguration?) throws(Failure)
        -> DaemonSettings
    {
        try settings(under: home.map { configuration.taking(.branch, from: $0) } ?? configuration)
    }

    private func load(_ store: ConfigurationStore, from repository: GitRepository, branch: String)
        async throws(Failure)
    {
        guard let revision = try await revision(in: repository, branch: branch, under: store) else { return }
        _ = store.load(try await repository.content(of: WorkspaceLayout.configurationName, in: revision))
    }

    /// The commit that the daemon works on: a force push that it does not follow decides nothing.
    func revision(in repository: GitRepository, branch: String, under store: ConfigurationStore)
        async throws(Failure) -> Revision?
    {
        let known = try settings(under: store.current)
        let fetched = try await repository.revision(of: "refs/remotes/\(known.remote)/\(branch)")
        guard let followed = try await repository.revision(of: Origin.followed(branch)) else {
            if let fetched { return fetched }
            return try await repository.revision(of: "HEAD")
        }
        guard let fetched, fetched != followed else { return followed }
        if known.followsForcePush { return fetched }
        switch try await repository.relation(of: fetched, to: followed) {
        case .ahead, .same: return fetched
        case .behind, .diverged, .unrelated: return followed
        }
    }
}
