import Git
import Model
import Pipeline
import Repair
import Settings

extension DaemonOptions {
    /// The typed settings as the daemon's parts want them.
    init(_ settings: DaemonSettings) {
        ofCommits = settings.ofCommits
        interval = settings.interval
        jitter = settings.jitter
        remote = settings.remote
        branch = settings.branch
        gitDeadline = settings.gitDeadline
        followsForcePush = settings.followsForcePush
        authorityFile = settings.caFile
        knownHosts = settings.knownHosts.map { [$0] } ?? []
        if let token = settings.token {
            credential = .token(token, username: settings.gitUsername)
        }
        appTokens = AppTokens(settings)
        tokenHosts = settings.tokenHosts
        sshCredential = settings.sshKey.map { .sshKey(path: $0, passphrase: settings.sshPassphrase) }
        identity = Identity(name: settings.userName, email: settings.userEmail)
        parallel = settings.parallel
        for stage in [Stage.build, .test, .deploy, .restart, .health, .rollback, .plan] {
            stageTimeouts[stage] = settings.timeout(of: stage)
        }
        shutdownGrace = settings.shutdownGrace
        logBranch = settings.publishesLogs ? settings.logBranch : nil
        logBranchCycles = settings.logBranchCycles
        keptLogs = settings.keptLogs
        keptLogBytes = Int64(settings.logBytes)
        logFileBytes = settings.logFileBytes
        pluginDirectories = settings.pluginDirectories
        allowedDigests = settings.pluginDigests
        feedbackLimit = settings.feedbackBytes
        secrets = settings.secrets
        repair.proposes = settings.usesPullRequests
        repair.branchPrefix = settings.repairBranchPrefix
        repair.policy.maximumFiles = settings.repairFiles
        repair.policy.allowsTests = settings.repairPermissions.contains(.tests)
        repair.policy.allowsManifests = settings.repairPermissions.contains(.manifests)
        repair.policy.allowsExecutables = settings.repairPermissions.contains(.executables)
        repair.policy.allowsConfiguration = settings.repairPermissions.contains(.configuration)
        repair.committedActions = Set(
            settings.committedActions.compactMap { Feedback.Action(rawValue: $0) })
        companions = CompanionPolicy(buildsImages: settings.buildsDocker, runsEndToEnd: settings.runsEndToEnd)
        pluginSettings = [
            "build_docker": .bool(settings.buildsDocker), "run_e2e": .bool(settings.runsEndToEnd),
            "keep_releases": .integer(Int64(settings.keptReleases)),
        ]
    }

    /// A remote with the credential that fits it: an ssh key says nothing to a web server, and the token is for the
    /// workspace's own server and those the operator named, not for whatever a commit wrote into `deployer.yaml`.
    ///
    /// - Parameter home: the workspace's own remote.
    /// - Throws: `git.plain-http`, `git.url-invalid`.
    func remote(_ name: String, at url: RemoteURL, home: RemoteURL) throws(Failure) -> GitRemote {
        let token = appTokens?.credential(for: url, home: home, otherwise: credential) ?? credential
        let credential =
            url.isHTTP
            ? try TokenScope(home: home, hosts: tokenHosts).credential(token, for: url) : sshCredential ?? .none
        return GitRemote(
            name: name, url: url, credential: credential, authorityFile: authorityFile, knownHostsFiles: knownHosts)
    }
}
