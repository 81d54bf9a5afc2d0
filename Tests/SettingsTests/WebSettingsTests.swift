import Testing

@testable import Settings

@Suite struct WebSettingsTests {
    private static let token = String(repeating: "0a", count: 16)

    private static func settings(_ variables: [String: String]) throws(ConfigurationProblems) -> DaemonSettings {
        try SettingsResolver(environment: variables).resolve()
    }

    @Test func whoMayAskIsReadFromOneVariable() throws {
        let other = String(repeating: "b-._~+/=", count: 4)
        let settings = try Self.settings([
            "DISPATCHER_WEB_LISTEN": "[::1]:8787",
            "DISPATCHER_WEB_TOKENS": "claude:read+feedback:\(Self.token), desk:operate:\(other)",
            "DISPATCHER_WEB_ORIGINS": "https://tools.example.org,http://localhost:6274",
        ])
        let place = try #require(settings.webListen)
        #expect(place.host == "::1" && place.port == 8787)
        #expect(settings.webTokens.map(\.name) == ["claude", "desk"])
        #expect(settings.webTokens.map(\.rights) == ["read+feedback", "operate"])
        #expect(settings.webTokens.map(\.token) == [Self.token, other])
        #expect(settings.webOrigins == ["https://tools.example.org", "http://localhost:6274"])
        // Each is a secret by itself: a log may hold one without the others.
        #expect(Set(settings.secrets) == [Self.token, other])
        let shown = SettingsListing(settings).json + SettingsListing(settings).text
        #expect(!shown.contains(Self.token) && !shown.contains("claude"))
    }

    @Test func withoutBeingSaidNothingIsListenedOn() throws {
        let settings = try Self.settings([:])
        #expect(settings.webListen == nil && settings.webTokens.isEmpty && settings.webOrigins.isEmpty)
    }

    @Test(arguments: [
        "token", "a:read", "a:read:short", "a:read:\(token):x", ":read:\(token)", "a b:read:\(token)", "a::\(token)",
        "a:write:\(token)", "a:read+read:\(token)", "a:read+:\(token)", "a:READ:\(token)", "a:read:\(token)\u{E9}",
        "a:read:\(token) x",
    ]) func aTokenThatIsNoneIsRefusedWithoutBeingRepeated(text: String) {
        do throws(ConfigurationProblems) {
            _ = try Self.settings(["DISPATCHER_WEB_TOKENS": text])
            Issue.record("'\(text)' is taken")
        } catch {
            let words = error.problems.map(\.description).joined()
            #expect(
                words.contains("DISPATCHER_WEB_TOKENS") && !words.contains(Self.token) && !words.contains("short"),
                "\(words)")
        }
    }

    @Test(arguments: ["example.org", "https://", "https://x/", "https://x/path", "ftp://x", "null", "*", "https://u@x"])
    func anOriginIsASchemeAndAHost(text: String) {
        #expect(throws: ConfigurationProblems.self) { try Self.settings(["DISPATCHER_WEB_ORIGINS": text]) }
    }

    @Test func webhooksAreKnownByASecretThatIsShownNowhere() throws {
        let settings = try Self.settings([
            "DISPATCHER_WEB_LISTEN": "127.0.0.1:8787", "DISPATCHER_WEBHOOK_SECRET": Self.token,
        ])
        #expect(settings.webhookSecret == Self.token && settings.secrets == [Self.token])
        let shown = SettingsListing(settings).json + SettingsListing(settings).text
        #expect(!shown.contains(Self.token))
        // Somebody may come in: the forge.
        #expect(!settings.warnings.contains { "\($0)".contains("nobody may ask") }, "\(settings.warnings)")
        #expect(DaemonSettings.ownSecrets.contains("DISPATCHER_WEBHOOK_SECRET"))
        let without = try Self.settings(["DISPATCHER_WEBHOOK_SECRET": Self.token])
        #expect(without.warnings.contains { "\($0)".contains("no webhook can come") })
        for bad in ["short", "fifteen-letters", "with a blank in the middle", "sixteen-letters-\u{E9}"] {
            let problems = #expect(throws: ConfigurationProblems.self) {
                try Self.settings(["DISPATCHER_WEBHOOK_SECRET": bad])
            }
            #expect(problems.map { "\($0)".contains(bad) } == false)
        }
    }

    @Test func whoListensWithoutTokensIsTold() throws {
        let settings = try Self.settings(["DISPATCHER_WEB_LISTEN": "127.0.0.1:8787"])
        #expect(settings.warnings.contains { "\($0)".contains("nobody may ask") })
    }
}
