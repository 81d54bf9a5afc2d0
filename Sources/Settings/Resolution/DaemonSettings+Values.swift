package import Model

/// The settings by name and type; `SettingTable` says what each is for.
extension DaemonSettings {
    package enum LogFormat: String, Sendable { case auto, plain, json }
    /// What a repair may touch besides a service's sources.
    package enum RepairPermission: String, Sendable, CaseIterable { case tests, manifests, executables, configuration }

    // The daemon
    package var interval: Duration { duration(.interval) }
    /// Share of the interval, 0...0.5.
    package var jitter: Double { Double(integer(.jitter)) / 100 }
    package var parallel: Int { integer(.parallel) }
    package var shutdownGrace: Duration { duration(.shutdownGrace) }

    // Git
    package var branch: String { text(.branch) ?? "main" }
    package var remote: String { text(.remote) ?? "origin" }
    package var gitDeadline: Duration { duration(.gitDeadline) }
    package var followsForcePush: Bool { boolean(.followForcePush) }
    package var token: String? { text(.token) }
    /// Servers beside the workspace's own that may see the token.
    package var tokenHosts: [String] { list(.tokenHosts) }
    package var gitUsername: String { text(.gitUsername) ?? "x-access-token" }
    package var userName: String { text(.userName) ?? "codex-deployer" }
    package var userEmail: String { text(.userEmail) ?? "codex-deployer@localhost" }
    package var caFile: String? { text(.caFile) }
    package var sshKey: String? { text(.sshKey) }
    package var sshPassphrase: String? { text(.sshPassphrase) }
    /// nil: the usual files.
    package var knownHosts: String? { text(.knownHosts) }

    // Stages
    /// For services that set no timeout of their own; a stage nobody has heard of may take as long as a build.
    package func timeout(of stage: Stage) -> Duration {
        switch stage {
        case .test: duration(.testTimeout)
        case .deploy: duration(.deployTimeout)
        case .restart: duration(.restartTimeout)
        case .health: duration(.healthTimeout)
        case .rollback: duration(.rollbackTimeout)
        case .plan: duration(.planTimeout)
        default: duration(.buildTimeout)
        }
    }
    package var keptReleases: Int { integer(.keepReleases) }
    package var buildsDocker: Bool { boolean(.buildDocker) }
    package var runsEndToEnd: Bool { boolean(.runEndToEnd) }

    // Health
    package var probeInterval: Duration { duration(.probeInterval) }
    package var probeTimeout: Duration { duration(.probeTimeout) }
    package var probeAttempts: Int { integer(.probeAttempts) }

    // Logs
    package var logFormat: LogFormat { text(.logFormat).flatMap(LogFormat.init) ?? .auto }
    package var keptLogs: Int { integer(.keepLogs) }
    package var logBytes: Int { integer(.logBytes) }
    package var logFileBytes: Int { integer(.logFileBytes) }
    package var publishesLogs: Bool { boolean(.publishLogs) }
    package var logBranch: String { text(.logBranch) ?? "deployer/logs" }
    package var logBranchCycles: Int { integer(.logBranchCycles) }

    // Repair
    package var usesPullRequests: Bool { boolean(.usePullRequests) }
    package var repairBranchPrefix: String { text(.repairBranchPrefix) ?? "codex/" }
    package var feedbackBytes: Int { integer(.feedbackBytes) }
    package var repairPermissions: Set<RepairPermission> { Set(list(.repairAllow).compactMap(RepairPermission.init)) }
    package var repairFiles: Int { integer(.repairFiles) }
    package var triesFixIts: Bool { boolean(.fixIts) }
    package var verificationConfinement: VerificationConfinement {
        text(.verifySandbox).flatMap(VerificationConfinement.init) ?? .auto
    }
    package var verificationFolders: [String] { list(.verifyFolders) }
    /// `auto`, `none` or a forge's name.
    package var forge: String { text(.forge) ?? "auto" }
    package var forgeAPI: String? { text(.forgeAPI) }
    /// The GitHub App that the daemon comes as; nil where none is named, or it has no key.
    package var gitHubApp: GitHubAppSettings? {
        guard let id = text(.gitHubApp), let file = text(.gitHubAppKey) else { return nil }
        let installation = integer(.gitHubAppInstallation)
        return GitHubAppSettings(id: id, keyFile: file, installation: installation > 0 ? installation : nil)
    }
    package var committedActions: Set<String> { Set(list(.committedActions)) }

    // Web
    /// Where agents may ask over HTTP; nil: nowhere. Of an IPv6 address without its brackets.
    package var webListen: (host: String, port: Int)? {
        text(.webListen).flatMap { Endpoint($0) }.map { ($0.host, $0.port) }
    }
    package var webTokens: [AccessTokenText] { list(.webTokens).compactMap { AccessTokenText($0) } }
    package var webOrigins: [String] { list(.webOrigins) }
    /// What the forge signs its webhooks with; nil: none are taken.
    package var webhookSecret: String? { text(.webhookSecret) }

    // Plugins
    /// Searched before the usual folders; as they were written.
    package var pluginDirectories: [String] { list(.pluginDirectories) }
    package var pluginDigests: Set<String> { Set(list(.pluginDigests)) }
    /// Ids of plugins that may see secrets in plain text.
    package var plainSecretPlugins: Set<String> { Set(list(.plainSecretPlugins)) }
    /// Folders of the files that a reference in `deployer.yaml` may name.
    package var credentialFolders: [String] { list(.credentialFolders) }
    /// Variables that hold the daemon's own credentials: no reference of a commit leads to them.
    package static let ownSecrets = Set(SettingTable.all.filter(\.isSensitive).map(\.variable))
}
