import Coders
import Git
import Model
import Net
import Settings
import Stages

/// Makes the coder that the settings name for a service.
struct CoderFactory: Sendable {
    let settings: DaemonSettings
    let transport: HTTPTransport
    let processes: ProcessRunner
    let masker: SecretMasker
    let gate: BudgetGate
    let recorder: any CoderRecorder
    let layout: WorkspaceLayout
    /// One coder is made for each attempt.
    let servers = KnownServers()

    /// - Parameter tree: where a command works; nil for others.
    func coder(_ coder: CoderSettings, tree: CoderTree?) -> (any Coder)? {
        let prompts = PromptOptions(
            tokens: settings.coderPromptTokens, wantsChangelog: settings.writesChangelog)
        switch coder.kind {
        case .none:
            return nil
        case .openai:
            guard let model = coder.model else { return nil }
            var options = OpenAIOptions(base: settings.openAIBaseURL, key: settings.openAIKey, model: model)
            options.effort = coder.effort
            options.outputTokens = settings.coderOutputTokens
            options.timeout = coder.timeout
            return OpenAICoder(
                options, prompts: prompts, transport: transport, gate: gate, masker: masker, recorder: recorder,
                servers: servers)
        case .command:
            guard let tree else { return nil }
            var options = CommandOptions(arguments: coder.command)
            options.timeout = coder.timeout
            options.confinement = settings.coderConfinement == .none ? .none : .bubblewrap
            options.isOnline = settings.coderHasNetwork
            options.environment = settings.coderEnvironment
            options.path = settings.variables["PATH"] ?? options.path
            options.home = settings.variables["HOME"] ?? options.home
            options.readable = settings.coderFolders
            options.hidden = [layout.root]
            options.scratch = layout.scratch
            options.model = coder.model
            return CommandCoder(
                options, prompts: prompts, worktree: tree, processes: processes, gate: gate, masker: masker,
                recorder: recorder)
        }
    }

    static func limits(_ settings: DaemonSettings) -> CoderLimits {
        CoderLimits(
            perHour: .init(
                requests: settings.coderRequestsPerHour, tokens: settings.coderTokensPerHour,
                money: settings.coderMoneyPerHour),
            perFailure: .init(
                requests: settings.coderRequestsPerFailure, tokens: settings.coderTokensPerFailure,
                money: settings.coderMoneyPerFailure))
    }

    static func prices(_ settings: DaemonSettings) -> [String: TokenPrices] {
        Dictionary(
            settings.coderPrices.map {
                ($0.model, TokenPrices(input: $0.input, cached: $0.cached, output: $0.output))
            }, uniquingKeysWith: { $1 })
    }
}
