import Foundation
import Git
import Model
import Samples
import TestSupport
import Testing

/// Repairs of real Swift services: by the compiler's own word, and by a snippet that a crash report places.
@Suite(.serialized) struct SwiftRepairTests {
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
            let routes = try #require(files[Self.routes])
            let unwrapping = "    let name = names[\"name\"]!"
            let crashing =
                routes.replacing("alpha 1", with: "alpha 2").replacing(
                    "    default:",
                    with: "    case \"/name\": Response(status: 200, body: name() + \"\\n\")\n    default:")
                + "\nlet names: [String: String] = [:]\n\nfunc name() -> String {\n\(unwrapping)\n    return name\n}\n"
            let place = crashing.components(separatedBy: unwrapping)[0].count { $0 == "\n" } + 1
            try await workspace.commit([Self.routes: crashing], "Greet by name")
            #expect(try await workspace.once().status == 0)
            await Web.answers(port, "alpha 2")
            // Somebody asks for a name that is not there.
            #expect(await Web.answer(port, "/name") == nil)
            await eventually("the supervisor starts it again") {
                workspace.text(".deployer/services/alpha/status")?.contains("restarts=1\n") == true
            }
            let noticed = try await workspace.once()
            #expect(noticed.text.contains("was ended by signal"), "\(noticed.text)")

            let report = try await workspace.host("report", "--json")
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any], "\(report.text)")
            let findings = try #require(document["diagnostics"] as? [[String: Any]])
            let crash = try #require(
                findings.first { ($0["location"] as? [String: Any])?["file"] as? String == Samples.routesPath },
                "\(report.output)")
            #expect((crash["location"] as? [String: Any])?["line"] as? Int == place, "\(crash)")
            let id = try #require(crash["id"] as? String)

            let snippet = "let name = names[\"name\"] ?? \"nobody\"\n"
            let base = [
                "description": "Greet nobody where there is no name", "target": "alpha/\(Samples.routesPath)",
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
            let mended = try #require(try await workspace.tip("codex/mend"))
            try await workspace.origin.update(
                "refs/heads/main", to: mended, expecting: .anything, reason: "merge")
            let deployed = try await workspace.once()
            #expect(deployed.status == 0, "\(deployed.text)")
            await Web.answers(port, "alpha 2")
            #expect(await Web.answer(port, "/name") == "nobody")
        }
    }
}
