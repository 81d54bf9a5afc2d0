extension SettingTable {
    // Of the machine alone: a commit is not to open a port, nor to say who may come in by it.
    static let web: [Setting] = [
        row(
            .webListen, .web, .text(.endpoint), variable: "DISPATCHER_WEB_LISTEN", fallbackText: "nowhere",
            "Where agents may ask over HTTP, at the path `/mcp`, and the forge's webhooks are taken, at `/webhook`: "
                + "`127.0.0.1:8787`. It speaks no TLS: beyond this machine, put a proxy that does before it."),
        row(
            .webTokens, .web, .list(.text(.accessToken), counts: 0...100, isUnique: true),
            variable: "DISPATCHER_WEB_TOKENS", isSensitive: true,
            "Who may ask, parted by commas: `NAME:RIGHTS:TOKEN`, rights of `read`, `feedback` and `operate` joined by `+`, a token "
                + "of at least 32 characters, such as `openssl rand -hex 32` makes."),
        row(
            .webOrigins, .web, .list(.text(.origin), counts: 0...100, isUnique: true),
            variable: "DISPATCHER_WEB_ORIGINS", fallback: .list([]),
            "Origins of web pages that may ask, parted by commas: `https://tools.example.org`. Programs that are no browsers need none."
        ),
        row(
            .webhookSecret, .web, .text(.webhookSecret), variable: "DISPATCHER_WEBHOOK_SECRET", isSensitive: true,
            "What the forge signs its webhooks with: at least 16 characters, such as `openssl rand -hex 32` makes. Without it no "
                + "webhook is taken."),
    ]
}
