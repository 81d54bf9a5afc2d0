extension SettingTable {
    static let git: [Setting] = [
        row(
            .branch, .git, .text(.branch), variable: "DISPATCHER_BRANCH", key: "git.branch",
            fallback: .text("main"), "The branch of the remote that is deployed."),
        row(
            .remote, .git, .text(.remoteName), variable: "DISPATCHER_REMOTE", fallback: .text("origin"),
            "The remote of the workspace that is watched."),
        row(
            .gitDeadline, .git, .duration(.seconds(1) ... .seconds(3600)), variable: "DISPATCHER_GIT_DEADLINE",
            key: "git.deadline", fallback: .duration(.seconds(60)), "Time a poll, a fetch or a push may take."),
        row(
            .followForcePush, .git, .boolean, variable: "DISPATCHER_FOLLOW_FORCE_PUSH",
            key: "git.follow_force_push", fallback: .boolean(false),
            "Whether a branch that was force-pushed is followed; otherwise it is reported and nothing is deployed from it."
        ),
        row(
            .token, .git, .text(.anything), variable: "GITHUB_TOKEN", isSensitive: true,
            "Access token for http(s) remotes; it goes to the remote in the request only, never into a URL, file or log."
        ),
        row(
            .tokenHosts, .git, .list(.text(.tokenHost), counts: 0...100, isUnique: true),
            variable: "DISPATCHER_TOKEN_HOSTS", fallback: .list([]),
            "Further servers the token may be sent to beside the workspace remote's own, parted by commas: `host` or "
                + "`host:port` for https, `http://host:port` to let it travel in the clear."),
        row(
            .gitUsername, .git, .text(.anything), variable: "DISPATCHER_GIT_USERNAME",
            fallback: .text("x-access-token"), "User name that goes with the token; GitHub and GitLab accept any."),
        row(
            .userName, .git, .text(.personName), variable: "GIT_USER_NAME", key: "git.user_name",
            fallback: .text("codex-deployer"), "Author and committer of the daemon's commits."),
        row(
            .userEmail, .git, .text(.email), variable: "GIT_USER_EMAIL", key: "git.user_email",
            fallback: .text("codex-deployer@localhost"), "E-mail address of the daemon's commits."),
        row(
            .caFile, .git, .text(.file), variable: "DISPATCHER_CA_FILE", fallbackText: "the system's",
            "PEM file with the certificate authorities that remotes are checked against."),
        row(
            .sshKey, .git, .text(.file), variable: "DISPATCHER_SSH_KEY",
            "Private key for ssh remotes (ed25519 or ECDSA)."),
        row(
            .sshPassphrase, .git, .text(.anything), variable: "DISPATCHER_SSH_PASSPHRASE", isSensitive: true,
            "Passphrase of the private key."),
        row(
            .knownHosts, .git, .text(.file), variable: "DISPATCHER_KNOWN_HOSTS",
            fallbackText: "~/.ssh/known_hosts, /etc/ssh/ssh_known_hosts",
            "File with the host keys of ssh remotes; an unknown host is refused."),
    ]
}
