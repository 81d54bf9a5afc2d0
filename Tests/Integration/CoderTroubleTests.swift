import Foundation
import Git
import Model
import Testing

/// Trouble with one service's repairs: it ends nobody else's.
@Suite struct CoderTroubleTests {
    /// Two services that do not build: for the first the compiler proposes a change, for the second there is an agent.
    private func with(
        _ environment: [String: String], _ body: (Workspace, [Scripted]) async throws -> Void
    ) async throws {
        let services = try await Scripted.services("alpha", "beta")
        var files = services[0].files("alpha 1").merging(services[1].files("beta 1")) { $1 }
        files[services[0].path("build")] = Scripted.build.replacing("is no number", with: "is no number => not ")
        files["deployer.yaml"] = """
            coder: command
            coders: {command: [/bin/sh, -c, "sed -i s/wrong/fourth/ repos/beta/source.txt", agent, "{prompt_file}"]}
            services: {alpha: {kind: scripted, coder: none}, beta: {kind: scripted}}

            """
        let settings = ["DISPATCHER_USE_PRS": "0", "DISPATCHER_CODER_SANDBOX": "none"]
        try await Workspace.with(files, environment: settings.merging(environment) { $1 }) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let long = String(repeating: "x", count: 900)
            try await workspace.commit([
                services[0].path("source.txt"): "one\n\(long)\nwrong\n\(long)\nfive\n",
                services[1].path("source.txt"): Scripted.brokenSource,
            ])
            try await body(workspace, services)
        }
    }

    @Test func theCompilersOwnProposalIsTriedWhereItFits() async throws {
        try await with([:]) { workspace, services in
            let failed = try await workspace.once()
            #expect(failed.output.contains("the compiler's own fix-its mend it"), "\(failed.text)")
            #expect(try await workspace.content(services[0].path("source.txt"))?.contains("\nnot wrong\n") == true)
            #expect(try await workspace.content(services[1].path("source.txt"))?.contains("fourth") == true)
        }
    }

    /// It counts as tried, and is not begun with again and again before everybody else's.
    @Test func aFixItThatDoesNotFitIntoTheInboxHoldsNobodyUp() async throws {
        try await with(["DISPATCHER_FEEDBACK_BYTES": "1KiB"]) { workspace, services in
            let failed = try await workspace.once()
            #expect(failed.output.contains("is not tried: the feedback has"), "\(failed.text)")
            #expect(failed.output.contains("the coder's patch is good"), "\(failed.text)")
            #expect(try await workspace.content(services[1].path("source.txt"))?.contains("fourth") == true)
            let again = try await workspace.once()
            #expect(!again.output.contains("is not tried"), "\(again.text)")
        }
    }

    /// After a push by force and a clean-up, say.
    @Test func aServiceWhoseFailedCommitIsGoneHoldsNobodyUp() async throws {
        let idle = ["DISPATCHER_CODER": "none", "DISPATCHER_FIX_ITS": "0"]
        try await with([:]) { workspace, services in
            #expect(try await workspace.once(idle).status == 1)
            let program = """
                import sqlite3, sys
                history = sqlite3.connect(sys.argv[1])
                for table, columns, document in (
                    ("serviceStates", "service, cycle, deployed", "failure"),
                    ("reports", "cycle, name, service, createdAt, summary", "document"),
                ):
                    history.execute(
                        f"INSERT INTO {table}({columns}, {document}) SELECT {columns}, replace({document}, ?, ?) "
                        f"FROM {table} WHERE service = 'alpha' ORDER BY id DESC LIMIT 1", sys.argv[2:4])
                history.commit()
                """
            let tip = try #require(try await workspace.tip())
            let result = try await HostProcess.run(
                [
                    "-c", program, workspace.path(".deployer/history.sqlite"), tip.hex,
                    String(repeating: "b", count: 40),
                ], in: workspace.root, environment: ["PATH": "/usr/bin:/bin"], program: "/usr/bin/python3")
            try #require(result.status == 0, "\(result.text)")
            let failed = try await workspace.once()
            #expect(failed.output.contains("repairs are not gone on with"), "\(failed.text)")
            #expect(failed.output.contains("the coder's patch is good"), "\(failed.text)")
            #expect(try await workspace.content(services[1].path("source.txt"))?.contains("fourth") == true)
        }
    }
}
