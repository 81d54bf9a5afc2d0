import Foundation
import Model
import TestSupport
import Testing

@testable import Settings

@Suite struct EnvironmentFileTests {
    static func parse(_ text: String) throws(ConfigurationProblems) -> [String: String] {
        try EnvironmentFile.parse(Array(text.utf8)).values
    }

    @Test(
        arguments: [
            ("A=b", ["A": "b"]), ("", [:]), ("# A=b\n\n  \t\n#", [:]), ("export A=b", ["A": "b"]),
            ("export\tA=b", ["A": "b"]), ("export=x", ["export": "x"]), ("  A = b  ", ["A": "b"]), ("A=", ["A": ""]),
            ("A=b c", ["A": "b c"]), ("A=b # c", ["A": "b"]), ("A=b#c", ["A": "b#c"]), ("A=#c", ["A": ""]),
            ("A=b=c", ["A": "b=c"]), ("A=$HOME `id` $(id)", ["A": "$HOME `id` $(id)"]),
            ("A='$x \\n # \"'", ["A": "$x \\n # \""]),
            ("A=\"a\\nb\\t\\\"\\\\\\$x\\q\" # c", ["A": "a\nb\t\"\\$x\\q"]),
            ("A=\"one\ntwo\"\nB=3", ["A": "one\ntwo", "B": "3"]),
            ("A=\"one\\\ntwo\"", ["A": "onetwo"]), ("A=b\r\nC=d\r\n", ["A": "b", "C": "d"]),
            ("\u{FEFF}A=b", ["A": "b"]),
            ("A=ü", ["A": "ü"]), ("A=''", ["A": ""]), ("A=it's", ["A": "it's"]),
        ] as [(String, [String: String])]) func linesAreRead(text: String, expected: [String: String]) throws
    {
        #expect(try Self.parse(text) == expected)
    }

    @Test func everyWrongLineIsReported() {
        let text = """
            GOOD=1
            no equals
            1A=x
            A-B=x
            Q="open
            GOOD=2
            """
        do {
            _ = try Self.parse(text + "\nZ='a' b")
            Issue.record("was taken")
        } catch {
            #expect(
                error.problems.map(\.description) == [
                    "dispatcher.env:2:1: this line is no NAME=value - begin comments with '#'",
                    "dispatcher.env:3:1: '1A' is no name for a variable - use letters, digits and '_'",
                    "dispatcher.env:4:1: 'A-B' is no name for a variable - use letters, digits and '_'",
                    "dispatcher.env:5:1: the quote that begins the value of Q is not closed",
                ])
        }
        do {
            _ = try Self.parse("A=1\nA=2\nZ='hunter2' b\nN=\0")
            Issue.record("was taken")
        } catch {
            #expect(error.problems.map(\.line) == [2, 3, 4])
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test func aFileIsLoadedWithItsWarnings() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/dispatcher.env"
            #expect(try EnvironmentFile.load(path) == nil)
            try "GITHUB_TOKEN=x\nDB_PASSWORD=y\nOTHER=z\n".write(toFile: path, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let warnings = try #require(try EnvironmentFile.load(path)).warnings.map(\.description)
            #expect(
                warnings == [
                    "dispatcher.env: other users may read or write the file, and it holds DB_PASSWORD, GITHUB_TOKEN - chmod 600 dispatcher.env"
                ])
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(try #require(try EnvironmentFile.load(path)).warnings.isEmpty)
            try "OTHER=z\nGITHUB_TOKEN=\n".write(toFile: path, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(try #require(try EnvironmentFile.load(path)).warnings.isEmpty)
        }
    }

    @Test func aStrangersFileIsWarnedOf() throws {
        let file = try EnvironmentFile.parse(Array("A=b".utf8))
        let attributes = SmallFile.Attributes(kind: .regular, permissions: 0o600, owner: 1234)
        #expect(file.warnings(attributes, user: 1000).count == 1)
        #expect(file.warnings(attributes, user: 1234).isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func whatIsNoSmallFileIsRefused() async throws {
        try await ScratchDirectory.with { folder in
            #expect(throws: Failure.self) { try EnvironmentFile.load(folder) }
            mkfifo("\(folder)/fifo", 0o600)
            #expect(throws: Failure.self) { try EnvironmentFile.load("\(folder)/fifo") }
            try Data(count: 2 << 20).write(to: URL(filePath: "\(folder)/large"))
            #expect(throws: Failure.self) { try EnvironmentFile.load("\(folder)/large") }
        }
    }

    @Test(arguments: [
        ("GITHUB_TOKEN", true), ("OPENAI_API_KEY", true), ("MY_SECRET", true), ("db_password", true),
        ("DISPATCHER_SSH_KEY", false), ("KEYBOARD", false), ("DISPATCHER_INTERVAL", false),
    ]) func secretsAreKnownByTheirNames(name: String, isSecret: Bool) {
        #expect(EnvironmentFile.isNamedLikeSecret(name) == isSecret)
    }
}
