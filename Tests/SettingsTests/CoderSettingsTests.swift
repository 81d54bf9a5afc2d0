import Model
import Testing

@testable import Settings

/// Who is asked for repairs: for the workspace, for a service, and what the machine says to it.
@Suite struct CoderSettingsTests {
    static let file = """
        coder: openai
        coders: {model: big, timeout: 90s, changelog: true, command: [agent, "{prompt}"]}
        services:
          api: {kind: swift}
          web: {kind: swift, coder: none}
          tool:
            kind: swift
            coder: {use: command, command: [codex, exec, --json, "{prompt_file}"], timeout: 30m, attempts: 1}
          shop:
            kind: swift
            coder: {use: openai, model: small, effort: low}
        """

    static func coder(
        _ service: String?, _ environment: [String: String] = [:], flags: [Setting.ID: String] = [:],
        file: String = Self.file
    ) throws -> CoderSettings {
        let configuration = try DeployerFileTests.parse(file)
        let settings = try SettingsResolver(flags: flags, environment: environment, configuration: configuration)
            .resolve()
        return settings.coder(of: service.flatMap { ServiceName($0) }, in: configuration)
    }

    @Test func thePagesExampleIsRight() throws {
        let parts = try RepositoryFile.text("Documentation/Coders.md").split(separator: "```yaml\n")
        let example = String(try #require(parts.dropFirst().first?.split(separator: "```").first))
        #expect(DeployerFileProblemsTests.problems(example).isEmpty)
        #expect(try Self.coder("tool", file: example).objection == nil)
        #expect(try Self.coder("legacy", file: example).kind == .none)
        #expect(try Self.coder("api", file: example).model == "example-model")
    }

    @Test func nobodyIsAskedWhereNothingIsSaid() throws {
        let coder = try Self.coder("api", file: "services: {api: {kind: swift}}")
        #expect(coder.kind == .none && coder.attempts == 3 && coder.timeout == .seconds(600) && coder.model == nil)
        #expect(coder.objection == nil)
    }

    @Test func aServicesOwnWordComesFirst() throws {
        let api = try Self.coder("api")
        #expect(api.kind == .openai && api.model == "big" && api.timeout == .seconds(90))
        #expect(try Self.coder(nil) == api)
        #expect(try Self.coder("web").kind == .none)
        let tool = try Self.coder("tool")
        #expect(tool.kind == .command && tool.command == ["codex", "exec", "--json", "{prompt_file}"])
        #expect(tool.timeout == .seconds(1800) && tool.attempts == 1)
        let shop = try Self.coder("shop")
        #expect(shop.model == "small" && shop.effort == "low" && shop.attempts == 3)
    }

    @Test func noneFromTheMachineHoldsForEverybody() throws {
        for service in ["api", "tool", "shop", "web"] {
            #expect(try Self.coder(service, ["DISPATCHER_CODER": "none"]).kind == .none)
            #expect(try Self.coder(service, flags: [.coder: "none"]).kind == .none)
        }
        // Anything else is the workspace's word, and a service's own comes before it.
        #expect(try Self.coder("api", ["DISPATCHER_CODER": "command"]).kind == .command)
        #expect(try Self.coder("shop", ["DISPATCHER_CODER": "command"]).kind == .openai)
        // `none` of the file is a service's to overrule.
        #expect(try Self.coder("a", file: "coder: none\nservices: {a: {kind: x, coder: openai}}").kind == .openai)
    }

    @Test func changingACoderMakesNoServiceDueAndIsAChange() throws {
        let name = try #require(ServiceName("a"))
        let plain = try DeployerFileTests.parse("services: {a: {kind: swift}}")
        let other = try DeployerFileTests.parse("services: {a: {kind: swift, coder: openai}}")
        #expect(plain.digest(of: name) == other.digest(of: name) && plain != other)
    }

    @Test(arguments: [
        ("coder: openai", "'coder': there is no model to ask - set 'coders.model' or DISPATCHER_CODER_MODEL"),
        ("coder: command", "'coder': there is no command to run - set 'coders.command' or DISPATCHER_CODER_COMMAND"),
        ("coder: command\ncoders: {command: [agent]}", "'coder': its command has no place for the prompt"),
        ("services: {a: {kind: x, coder: openai}}", "'services.a.coder': there is no model to ask"),
    ]) func whatCannotBeAskedIsWarnedOf(file: String, words: String) throws {
        let settings = try SettingsResolver(configuration: DeployerFileTests.parse(file)).resolve()
        let warnings = settings.warnings.map(\.description).filter { $0.contains("coder") }
        #expect(warnings.count == 1 && warnings[0].contains(words), "\(warnings)")
        // Nobody is asked on this machine, so nothing is missing.
        let off = try SettingsResolver(
            environment: ["DISPATCHER_CODER": "none"], configuration: DeployerFileTests.parse(file)
        ).resolve()
        #expect(!off.warnings.contains { $0.description.contains("to ask") || $0.description.contains("'coder'") })
    }

    @Test func theMachinesPartIsReadByType() throws {
        let settings = try SettingsResolver(environment: [
            "OPENAI_BASE_URL": "http://127.0.0.1:8000/v1",
            "DISPATCHER_CODER_PRICES": "gpt-5=1.25/0.125/10, llama:7b=0/0",
            "DISPATCHER_CODER_MONEY_PER_HOUR": "2.50", "DISPATCHER_CODER_SANDBOX": "none",
            "DISPATCHER_CODER_NETWORK": "1", "DISPATCHER_CODER_ENVIRONMENT": "CODEX_API_KEY,ABSENT",
            "CODEX_API_KEY": "sk-x", "OTHER": "y", "DISPATCHER_CODER_FOLDERS": "/opt/codex,/srv/agent",
            "DISPATCHER_CODER_COMMAND": "codex exec --json {prompt}", "DISPATCHER_CODER": "command",
        ]).resolve()
        #expect(settings.openAIBaseURL == "http://127.0.0.1:8000/v1" && settings.coderMoneyPerHour == 2_500_000)
        #expect(settings.coderMoneyPerFailure == nil && settings.coderConfinement == .none && settings.coderHasNetwork)
        #expect(
            settings.coderPrices == [
                ModelPrice(model: "gpt-5", input: 1_250_000, cached: 125_000, output: 10_000_000),
                ModelPrice(model: "llama:7b", input: 0, cached: 0, output: 0),
            ])
        #expect(settings.coderEnvironment == ["CODEX_API_KEY": "sk-x"])
        #expect(settings.coderFolders == ["/opt/codex", "/srv/agent"])
        #expect(settings.coder(of: nil, in: .none).command == ["codex", "exec", "--json", "{prompt}"])
        let defaults = DaemonSettings.defaults
        #expect(defaults.coder == .none && defaults.coderConfinement == .bubblewrap && !defaults.coderHasNetwork)
        #expect(defaults.openAIBaseURL == "https://api.openai.com/v1" && defaults.coderTokensPerFailure == 300_000)
    }

    @Test(arguments: [
        ("DISPATCHER_CODER_PRICES", "gpt-5"), ("DISPATCHER_CODER_PRICES", "gpt-5=1"),
        ("DISPATCHER_CODER_PRICES", "gpt-5=1/2/3/4"), ("DISPATCHER_CODER_PRICES", "gpt-5=1.1234567/2"),
        ("DISPATCHER_CODER_PRICES", "=1/2"), ("DISPATCHER_CODER_MONEY_PER_HOUR", "-1"),
        ("DISPATCHER_CODER_MONEY_PER_HOUR", "1e3"), ("DISPATCHER_CODER_MONEY_PER_HOUR", "1."),
        ("DISPATCHER_CODER_SANDBOX", "docker"), ("OPENAI_BASE_URL", "https://key@h/v1"), ("OPENAI_BASE_URL", "h/v1"),
        ("DISPATCHER_CODER_FOLDERS", "codex"), ("DISPATCHER_CODER_MODEL", "-x"),
    ]) func wrongValuesAreRefused(variable: String, value: String) {
        #expect(throws: ConfigurationProblems.self) {
            try SettingsResolver(environment: [variable: value]).resolve()
        }
    }
}
