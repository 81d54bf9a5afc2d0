import Model
import Repair
import Testing

@Suite struct GuardPolicyTests {
    @Test(arguments: [
        "", "/etc/passwd", "../x", "a/../b", "a//b", "a/./b", ".git/config", "repos/a/.GIT/hooks/x",
        ".deployer/history.sqlite",
        "deployer.yaml", "dispatcher.env", "plugins/x.so", "commands/restart-a.sh", ".github/workflows/ci.yml",
        "repos/a/.gitlab-ci.yml", "repos/a/Package.swift", "repos/a/Tests/ATests/T.swift", "repos/a/tests/t.py",
        "repos/a/src/foo_test.go", ".gitmodules", "feedback/x.json", "repos/a\u{0}b",
    ])
    func refused(path: String) {
        #expect(throws: Failure.self) { try GuardPolicy().check(path) }
    }

    @Test(arguments: [
        "repos/a/Sources/App/main.swift", "repos/a/README.md", "repos/a/latest.swift", "x.swift",
        "repos/a/contest.swift",
    ])
    func allowed(path: String) throws {
        try GuardPolicy().check(path)
    }

    @Test func aConfigurationMayLoosenIt() throws {
        var policy = GuardPolicy()
        policy.allowsTests = true
        policy.allowsManifests = true
        try policy.check("repos/a/Tests/T.swift")
        try policy.check("repos/a/Package.swift")
        #expect(throws: Failure.self) { try policy.check("repos/a/.git/x") }
    }
}
