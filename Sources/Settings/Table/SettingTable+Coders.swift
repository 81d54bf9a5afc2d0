extension SettingTable {
    /// Who is asked, how, and what it may cost. What a commit may say is who and what; where the data and the key go, what is
    /// spent and what a command may do on the machine is the operator's.
    static let coders: [Setting] = asked + machine + budgets

    private static let asked: [Setting] = [
        row(
            .coder, .coders, .choice(CoderKind.allCases.map(\.rawValue)), variable: "DISPATCHER_CODER", key: "coder",
            fallback: .text(CoderKind.none.rawValue),
            "Who is asked for a repair when a service fails: a model (openai), an agent on this machine (command), or nobody; "
                + "`none` in the environment holds for every service."),
        row(
            .coderModel, .coders, .text(.model), variable: "DISPATCHER_CODER_MODEL", key: "coders.model",
            example: "example-model",
            "Name of the model that is asked, with openai."),
        row(
            .coderEffort, .coders, .choice(["none", "minimal", "low", "medium", "high", "xhigh", "max"]),
            variable: "DISPATCHER_CODER_EFFORT", key: "coders.effort", fallbackText: "the model's own",
            example: "medium",
            "How long a model that thinks is to think; not every model knows every word."),
        row(
            .coderCommand, .coders, .list(.text(.argument), counts: 1...256, isUnique: false),
            variable: "DISPATCHER_CODER_COMMAND", key: "coders.command",
            example: "[agent, \"{prompt_file}\"]", separator: " ",
            "Program and arguments of the agent, without a shell, with {prompt} or {prompt_file} among them; in the environment "
                + "parted by blanks."),
        row(
            .coderTimeout, .coders, .duration(.seconds(5) ... .seconds(7200)), variable: "DISPATCHER_CODER_TIMEOUT",
            key: "coders.timeout", fallback: .duration(.seconds(600)), "Time one question to a coder may take."),
        row(
            .coderAttempts, .coders, .integer(1...20), variable: "DISPATCHER_CODER_ATTEMPTS", key: "coders.attempts",
            fallback: .integer(3), "Attempts at one failure."),
        row(
            .coderAttemptsPerHour, .coders, .integer(1...1000), variable: "DISPATCHER_CODER_ATTEMPTS_PER_HOUR",
            key: "coders.attempts_per_hour", fallback: .integer(12), "Attempts at all failures together in an hour."),
        row(
            .coderPromptTokens, .coders, .integer(1000...1_000_000), variable: "DISPATCHER_CODER_PROMPT_TOKENS",
            key: "coders.prompt_tokens", fallback: .integer(24_000),
            "Tokens of the prompt at most, as roughly counted here: three bytes each."),
        row(
            .coderOutputTokens, .coders, .integer(256...1_000_000), variable: "DISPATCHER_CODER_OUTPUT_TOKENS",
            key: "coders.output_tokens", fallback: .integer(16_000),
            "Tokens of an answer at most, what the model thinks included."),
        row(
            .coderChangelog, .coders, .boolean, variable: "DISPATCHER_CODER_CHANGELOG", key: "coders.changelog",
            fallback: .boolean(false), "Whether a repair that a coder made gets a line in the service's CHANGELOG.md."),
    ]

    private static let machine: [Setting] = [
        row(
            .openAIKey, .coders, .text(.anything), variable: "OPENAI_API_KEY", isSensitive: true,
            "Key of the model's server; servers of your own may want none."),
        row(
            .openAIBaseURL, .coders, .text(.httpURL), variable: "OPENAI_BASE_URL",
            fallback: .text("https://api.openai.com/v1"),
            "Address of an OpenAI-compatible server, with the version in its path; reports and sources are sent there."),
        row(
            .coderSandbox, .coders, .choice(CoderConfinement.allCases.map(\.rawValue)),
            variable: "DISPATCHER_CODER_SANDBOX", fallback: .text(CoderConfinement.bubblewrap.rawValue),
            "How the agent of `command` is shut in: bubblewrap, without which it is not run, or none."),
        row(
            .coderNetwork, .coders, .boolean, variable: "DISPATCHER_CODER_NETWORK", fallback: .boolean(false),
            "Whether the agent has the network in its sandbox."),
        row(
            .coderEnvironment, .coders, .list(.text(.variableName), counts: 0...100, isUnique: true),
            variable: "DISPATCHER_CODER_ENVIRONMENT", fallback: .list([]),
            "Variables of the daemon that the agent may see, parted by commas; it sees no others."),
        row(
            .coderFolders, .coders, .list(.text(.file), counts: 0...100, isUnique: true),
            variable: "DISPATCHER_CODER_FOLDERS", fallback: .list([]),
            "Folders and files beside the system's that the agent may read in its sandbox, parted by commas."),
    ]

    private static let budgets: [Setting] = [
        row(
            .coderRequestsPerHour, .coders, .integer(1...100_000), variable: "DISPATCHER_CODER_REQUESTS_PER_HOUR",
            fallback: .integer(60), "Requests to coders in an hour, repetitions included."),
        row(
            .coderRequestsPerFailure, .coders, .integer(1...1000), variable: "DISPATCHER_CODER_REQUESTS_PER_FAILURE",
            fallback: .integer(20), "Requests to coders for one failure, repetitions included."),
        row(
            .coderTokensPerHour, .coders, .integer(1000...1_000_000_000),
            variable: "DISPATCHER_CODER_TOKENS_PER_HOUR", fallback: .integer(1_000_000),
            "Tokens that coders may take in an hour, in and out."),
        row(
            .coderTokensPerFailure, .coders, .integer(1000...1_000_000_000),
            variable: "DISPATCHER_CODER_TOKENS_PER_FAILURE", fallback: .integer(300_000),
            "Tokens that coders may take for one failure, in and out."),
        row(
            .coderMoneyPerHour, .coders, .text(.amount), variable: "DISPATCHER_CODER_MONEY_PER_HOUR",
            fallbackText: "no limit", "What coders may cost in an hour, in the currency of the prices."),
        row(
            .coderMoneyPerFailure, .coders, .text(.amount), variable: "DISPATCHER_CODER_MONEY_PER_FAILURE",
            fallbackText: "no limit", "What coders may cost for one failure, in the currency of the prices."),
        row(
            .coderPrices, .coders, .list(.text(.price), counts: 0...100, isUnique: true),
            variable: "DISPATCHER_CODER_PRICES", fallback: .list([]),
            "What a million tokens of a model cost, parted by commas: `model=input/output` or `model=input/cached/output`."
        ),
    ]
}
