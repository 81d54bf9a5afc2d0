/// One setting of the daemon: a row of the table from which the parser, `host config`, `host init`, the manual and the schema
/// are made.
package struct Setting: Sendable, Identifiable {
    package enum ID: String, CaseIterable, Sendable, Hashable {
        case interval, jitter, parallel
        case shutdownGrace = "shutdown-grace"
        case branch, remote
        case gitDeadline = "git-deadline"
        case followForcePush = "follow-force-push"
        case token = "github-token"
        case tokenHosts = "token-hosts"
        case gitUsername = "git-username"
        case userName = "git-user-name"
        case userEmail = "git-user-email"
        case caFile = "ca-file"
        case sshKey = "ssh-key"
        case sshPassphrase = "ssh-passphrase"
        case knownHosts = "known-hosts"
        case buildTimeout = "build-timeout"
        case testTimeout = "test-timeout"
        case deployTimeout = "deploy-timeout"
        case restartTimeout = "restart-timeout"
        case healthTimeout = "health-timeout"
        case rollbackTimeout = "rollback-timeout"
        case planTimeout = "plan-timeout"
        case probeInterval = "probe-interval"
        case probeTimeout = "probe-timeout"
        case probeAttempts = "probe-attempts"
        case keepReleases = "keep-releases"
        case buildDocker = "build-docker"
        case runEndToEnd = "run-e2e"
        case logFormat = "log-format"
        case keepLogs = "keep-logs"
        case logBytes = "log-bytes"
        case logFileBytes = "log-file-bytes"
        case publishLogs = "publish-logs"
        case logBranch = "log-branch"
        case logBranchCycles = "log-branch-cycles"
        case usePullRequests = "use-prs"
        case repairBranchPrefix = "repair-branch-prefix"
        case feedbackBytes = "feedback-bytes"
        case repairAllow = "repair-allow"
        case repairFiles = "repair-files"
        case committedActions = "committed-actions"
        case fixIts = "fix-its"
        case verifySandbox = "verify-sandbox"
        case verifyFolders = "verify-folders"
        case forge
        case forgeAPI = "forge-api"
        case gitHubApp = "github-app"
        case gitHubAppInstallation = "github-app-installation"
        case gitHubAppKey = "github-app-key-file"
        case coder
        case coderModel = "coder-model"
        case coderEffort = "coder-effort"
        case coderCommand = "coder-command"
        case coderTimeout = "coder-timeout"
        case coderAttempts = "coder-attempts"
        case coderAttemptsPerHour = "coder-attempts-per-hour"
        case coderPromptTokens = "coder-prompt-tokens"
        case coderOutputTokens = "coder-output-tokens"
        case coderChangelog = "coder-changelog"
        case openAIKey = "openai-api-key"
        case webListen = "web-listen"
        case webTokens = "web-tokens"
        case webOrigins = "web-origins"
        case webhookSecret = "webhook-secret"
        case openAIBaseURL = "openai-base-url"
        case coderRequestsPerHour = "coder-requests-per-hour"
        case coderRequestsPerFailure = "coder-requests-per-failure"
        case coderTokensPerHour = "coder-tokens-per-hour"
        case coderTokensPerFailure = "coder-tokens-per-failure"
        case coderMoneyPerHour = "coder-money-per-hour"
        case coderMoneyPerFailure = "coder-money-per-failure"
        case coderPrices = "coder-prices"
        case coderSandbox = "coder-sandbox"
        case coderNetwork = "coder-network"
        case coderEnvironment = "coder-environment"
        case coderFolders = "coder-folders"
        case pluginDirectories = "plugins"
        case pluginDigests = "plugin-digests"
        case plainSecretPlugins = "plain-secret-plugins"
        case credentialFolders = "credential-folders"
    }

    package let id: ID
    package let section: Section
    /// The environment variable, also in `dispatcher.env`.
    package let variable: String
    /// Where it stands in `deployer.yaml`, parts joined by dots; nil where it may not.
    package let key: String?
    /// `--interval`; nil for secrets, which other users could read in the list of processes.
    package let flag: String?
    let shape: Shape
    /// What holds where nothing is said; nil: nothing.
    package let fallback: SettingValue?
    /// In words, where the default is no fixed value.
    package let fallbackText: String?
    /// How it may be written in `deployer.yaml`, where there is no default to show.
    let example: String?
    /// Masked wherever it is shown.
    package let isSensitive: Bool
    /// Belongs to the machine: a commit may not set it.
    let isMachineOnly: Bool
    /// Parts the entries of a list in the environment.
    let separator: Character
    /// One sentence.
    package let documentation: String

    package enum Section: String, CaseIterable, Sendable {
        case daemon = "The daemon"
        case git = "Git"
        case stages = "Stages"
        case health = "Health"
        case logs = "Logs"
        case repair = "Repair"
        case web = "Web"
        case coders = "Coders"
        case plugins = "Plugins"
    }

    /// The type in words, for the manual: `duration, 1s to 1d`.
    package var type: String { shape.typeText }
}

extension Shape {
    var typeText: String {
        switch self {
        case .boolean: "boolean"
        case .integer(let range): "number, \(range.lowerBound) to \(range.upperBound)"
        case .duration(let range): "duration, \(Self.spell(range.lowerBound)) to \(Self.spell(range.upperBound))"
        case .size(let range): "size, \(Self.spell(bytes: range.lowerBound)) to \(Self.spell(bytes: range.upperBound))"
        case .choice(let names): names.joined(separator: ", ")
        case .list(.choice(let names), _, _): "list of \(names.joined(separator: ", "))"
        case .list: "list"
        default: "text"
        }
    }
}
