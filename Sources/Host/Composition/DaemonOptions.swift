import Git
import Model
import Pipeline
import Repair
import Settings

/// Every setting the daemon works by, resolved and typed; where each came from is `Settings`' business.
struct DaemonOptions: Sendable, Hashable {
    var interval: Duration = .seconds(60)
    /// Share of the interval by which polls are spread, 0...1.
    var jitter = 0.1
    var remote = "origin"
    var branch = "main"
    var gitDeadline: Duration = .seconds(60)
    /// A clone of a large repository may take this long while it moves; `gitDeadline` is how long it may stand still.
    var longestTransfer: Duration { gitDeadline * 60 }
    var followsForcePush = false
    var credential = RemoteCredential.none
    /// Of a GitHub App, which come before `credential` at the workspace's own server.
    var appTokens: AppTokens?
    /// Servers beside the workspace's own that may see `credential`.
    var tokenHosts: [String] = []
    var sshCredential: RemoteCredential?
    var authorityFile: String?
    var knownHosts: [String] = []
    var identity = Identity(name: "codex-deployer", email: "codex-deployer@localhost")

    /// How many services may be in a stage at one time.
    var parallel = 2
    var stageTimeouts: [Stage: Duration] = [:]
    var defaultStageTimeout: Duration = .seconds(1800)
    var shutdownGrace: Duration = .seconds(90)

    /// nil keeps logs to this machine.
    var logBranch: String? = "deployer/logs"
    var logBranchCycles = 50
    var keptLogs = 200
    var keptLogBytes: Int64 = 1 << 30
    /// Of one stage's output, and of a cycle's build log.
    var logFileBytes = 64 << 20
    var keptCycles = 1000

    var pluginDirectories: [String] = []
    /// SHA-256 digests of plugins that came by git and may be loaded; empty admits none of those.
    var allowedDigests: Set<String> = []

    var repair = RepairEngine.Options()
    var feedbackLimit = 1_000_000
    /// What plugins find among a service's options where the service says nothing.
    var pluginSettings: [String: JSONValue] = [:]
    /// What is done with what only serves a folder's own service.
    var companions = CompanionPolicy()
    /// Everything that a commit may say, with what others than the daemon's parts above work by: coders, health, views.
    var ofCommits: [Setting.ID: SettingValue] = [:]
    /// The daemon's own secrets, hidden wherever they would be printed.
    var secrets: [String] = []

    func timeout(of stage: Stage, for service: Service) -> Duration {
        service.timeout(of: stage, default: stageTimeouts[stage] ?? defaultStageTimeout)
    }
}
