import Testing

@testable import Settings

@Suite struct SettingsResolverTests {
    /// Four different right values of a setting.
    static func values(_ setting: Setting) -> [String] {
        switch setting.shape {
        case .boolean: ["true", "false", "true", "false"]
        case .integer(let range): (0..<4).map { String(range.lowerBound + $0) }
        case .duration: ["11s", "12s", "13s", "14s"]
        case .size: ["2MiB", "3MiB", "4MiB", "5MiB"]
        case .choice(let names): [names[0], names[1], names[0], names[1]]
        case .text where [.openAIBaseURL, .forgeAPI].contains(setting.id):
            ["http://a", "http://b/v1", "https://c", "https://d:81/x"]
        case .text(let rule) where rule.name == TextRule.amount.name: ["1", "2.5", "0.000001", "999999999"]
        case .text(let rule):
            ["a", "b", "c", "d"].map {
                switch rule.name {
                case TextRule.email.name: "\($0)@h"
                case TextRule.file.name: "/\($0)"
                case TextRule.endpoint.name: "\($0):81"
                case TextRule.webhookSecret.name: String(repeating: $0, count: 16)
                default: $0
                }
            }
        case .list(.choice(let names), _, _): Array(names.prefix(4))
        case .list where setting.id == .plainSecretPlugins: ["a", "b", "c", "d"]
        case .list:
            switch setting.id {
            case .pluginDigests: ["a", "b", "c", "d"].map { String(repeating: $0, count: 64) }
            case .coderEnvironment: ["A", "B,C", "D_1", "e"]
            case .coderPrices: ["a=1/2", "b=1/0.1/2,c=1/2", "d:7b=0/0", "e/f=1.25/0.125/10"]
            case .tokenHosts: ["a", "b:81", "https://c", "http://[::1]:82"]
            case .webTokens: ["a", "b", "c", "d"].map { "\($0):read:" + String(repeating: $0, count: 32) }
            case .webOrigins: ["http://a", "https://b", "https://c:81", "http://[::1]:82"]
            default: ["/a", "/b", "/c", "/d"]
            }
        default: []
        }
    }

    static func configuration(_ setting: Setting, _ value: String) throws -> DeployerConfiguration? {
        guard let key = setting.key else { return nil }
        let parts = key.split(separator: ".")
        var text = value
        if case .list = setting.shape { text = "[\(value)]" }
        let line = "\(parts[parts.count - 1]): \(text)"
        return try DeployerFileTests.parse(parts.count == 2 ? "\(parts[0]): {\(line)}" : line)
    }

    @Test(arguments: Setting.ID.allCases) func theStrongestOriginWins(id: Setting.ID) throws {
        let setting = SettingTable[id]
        let values = Self.values(setting)
        try #require(values.count == 4)
        func parsed(_ index: Int) throws -> SettingValue {
            try setting.shape.value(of: values[index], separator: setting.separator).get()
        }
        var resolver = SettingsResolver()
        #expect(try resolver.resolve()[id] == .init(value: setting.fallback, origin: .fallback))

        if let configuration = try Self.configuration(setting, values[3]) {
            resolver.configuration = configuration
            let origin = SettingOrigin.deployerFile(source: "deployer.yaml", line: 1)
            #expect(try resolver.resolve()[id] == .init(value: parsed(3), origin: origin))
        }
        let companions = Self.companions(of: id)
        let others = companions.map { "\n\($0.key)=\($0.value)" }.joined()
        resolver.environmentFile = try EnvironmentFile.parse(
            Array("\n\(setting.variable)=\(values[2])\(others)".utf8))
        let fileOrigin = SettingOrigin.environmentFile(source: "dispatcher.env", line: 2)
        #expect(try resolver.resolve()[id] == .init(value: parsed(2), origin: fileOrigin))

        resolver.environment = [setting.variable: values[1]]
        #expect(try resolver.resolve()[id] == .init(value: parsed(1), origin: .environment))

        if let flag = setting.flag {
            resolver.flags = [id: values[0]]
            #expect(try resolver.resolve()[id] == .init(value: parsed(0), origin: .flag(flag)))
        }
    }

    /// An App is refused by halves.
    private static func companions(of id: Setting.ID) -> [String: String] {
        let whole = ["DISPATCHER_GITHUB_APP": "1", "DISPATCHER_GITHUB_APP_KEY_FILE": "/k"]
        guard [.gitHubApp, .gitHubAppKey, .gitHubAppInstallation].contains(id) else { return [:] }
        return whole.filter { $0.key != SettingTable[id].variable }
    }

    static func problems(_ resolver: SettingsResolver) -> [String] {
        do {
            _ = try resolver.resolve()
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func everyWrongValueIsReportedAtOnce() throws {
        let file = try EnvironmentFile.parse(Array("A=b\nDISPATCHER_PARALLEL=many\nGIT_USER_EMAIL=nobody".utf8))
        let resolver = SettingsResolver(
            flags: [.interval: "soon", .logFormat: "jsn"],
            environment: ["DISPATCHER_USE_PRS": "maybe", "DISPATCHER_JITTER": "51", "DISPATCHER_CA_FILE": "ca.pem"],
            environmentFile: file)
        #expect(
            Self.problems(resolver) == [
                "command line: --interval must be a duration from 1s to 1d, not 'soon' - write it as '90s', '5m', '1h30m' or in seconds",
                "environment: DISPATCHER_JITTER must be a whole number from 0 to 50, not '51'",
                "dispatcher.env:2:1: DISPATCHER_PARALLEL must be a whole number from 1 to 64, not 'many'",
                "dispatcher.env:3:1: GIT_USER_EMAIL must be an e-mail address, not 'nobody': it is no 'name@host'",
                "environment: DISPATCHER_CA_FILE must be an absolute path, not 'ca.pem': it is not absolute",
                "command line: --log-format must be one of 'auto', 'plain', 'json', not 'jsn' - did you mean 'json'?",
                "environment: DISPATCHER_USE_PRS must be true or false, not 'maybe' - write 1 or 0",
            ])
    }

    @Test func aWrongSecretIsNotRepeated() {
        let problems = Self.problems(SettingsResolver(environment: ["GITHUB_TOKEN": "hunter2\nx"]))
        #expect(problems == ["environment: GITHUB_TOKEN must be text, not '****': it holds a control character"])
    }

    /// Each push writes over the log branch.
    @Test func theLogBranchIsNobodyElses() throws {
        let own = ["DISPATCHER_LOG_BRANCH": "main"]
        #expect(
            Self.problems(SettingsResolver(environment: own)) == [
                "environment: DISPATCHER_LOG_BRANCH: 'main' is the branch that is deployed, and logs would take the place of "
                    + "its commits - choose another branch, such as 'deployer/logs'"
            ])
        // The file is right, but this machine deploys another branch.
        let configuration = try DeployerFileTests.parse("logs: {branch: live}")
        let resolver = SettingsResolver(flags: [.branch: "live"], configuration: configuration)
        #expect(Self.problems(resolver).first?.hasPrefix("deployer.yaml:1:1: logs.branch: 'live' is") == true)
        let repairs = SettingsResolver(flags: [.logBranch: "fix-logs", .repairBranchPrefix: "fix-"])
        #expect(Self.problems(repairs).first?.hasPrefix("command line: --log-branch: 'fix-logs' lies among") == true)
        #expect(Self.problems(SettingsResolver(flags: [.repairBranchPrefix: "d"])).isEmpty)
        #expect(Self.problems(SettingsResolver(flags: [.publishLogs: "false"], environment: own)).isEmpty)
    }

    @Test(arguments: ["0", "false", "no", "off", "FALSE"]) func falseHasManyNames(text: String) throws {
        #expect(try !SettingsResolver(environment: ["DISPATCHER_USE_PRS": text]).resolve().usesPullRequests)
    }

    @Test func anEmptyVariableIsNotSet() throws {
        let settings = try SettingsResolver(environment: ["DISPATCHER_INTERVAL": "", "GITHUB_TOKEN": ""]).resolve()
        #expect(settings.interval == .seconds(60))
        #expect(settings.token == nil)
    }

    @Test func listsAreParted() throws {
        let digest = String(repeating: "0a", count: 32)
        let settings = try SettingsResolver(environment: [
            "DISPATCHER_PLUGINS": "/a:/b", "DISPATCHER_PLUGIN_DIGESTS": "\(digest), \(digest)",
            "DISPATCHER_REPAIR_ALLOW": "tests,manifests",
        ]).resolve()
        #expect(settings.pluginDirectories == ["/a", "/b"])
        #expect(settings.pluginDigests == [digest])
        #expect(settings.repairPermissions == [.tests, .manifests])
    }

    @Test func theEnvironmentWinsAmongVariablesForSecrets() throws {
        let file = try EnvironmentFile.parse(Array("A=file\nB=file\nDB_PASSWORD=hunter22\nSHORT_KEY=abc".utf8))
        let settings = try SettingsResolver(
            environment: ["A": "real", "B": "", "GITHUB_TOKEN": "tok-1234"], environmentFile: file
        ).resolve()
        #expect(settings.variables["A"] == "real")
        #expect(settings.variables["B"] == "file")
        #expect(settings.secrets == ["hunter22", "tok-1234"])
    }

    @Test func secretsHaveNamesOfTheOperators() throws {
        let file = try EnvironmentFile.parse(Array("DISPATCHER_SECRET_DB_MAIN=from-file-1\nDISPATCHER_SECRET_=x".utf8))
        let settings = try SettingsResolver(
            environment: [
                "DISPATCHER_SECRET_REGISTRY_TOKEN": "plain-value-1", "DISPATCHER_SECRET_API": "file:/run/secrets/api",
                "DISPATCHER_PLAIN_SECRET_PLUGINS": "kong, typesense",
            ], environmentFile: file
        ).resolve()
        #expect(settings.secret(named: "registry-token") == "plain-value-1")
        #expect(settings.secret(named: "api") == "file:/run/secrets/api")
        #expect(settings.secret(named: "db.main") == "from-file-1")
        for absent in ["", "other", "../api", "api/x", "PATH"] { #expect(settings.secret(named: absent) == nil) }
        #expect(settings.secrets == ["from-file-1", "plain-value-1"])
        #expect(settings.plainSecretPlugins == ["kong", "typesense"])
        #expect(settings.warnings.map(\.message).filter { $0.contains("_SECRET_") }.count == 1)
        #expect(throws: ConfigurationProblems.self) {
            try SettingsResolver(environment: ["DISPATCHER_PLAIN_SECRET_PLUGINS": "No Id"]).resolve()
        }
    }

    @Test func warningsNameWhatIsMissingAndMisspelt() throws {
        let file = try EnvironmentFile.parse(Array("DISPATCHER_BRANHC=x".utf8))
        let settings = try SettingsResolver(
            environment: ["DISPATCHER_INTERVALL": "5", "GIT_USER_NAME": "A"], environmentFile: file
        ).resolve()
        #expect(
            settings.warnings.map(\.description) == [
                "environment: DISPATCHER_INTERVALL is no setting and has no effect - did you mean DISPATCHER_INTERVAL?",
                "dispatcher.env:1: DISPATCHER_BRANHC is no setting and has no effect - did you mean DISPATCHER_BRANCH?",
                "settings: GIT_USER_EMAIL not set; commits are made with 'codex-deployer@localhost' - set it in the environment or in dispatcher.env",
            ])
        #expect(settings.userName == "A")
        let named = try SettingsResolver(environment: ["GIT_USER_NAME": "A", "GIT_USER_EMAIL": "a@b"]).resolve()
        #expect(named.warnings.isEmpty)
    }

    @Test func theListingMasksSecretsAndNamesOrigins() throws {
        let file = try EnvironmentFile.parse(Array("OPENAI_API_KEY=sk-very-secret".utf8))
        let settings = try SettingsResolver(
            flags: [.interval: "5"], environment: ["GITHUB_TOKEN": "ghp-very-secret"], environmentFile: file,
            configuration: DeployerFileTests.parse("\nparallel: 3")
        ).resolve()
        let listing = SettingsListing(settings)
        let lines = listing.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == SettingTable.all.count)
        #expect(lines.contains(["interval", "5s", "--interval"]))
        #expect(lines.contains(["github-token", "****", "environment"]))
        #expect(lines.contains(["openai-api-key", "****", "dispatcher.env:1"]))
        #expect(lines.contains(["parallel", "3", "deployer.yaml:2"]))
        #expect(lines.contains(["jitter", "10", "default"]))
        #expect(lines.contains(["ssh-key", "-", "default"]))
        for text in [listing.text, listing.json] { #expect(!text.contains("very-secret")) }
        #expect(listing.json.contains("\"value\": \"****\""))
    }

    @Test func theJSONListingIsJSON() throws {
        let rows = try JSONRows.decode(SettingsListing(.defaults).json, "settings")
        #expect(SettingsListing(.defaults).json.hasPrefix("{\n  \"schema\": 1,\n"))
        #expect(rows.count == SettingTable.all.count)
        #expect(
            rows.first?["name"] == "interval" && rows.first?["value"] == "60s" && rows.first?["origin"] == "default")
        #expect(rows.first?["variable"] == "DISPATCHER_INTERVAL" && rows.first?["key"] == "interval")
    }
}
