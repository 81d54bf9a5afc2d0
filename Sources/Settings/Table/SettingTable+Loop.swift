extension SettingTable {
    static let logs: [Setting] = [
        row(
            .logFormat, .logs, .choice(["auto", "plain", "json"]), variable: "DISPATCHER_LOG_FORMAT",
            fallback: .text("auto"),
            "How the daemon prints: auto is colour and progress in a terminal and plain text elsewhere."),
        row(
            .keepLogs, .logs, .integer(1...100_000), variable: "DISPATCHER_KEEP_LOGS", key: "logs.keep",
            fallback: .integer(200), "Build logs that are kept in logs/."),
        row(
            .logBytes, .logs, .size(1 << 20...1 << 40), variable: "DISPATCHER_LOG_BYTES", key: "logs.bytes",
            fallback: .size(1 << 30), "Bytes that all build logs together may take; the oldest go first."),
        row(
            .logFileBytes, .logs, .size(1 << 20...1 << 40), variable: "DISPATCHER_LOG_FILE_BYTES",
            key: "logs.file_bytes", fallback: .size(64 << 20),
            "Bytes that one cycle's build log, and what one stage prints, may take; the middle of more is left out."),
        row(
            .publishLogs, .logs, .boolean, variable: "DISPATCHER_PUBLISH_LOGS", key: "logs.publish",
            fallback: .boolean(true), "Whether logs and failure reports are pushed to the log branch."),
        row(
            .logBranch, .logs, .text(.branch), variable: "DISPATCHER_LOG_BRANCH", key: "logs.branch",
            fallback: .text("deployer/logs"),
            "The orphan branch that holds logs and failure reports; each push replaces it, so it must be the deployer's alone."
        ),
        row(
            .logBranchCycles, .logs, .integer(1...1000), variable: "DISPATCHER_LOG_BRANCH_CYCLES",
            key: "logs.branch_cycles", fallback: .integer(50), "Cycles that the log branch holds, and as many verdicts."
        ),
    ]

    static let repair: [Setting] = [
        row(
            .usePullRequests, .repair, .boolean, variable: "DISPATCHER_USE_PRS", key: "use_prs",
            fallback: .boolean(true),
            "Whether a verified repair goes to a branch for people to merge, instead of straight to the watched branch."
        ),
        row(
            .repairBranchPrefix, .repair, .text(.branchPrefix), variable: "DISPATCHER_REPAIR_BRANCH_PREFIX",
            key: "repair.branch_prefix", fallback: .text("codex/"),
            "What the names of repair branches begin with; the feedback's id follows."),
        row(
            .feedbackBytes, .repair, .size(1 << 10...1 << 24), variable: "DISPATCHER_FEEDBACK_BYTES",
            key: "repair.feedback_bytes", fallback: .size(1 << 20),
            "The largest feedback file that is read; a larger one is rejected unread."),
        row(
            .repairAllow, .repair,
            .list(.choice(["tests", "manifests", "executables", "configuration"]), counts: 0...4, isUnique: true),
            variable: "DISPATCHER_REPAIR_ALLOW", key: "repair.allow", fallback: .list([]),
            "What a repair may touch besides a service's sources."),
        row(
            .repairFiles, .repair, .integer(1...1000), variable: "DISPATCHER_REPAIR_FILES", key: "repair.files",
            fallback: .integer(50), "Files that one repair may touch."),
        row(
            .fixIts, .repair, .boolean, variable: "DISPATCHER_FIX_ITS", key: "repair.fix_its", fallback: .boolean(true),
            "Whether what the compiler itself proposes is tried when a build fails, before any coder is asked."),
        row(
            .verifySandbox, .repair, .choice(VerificationConfinement.allCases.map(\.rawValue)),
            variable: "DISPATCHER_VERIFY_SANDBOX", fallback: .text(VerificationConfinement.auto.rawValue),
            "How builds and tests of a patch are shut in: bubblewrap, without which none is tried; none; or auto, bubblewrap where it works."
        ),
        row(
            .verifyFolders, .repair, .list(.text(.file), counts: 0...100, isUnique: true),
            variable: "DISPATCHER_VERIFY_FOLDERS", fallback: .list([]),
            "Folders and files beside the system's that builds and tests of a patch may read in their sandbox, parted by commas."
        ),
        row(
            .forge, .repair, .choice(["auto", "github", "gitlab", "gitea", "pagure", "none"]),
            variable: "DISPATCHER_FORGE",
            fallback: .text("auto"),
            "On which forge the workspace's remote lies, for pull requests; auto knows github.com, gitlab.com, codeberg.org, gitea.com and pagure.io, none opens none. Pagure also wants the token's user (`DISPATCHER_GIT_USERNAME`)."
        ),
        row(
            .forgeAPI, .repair, .text(.httpURL), variable: "DISPATCHER_FORGE_API",
            fallbackText: "where the forge usually has it",
            "Where the forge's interface lies: `https://git.example.com/api/v3`. `GITHUB_TOKEN` is sent there."),
        // Of the machine alone, as every credential is.
        row(
            .gitHubApp, .repair, .text(.appID), variable: "DISPATCHER_GITHUB_APP",
            "The GitHub App that the daemon comes as: its ID or its client ID. It takes `GITHUB_TOKEN`'s place for pull requests "
                + "and for git over https at the workspace's own server."),
        row(
            .gitHubAppKey, .repair, .text(.file), variable: "DISPATCHER_GITHUB_APP_KEY_FILE",
            "File with the App's private key (PEM) as GitHub gave it out; only its owner may read it."),
        row(
            .gitHubAppInstallation, .repair, .integer(1...999_999_999_999),
            variable: "DISPATCHER_GITHUB_APP_INSTALLATION", fallbackText: "looked up",
            "The number of the App's installation in the workspace's repository, where it is not to be looked up."),
        row(
            .committedActions, .repair,
            .list(
                .choice(["restart", "redeploy", "rollback", "pause", "resume"]), counts: 0...5, isUnique: true),
            variable: "DISPATCHER_COMMITTED_ACTIONS", fallback: .list(["restart", "redeploy"]),
            "What a feedback that is part of a commit may ask for without a patch, parted by commas; files that are put into feedback/ may ask for everything."
        ),
    ]

    static let plugins: [Setting] = [
        row(
            .pluginDirectories, .plugins, .list(.text(.anything), counts: 0...16, isUnique: true),
            variable: "DISPATCHER_PLUGINS", fallback: .list([]),
            fallbackText: "the workspace's plugins/, then the installed ones", separator: ":",
            "Folders that are searched for plugins before the usual ones, parted by colons."),
        row(
            .pluginDigests, .plugins, .list(.text(.digest), counts: 0...1000, isUnique: true),
            variable: "DISPATCHER_PLUGIN_DIGESTS", fallback: .list([]),
            "SHA-256 digests of plugins, parted by commas: when set, only these and those that `host plugin` installed are loaded, also when they came by git."
        ),
        row(
            .plainSecretPlugins, .plugins, .list(.text(.pluginID), counts: 0...100, isUnique: true),
            variable: "DISPATCHER_PLAIN_SECRET_PLUGINS", fallback: .list([]),
            "Ids of plugins that may see secrets in plain text when they ask for it, parted by commas."),
        row(
            .credentialFolders, .plugins, .list(.text(.anything), counts: 0...16, isUnique: true),
            variable: "DISPATCHER_CREDENTIAL_FOLDERS", fallback: .list(["/run/secrets", "/etc/codex-deployer"]),
            "Folders whose files deployer.yaml may name as secrets (`file:/run/secrets/key`), parted by commas; names of your own (DISPATCHER_SECRET_...) may stand for any file."
        ),
    ]
}
