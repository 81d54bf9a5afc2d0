import Foundation
import Model
import Testing

@testable import Settings

@Suite struct GitHubAppSettingsTests {
    private static let pem = "-----BEGIN RSA PRIVATE KEY-----\nwxyz\n-----END RSA PRIVATE KEY-----\n"

    private static func settings(_ variables: [String: String]) throws(ConfigurationProblems) -> DaemonSettings {
        try SettingsResolver(environment: variables).resolve()
    }

    @Test func anAppIsNamedByItsIDAndItsKeysFile() throws {
        let settings = try Self.settings([
            "DISPATCHER_GITHUB_APP": "Iv23liABC", "DISPATCHER_GITHUB_APP_KEY_FILE": "/etc/codex-deployer/app.pem",
            "DISPATCHER_GITHUB_APP_INSTALLATION": "77",
        ])
        #expect(
            settings.gitHubApp
                == GitHubAppSettings(id: "Iv23liABC", keyFile: "/etc/codex-deployer/app.pem", installation: 77))
        #expect(try Self.settings([:]).gitHubApp == nil)
    }

    /// Half of it would let the daemon come as somebody else.
    @Test(arguments: [
        ["DISPATCHER_GITHUB_APP": "1"], ["DISPATCHER_GITHUB_APP_KEY_FILE": "/k.pem"],
        ["DISPATCHER_GITHUB_APP_INSTALLATION": "7"],
        ["DISPATCHER_GITHUB_APP": "a b", "DISPATCHER_GITHUB_APP_KEY_FILE": "/k.pem"],
        ["DISPATCHER_GITHUB_APP": "1", "DISPATCHER_GITHUB_APP_KEY_FILE": "k.pem"],
        [
            "DISPATCHER_GITHUB_APP": "1", "DISPATCHER_GITHUB_APP_KEY_FILE": "/k.pem",
            "DISPATCHER_GITHUB_APP_INSTALLATION": "0",
        ],
    ]) func whatIsHalfOrWrongIsRefused(variables: [String: String]) {
        #expect(throws: ConfigurationProblems.self) { try Self.settings(variables) }
    }

    @Test(arguments: ["github_app: 1", "repair:\n  github_app: 1", "web:\n  webhook_secret: xxxxxxxxxxxxxxxxxxxx"])
    func aCommitCannotSetIt(text: String) {
        #expect(!DeployerFileProblemsTests.problems(text).isEmpty)
    }

    @Test func theKeyIsReadAsItIsNow() throws {
        try Self.withFile(Self.pem, 0o600) { app in
            #expect(try app.key() == Self.pem)
            try Data(Self.pem.replacing("wxyz", with: "zyxw").utf8).write(to: URL(filePath: app.keyFile))
            #expect(try app.key().contains("zyxw"))
        }
    }

    private static let bad: [(content: String?, mode: Int, words: String)] = [
        (nil, 0o600, "is not there"), (pem, 0o644, "its mode is 644"), (pem, 0o640, "chmod 600"),
        (pem, 0o602, "chmod 600"), ("", 0o600, "is no PEM file"), ("wxyz", 0o600, "is no PEM file"),
        (pem.replacing("RSA PRIVATE", with: "PUBLIC"), 0o600, "holds no private key"),
        (pem.replacing("RSA PRIVATE", with: "ENCRYPTED PRIVATE"), 0o600, "is encrypted"),
        (String(repeating: pem, count: 2000), 0o600, "more than 65536 bytes"),
    ]

    @Test(arguments: bad.indices) func aKeyThatCannotBeUsedIsToldWithoutAWordOfIt(index: Int) throws {
        let (content, mode, words) = Self.bad[index]
        try Self.withFile(content, mode) { app in
            let failure = #expect(throws: Failure.self) { try app.key() }
            let text = failure.map { "\($0)" } ?? ""
            #expect(text.contains(words) && text.contains(app.keyFile) && !text.contains("wxyz"), "\(text)")
            #expect(failure?.remedy != nil)
        }
    }

    @Test func aFolderIsNoKey() throws {
        let app = GitHubAppSettings(id: "1", keyFile: "/tmp", installation: nil)
        let failure = #expect(throws: Failure.self) { try app.key() }
        #expect(failure.map { "\($0)".contains("no regular file") } == true)
    }

    private static func withFile(_ content: String?, _ mode: Int, _ body: (GitHubAppSettings) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "deployer-key-\(UUID().uuidString).pem"
        defer { try? FileManager.default.removeItem(atPath: path) }
        if let content {
            try Data(content.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        try body(GitHubAppSettings(id: "1", keyFile: path, installation: nil))
    }
}
