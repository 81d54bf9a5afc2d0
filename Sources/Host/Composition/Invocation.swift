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

    /// The configuration of origin's branch as it was fetched last, or of HEAD, and the settings under it.
    ///
    /// The branch to look at may itself be set in the file; what the file of the default branch says decides.
    /// - Throws: `config.tracked` when `dispatcher.env` came by git.
    func configuration(of repository: GitRepository) async throws(Failure) -> (
        store: ConfigurationStore, settings: DaemonSettings
    ) {
        try await MachineFiles.check(repository)
        let store = ConfigurationStore(
            memory: "\(layout.own)/deployer.last-good.yaml", isReadOnly: !keepsConfiguration)
        let first = try settings(under: store.current)
        var revision = try await repository.revision(of: "refs/remotes/\(first.remote)/\(first.branch)")
        if revision == nil { revision = try await repository.revision(of: "HEAD") }
        guard let revision else { return (store, first) }
        let bytes = try await repository.content(of: WorkspaceLayout.configurationName, in: revision)
        _ = store.load(bytes)
        return (store, try settings(under: store.current))
    }
}
