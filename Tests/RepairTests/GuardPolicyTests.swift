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
        // Tests, and what decides which are run, by the customs of other languages.
        "repos/a/src/cart.test.ts", "repos/a/src/cart.spec.js", "repos/a/lib/cart_spec.rb", "repos/a/CartTest.java",
        "repos/a/conftest.py", "repos/a/src/__snapshots__/cart.js.snap", "repos/a/pytest.ini",
        "repos/a/jest.config.mjs",
        "repos/a/Sources/CartTest.swift",
        // What brings foreign code in, or runs at every build.
        "repos/a/yarn.lock", "repos/a/pnpm-lock.yaml", "repos/a/.npmrc", "repos/a/requirements-dev.txt",
        "repos/a/poetry.lock", "repos/a/setup.py", "repos/a/build.gradle.kts", "repos/a/pom.xml",
        "repos/a/.cargo/config.toml", "repos/a/composer.json", "repos/a/build.rs",
        // What decides who reviews, what runs on a reader's machine, and what the next agent is told.
        "CODEOWNERS", "repos/a/AGENTS.md", "repos/a/CLAUDE.md", "repos/a/.codex/config.toml",
        "repos/a/.husky/pre-commit", "repos/a/.vscode/tasks.json", "repos/a/azure-pipelines.yml",
        // Names that do not look like what they are.
        "repos/a/.g\u{200C}it/config", "repos/a/\u{202E}tfiws.niam", "repos/a/a\u{7}b",
    ])
    func refused(path: String) {
        #expect(throws: Failure.self) { try GuardPolicy().check(path) }
    }

    @Test(arguments: [
        "repos/a/Sources/App/main.swift", "repos/a/README.md", "repos/a/latest.swift", "x.swift",
        "repos/a/contest.swift", "repos/a/Sources/Latest.swift", "repos/a/src/test.ts.txt",
        "repos/a/Sources/Contest.swift",
        "repos/a/Sources/Prüfung.swift", "repos/a/requirements.md", "repos/a/docs/agents.html",
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
