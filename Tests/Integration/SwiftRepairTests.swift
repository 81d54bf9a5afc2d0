import Foundation
import Model
import Samples
import TestSupport
import Testing

/// Repairs of real Swift services: by the compiler's own word, and by a snippet that a crash report places.
@Suite(.serialized) struct SwiftRepairTests {
    private static let main = "repos/alpha/Sources/alpha/main.swift"
    private static let routes = "repos/alpha/" + Samples.routesPath

    private func with(
        _ environment: [String: String] = [:], _ body: (Workspace, Int, [String: String]) async throws -> Void
    ) async throws {
        let port = try Web.freePorts(1)[0]
        var files = [
            "deployer.yaml":
                "services: {alpha: {kind: swift, health: {http: 'http://127.0.0.1:\(port)/health', interval: 200ms, attempts: 15}}}\n"
        ]
        for (path, text) in Samples.webService(name: "alpha", port: port) { files["repos/alpha/\(path)"] = text }
        try await Workspace.with(
            files, environment: ["DISPATCHER_USE_PRS": "0"].merging(environment) { $1 },
            plugins: ["libSwiftBuildPlugin.so"]
        ) { workspace in
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            try await body(workspace, port, files)
        }
    }

    @Test(.timeLimit(.minutes(10))) func whatTheCompilerProposesIsTriedBeforeAnybodyIsAsked() async throws {
        try await with { workspace, port, files in
            let routes = try #require(files[Self.routes])
            let broken =
                routes.replacing("\"alpha 1\"", with: "\"alpha 2\"")
                + "\nfunc count() -> Int {\n    let number = 1\n    number += 1\n    return number\n}\n"
            try await workspace.commit([Self.routes: broken], "Count")
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(failed.output.contains("the compiler's own fix-its mend it"), "\(failed.text)")
            #expect(try await workspace.content(Self.routes)?.contains("var number = 1") == true)
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
            await Web.answers(port, "alpha 2")
        }
    }

    /// The seed's own example.
    @Test(.timeLimit(.minutes(10))) func aCrashOnAnOptionalIsMendedByASnippetThatItsReportPlaces() async throws {
        try await with(["DISPATCHER_USE_PRS": "1"]) { workspace, port, files in
            let main = try #require(files[Self.main])
            let crashing = "let names: [String: String] = [:]\nlet name = names[\"name\"]!\nprint(name)\n"
            // After the imports, wherever they end.
            var lines = main.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let place = (lines.lastIndex { $0.hasPrefix("import ") || $0.hasPrefix("#endif") } ?? -1) + 1
            lines.insert(contentsOf: crashing.split(separator: "\n").map(String.init), at: place)
            try await workspace.commit(
                [
                    Self.main: lines.joined(separator: "\n"),
                    Self.routes: files[Self.routes]?.replacing("alpha 1", with: "alpha 2"),
                ],
                "Greet by name")
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            await Web.answers(port, "alpha 1")

            let report = try await workspace.host("report", "--json")
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any], "\(report.text)")
            let findings = try #require(document["diagnostics"] as? [[String: Any]])
            let crash = try #require(
                findings.first { ($0["location"] as? [String: Any])?["file"] as? String == "Sources/alpha/main.swift" },
                "\(report.output)")
            #expect((crash["location"] as? [String: Any])?["line"] as? Int == place + 2, "\(crash)")
            let id = try #require(crash["id"] as? String)

            let snippet = "let name = names[\"name\"] ?? \"nobody\"\n"
            let base = [
                "description": "Greet nobody where there is no name", "target": "alpha/Sources/alpha/main.swift",
            ]
            try workspace.drop(
                "hole", base.merging(["id": "hole", "patch": "let name = ...\n", "diagnosticId": id]) { $1 })
            try workspace.drop("mend", base.merging(["id": "mend", "patch": snippet, "diagnosticId": id]) { $1 })
            let tried = try await workspace.once()
            let hole = try workspace.verdict("rejected/hole")
            #expect(hole["decision"] as? String == "needs-anchor", "\(hole)")
            let verdict = try workspace.verdict("applied/mend")
            #expect(verdict["decision"] as? String == "proposed", "\(verdict) \(tried.text)")
            let placements = verdict["placements"] as? [[String: Any]]
            #expect(placements?.first?["method"] as? String == "replacement of the line", "\(verdict)")

            // A person merges the proposal.
            let mended = try #require(try await workspace.content(Self.main, branch: "codex/mend"))
            try await workspace.commit([Self.main: mended], "Merge codex/mend")
            let deployed = try await workspace.once()
            #expect(deployed.status == 0, "\(deployed.text)")
            await Web.answers(port, "alpha 2")
        }
    }
}
