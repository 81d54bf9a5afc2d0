import Git
import Model
import Repair
import Settings

extension DaemonOptions {
    /// The typed settings as the daemon's parts want them.
    init(_ settings: DaemonSettings) {
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
        pluginSettings = [
            "build_docker": .bool(settings.buildsDocker), "run_e2e": .bool(settings.runsEndToEnd),
            "keep_releases": .integer(Int64(settings.keptReleases)),
        ]
    }

    /// The credential that fits a URL: an ssh key says nothing to a web server.
    func credential(for url: RemoteURL) -> RemoteCredential {
        if url.isHTTP, case .token = credential { return credential }
        return url.isHTTP ? .none : sshCredential ?? .none
    }
}
