import Foundation
import TestSupport
import Testing

/// Plugins that do their worst, beside one that works: what `list-plugins`, the cycle and the harness say of each, and that
/// the service of the other plugin is deployed all the same.
@Suite struct BadPluginTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        var name: String
        var macros: [String: String]
        /// What list-plugins says; nil: it is ready.
        var listed: String?
        /// What the cycle says of its service.
        var cycle: String
        /// Whether the service is deployed nevertheless.
        var isDeployed = false
        /// The check that fails, and what it says.
        var check: String
        var says: String
        var testDescription: String { name }
    }

    private static let held =
        "bad/- | warning: held: deployer.yaml:4:11: no plugin offers the kind 'mock'; see `list-plugins`"

    static let all = [
        Bad(
            name: "constructor", macros: ["MOCK_CONSTRUCTOR": "\"segv\""], listed: "crashed with SIGSEGV",
            cycle: held, check: "load.now", says: "crashed with SIGSEGV while it is loaded"),
        Bad(
            name: "describe", macros: ["MOCK_DESCRIBE": "\"segv\""], listed: "while it was described",
            cycle: held, check: "describe.valid", says: "crashed with SIGSEGV"),
        Bad(
            name: "run", macros: ["MOCK_DO": "\"segv\""],
            cycle: "crashed with SIGSEGV (segmentation fault) while running 'build'",
            check: "contract.stages", says: "crashed with SIGSEGV while run works on 'build'"),
        Bad(
            name: "thread", macros: ["MOCK_RUN": "\"crash-later\""], cycle: "deployed", isDeployed: true,
            check: "sinks.after-return", says: "crashed with SIGSEGV"),
        Bad(
            name: "hang", macros: ["MOCK_DO": "\"hang\""], cycle: "did not end within its time and was killed",
            check: "contract.stages", says: "was not back"),
        Bad(
            name: "leak", macros: ["MOCK_RUN": "\"leak-descriptor\""], cycle: "deployed", isDeployed: true,
            check: "life.runs", says: "left 20 descriptors open"),
        Bad(
            name: "flood", macros: ["MOCK_DO": "\"print-for-ever\""],
            cycle: "did not end within its time and was killed",
            check: "contract.stages", says: "was not back"),
        Bad(
            name: "sizes", macros: ["TABLE_SIZE": "8"], listed: "its table has no describe",
            cycle: held, check: "load.now", says: "leaves no room for run"),
        Bad(
            name: "garbage", macros: ["MOCK_DESCRIBE": "\"garbage\""], listed: "its description is not valid",
            cycle: held, check: "describe.valid", says: "is not JSON"),
        Bad(
            name: "strings", macros: ["MOCK_RUN": "\"garbage-text\""], cycle: "deployed", isDeployed: true,
            check: "sinks.strings", says: "a summary is not UTF-8"),
        Bad(
            name: "exit", macros: ["MOCK_DO": "\"exit0\""], cycle: "left with exit(0) instead of answering",
            check: "contract.stages", says: "left with exit(0) while run works on 'build'"),
        Bad(
            name: "socket", macros: ["MOCK_DO": "\"close-socket\""], cycle: "closed its connection to the host",
            check: "contract.stages", says: "was not back"),
        Bad(
            name: "daemon", macros: ["MOCK_DO": "\"daemon\""], cycle: "deployed", isDeployed: true,
            check: "process.forks",
            says: "in 'build', it started a process"),
    ]

    @Test(arguments: all) func isNamedEverywhereAndHindersNobody(_ bad: Bad) async throws {
        let good = try await Scripted.services("good")[0]
        var files = good.files("fine")
        files["deployer.yaml"] = """
            services:
              bad:
                path: repos/bad
                kind: mock
                stages: [build, deploy]
                timeouts: {build: 2s, deploy: 2s}
              good:
                path: repos/good
                kind: scripted

            """
        files["repos/bad/README.md"] = "of a kind that goes wrong\n"
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            let library = workspace.path("plugins/bad.so")
            // As an operator's hand does: the file is there at once.
            try await MockPlugins.build(workspace.folder + "/bad.so", bad.macros)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: workspace.folder + "/bad.so")
            try FileManager.default.moveItem(atPath: workspace.folder + "/bad.so", toPath: library)

            let listed = try await workspace.host("list-plugins")
            #expect(listed.output.contains("scripted 1.0.0 - ready"), "\(listed.text)")
            if let reason = bad.listed {
                #expect(listed.output.contains(reason), "\(listed.text)")
            } else {
                #expect(listed.output.contains("mock 1.0.0 - ready"), "\(listed.text)")
            }

            let cycle = try await workspace.once()
            let told = cycle.text + workspace.log
            #expect(told.contains(bad.cycle), "\(told)")
            #expect((cycle.status == 0) == bad.isDeployed, "\(told)")
            await good.answers("fine")

            let examined = try await workspace.host("test-plugin", library, "--filter", bad.check, "--seed", "1")
            #expect(examined.status == 1, "\(examined.text)")
            #expect(examined.output.contains("failed   \(bad.check)"), "\(examined.text)")
            #expect(examined.output.contains(bad.says), "\(examined.text)")
            #expect(examined.output.contains("expected: ") && examined.output.contains("read: "), "\(examined.text)")
        }
    }

    @Test func harnessTellsTheShell() async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            let library = workspace.folder + "/files.so"
            try await MockPlugins.compile(MockPlugins.example, to: library)
            let passed = try await workspace.host(
                "test-plugin", library, "--filter", "load.", "--filter", "contract.fuzz")
            #expect(passed.status == 0 && passed.output.contains("0 failed"), "\(passed.text)")
            #expect(passed.output.contains("seed "), "\(passed.text)")

            for wrong in [
                [], ["/no/such.so"], [library, "--filter", "no-such"], [library, "--options", "[1]"],
                [library, "--options", "nonsense"], [library, "--source", "/no/such"],
                [library, "--state", "/no/such"],
                [library, "--kind", "other"], [library, "--seed", "many"],
            ] {
                let result = try await workspace.host(["test-plugin"] + wrong)
                #expect(result.status == 2 && !result.errors.isEmpty, "\(wrong): \(result.text)")
            }

            let report = workspace.folder + "/report.xml"
            let json = try await workspace.host(
                "test-plugin", library, "--filter", "load.", "--json", "--junit", report)
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any], "\(json.text)")
            #expect(document["passed"] as? Bool == true && document["id"] as? String == "files")
            #expect(try String(contentsOfFile: report, encoding: .utf8).contains("<testcase "))
        }
    }
}
