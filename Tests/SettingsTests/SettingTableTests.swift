import Testing

@testable import Settings

@Suite struct SettingTableTests {
    @Test func everyIdHasOneRow() {
        #expect(SettingTable.all.count == Setting.ID.allCases.count)
        #expect(Set(SettingTable.all.map(\.id)) == Set(Setting.ID.allCases))
        for id in Setting.ID.allCases { #expect(SettingTable[id].id == id) }
    }

    @Test func namesAreUnique() {
        let all = SettingTable.all
        #expect(Set(all.map(\.variable)).count == all.count)
        #expect(Set(all.compactMap(\.key)).count == all.compactMap(\.key).count)
        #expect(Set(all.compactMap(\.flag)).count == all.compactMap(\.flag).count)
    }

    /// What the issue and its users rely on by name.
    @Test(
        arguments: [
            ("DISPATCHER_INTERVAL", "60s"), ("DISPATCHER_USE_PRS", "true"), ("DISPATCHER_BUILD_DOCKER", "false"),
            ("DISPATCHER_RUN_E2E", "false"), ("GITHUB_TOKEN", nil), ("OPENAI_API_KEY", nil),
            ("GIT_USER_NAME", "codex-deployer"), ("GIT_USER_EMAIL", "codex-deployer@localhost"),
            ("DISPATCHER_GIT_DEADLINE", "60s"), ("DISPATCHER_BRANCH", "main"), ("DISPATCHER_REMOTE", "origin"),
            ("DISPATCHER_FOLLOW_FORCE_PUSH", "false"), ("DISPATCHER_LOG_BRANCH", "deployer/logs"),
            ("DISPATCHER_LOG_BRANCH_CYCLES", "50"), ("DISPATCHER_REPAIR_BRANCH_PREFIX", "codex/"),
        ] as [(String, String?)]) func theNamedSettingsExist(variable: String, fallback: String?) throws
    {
        let setting = try #require(SettingTable.setting(variable: variable))
        #expect(setting.fallback?.text == fallback)
    }

    @Test func defaultsAreInTheirRange() {
        for setting in SettingTable.all {
            guard let fallback = setting.fallback else { continue }
            let parsed = setting.shape.value(of: fallback.text, separator: setting.separator)
            #expect((try? parsed.get()) == fallback, "\(setting.id)")
        }
    }

    @Test func secretsHaveNoFlagAndNoPlaceInTheFile() {
        let secrets = SettingTable.all.filter(\.isSensitive)
        #expect(secrets.count >= 3)
        for setting in secrets { #expect(setting.flag == nil && setting.key == nil && setting.fallback == nil) }
    }

    /// Who pushes a commit must not decide what code and which machines the daemon trusts.
    @Test(arguments: [
        Setting.ID.pluginDigests, .pluginDirectories, .token, .caFile, .sshKey, .knownHosts, .remote, .openAIKey,
        .tokenHosts, .plainSecretPlugins, .forge, .forgeAPI, .committedActions, .webListen, .webTokens, .webOrigins,
        .openAIBaseURL, .verifySandbox, .verifyFolders, .coderSandbox, .coderNetwork, .coderEnvironment,
        .coderFolders,
        .coderPrices, .coderMoneyPerHour, .coderMoneyPerFailure, .coderTokensPerHour, .coderTokensPerFailure,
        .coderRequestsPerHour, .coderRequestsPerFailure,
    ]) func trustIsTheMachines(id: Setting.ID) { #expect(SettingTable[id].key == nil) }

    @Test func everySettingIsDocumentedInOneSentence() {
        for setting in SettingTable.all {
            #expect(setting.documentation.hasSuffix(".") && setting.documentation.count > 15, "\(setting.id)")
        }
    }
}
