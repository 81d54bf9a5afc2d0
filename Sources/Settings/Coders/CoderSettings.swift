package import Model

/// What a service's entry says about its coder.
struct ServiceCoder: Hashable, Sendable {
    var kind: CoderKind
    var model: String?
    var effort: String?
    var command: [String]?
    var timeout: Duration?
    var attempts: Int?
}

/// Who is asked for repairs of a service, and how.
package struct CoderSettings: Hashable, Sendable {
    package var kind: CoderKind
    package var model: String?
    package var effort: String?
    package var command: [String]
    package var timeout: Duration
    package var attempts: Int

    /// Why it cannot be asked as things stand.
    package var objection: (what: String, remedy: String)? {
        switch kind {
        case .openai where model == nil:
            ("there is no model to ask", "set 'coders.model' or DISPATCHER_CODER_MODEL")
        case .command where command.isEmpty:
            ("there is no command to run", "set 'coders.command' or DISPATCHER_CODER_COMMAND")
        case .command where !command.contains(where: { $0.contains("{prompt}") || $0.contains("{prompt_file}") }):
            ("its command has no place for the prompt", "put {prompt} or {prompt_file} among its arguments")
        default: nil
        }
    }
}

extension DaemonSettings {
    // Coders
    package var coder: CoderKind { text(.coder).flatMap(CoderKind.init) ?? .none }
    package var coderAttemptsPerHour: Int { integer(.coderAttemptsPerHour) }
    package var coderPromptTokens: Int { integer(.coderPromptTokens) }
    package var coderOutputTokens: Int { integer(.coderOutputTokens) }
    package var writesChangelog: Bool { boolean(.coderChangelog) }
    package var openAIKey: String? { text(.openAIKey) }
    package var openAIBaseURL: String { text(.openAIBaseURL) ?? "https://api.openai.com/v1" }
    package var coderConfinement: CoderConfinement { text(.coderSandbox).flatMap(CoderConfinement.init) ?? .bubblewrap }
    package var coderHasNetwork: Bool { boolean(.coderNetwork) }
    /// Names of variables that an agent may see, and their values where they are set.
    package var coderEnvironment: [String: String] {
        let names = Set(list(.coderEnvironment))
        return variables.filter { names.contains($0.key) }
    }
    package var coderFolders: [String] { list(.coderFolders) }
    package var coderRequestsPerHour: Int { integer(.coderRequestsPerHour) }
    package var coderRequestsPerFailure: Int { integer(.coderRequestsPerFailure) }
    package var coderTokensPerHour: Int { integer(.coderTokensPerHour) }
    package var coderTokensPerFailure: Int { integer(.coderTokensPerFailure) }
    /// In millionths; nil is no limit.
    package var coderMoneyPerHour: Int? { text(.coderMoneyPerHour).flatMap { ModelPrice.millionths($0) } }
    package var coderMoneyPerFailure: Int? { text(.coderMoneyPerFailure).flatMap { ModelPrice.millionths($0) } }
    package var coderPrices: [ModelPrice] { list(.coderPrices).compactMap(ModelPrice.read) }

    /// What holds for a service: its own entry before the workspace's settings. Only `none` from the machine itself (flag,
    /// environment, dispatcher.env) stands above both: its operator wants nobody asked.
    /// - Parameter service: nil for what holds where no service says anything.
    package func coder(of service: ServiceName?, in configuration: DeployerConfiguration) -> CoderSettings {
        let own = configuration.entries?.first { $0.service.name == service }?.coder
        var coder = CoderSettings(
            kind: own?.kind ?? coder, model: own?.model ?? text(.coderModel), effort: own?.effort ?? text(.coderEffort),
            command: own?.command ?? list(.coderCommand), timeout: own?.timeout ?? duration(.coderTimeout),
            attempts: own?.attempts ?? integer(.coderAttempts))
        switch self[.coder].origin {
        case .flag, .environment, .environmentFile:
            if self.coder == .none { coder.kind = .none }
        case .deployerFile, .fallback: break
        }
        return coder
    }
}
