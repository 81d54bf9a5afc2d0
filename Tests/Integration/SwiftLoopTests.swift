import Foundation
import Git
import Model
import Samples
import TestSupport
import Testing

/// The whole loop on real Swift packages: pushed, built, deployed, broken, repaired.
@Suite(.serialized) struct SwiftLoopTests {
    /// Two services, recognised by their manifests.
    private struct Pair {
        let ports: [Int]
        var files: [String: String] {
            var files = ["README.md": "A workspace without a deployer.yaml.\n"]
            for (name, port) in zip(["alpha", "beta"], ports) {
                for (path, text) in Samples.webService(name: name, port: port) { files["repos/\(name)/\(path)"] = text }
            }
            return files
        }
        static let routes = "repos/alpha/" + Samples.routesPath

        func routes(_ greeting: String) -> String {
            Samples.webService(name: "alpha", port: ports[0], greeting: greeting)[Samples.routesPath] ?? ""
        }
        func brokenRoutes(_ greeting: String) -> String {
            Samples.brokenRoutes(name: "alpha", port: ports[0], greeting: greeting)
        }
        /// The line of `brokenRoutes` that does not compile.
        var brokenLine: Int {
            let lines = brokenRoutes("x").split(separator: "\n", omittingEmptySubsequences: false)
            return (lines.firstIndex { $0.contains("greting") } ?? -2) + 1
        }
        /// The same services, now named, with health checks.
        var configuration: String {
            var text = "services:\n"
            for (name, port) in zip(["alpha", "beta"], ports) {
                text += "  \(name):\n    kind: swift\n    health:\n"
                text += "      http: http://127.0.0.1:\(port)/health\n      interval: 200ms\n"
            }
            return text
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func aPushIsDeployedAMistakeReportedAndAPatchRepairsIt() async throws {
        let pair = Pair(ports: try Web.freePorts(2))
        let token = "tok-\(UUID().uuidString)"
        try await Workspace.with(
            pair.files, environment: ["DISPATCHER_USE_PRS": "0", "DISPATCHER_KEEP_RELEASES": "1"],
            plugins: ["libSwiftBuildPlugin.so"]
        ) { workspace in
            // Over a local path, the services recognised by the plugin.
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            await Web.answers(pair.ports[0], "alpha 1")
            await Web.answers(pair.ports[1], "beta 1")
            #expect(workspace.stages == Workspace.stages(of: "alpha", "beta"))

            try await change(pair, in: workspace, to: "alpha 2")
            try await breakAndRepair(pair, in: workspace, running: "alpha 2", repaired: "alpha 3", id: "local-repair")

            // The same workspace over HTTP with a password, the services named, with health checks.
            let server = try GitHTTPServer(
                root: workspace.folder, options: .init(login: (user: "x-access-token", password: token)))
            defer { server.stop() }
            try await workspace.setOrigin(server.url("origin.git"))
            try workspace.write("dispatcher.env", "GITHUB_TOKEN=\(token)\n", mode: 0o600)
            try await workspace.commit(["deployer.yaml": pair.configuration], "Name the services")
            let named = try await workspace.once()
            #expect(named.status == 0, "\(named.text)")
            #expect(workspace.stages == Workspace.stages(of: "alpha", "beta"))

            try await change(pair, in: workspace, to: "alpha 4")
            try await breakAndRepair(pair, in: workspace, running: "alpha 4", repaired: "alpha 5", id: "http-repair")
            await Web.answers(pair.ports[1], "beta 1")
            // Five releases were made; the setting keeps the live one, and the plugin the one to roll back to.
            let releases = workspace.names(".deployer/releases/alpha").filter { !$0.hasPrefix(".") && $0 != "current" }
            #expect(releases.count == 2, "\(releases)")
            try await expectHidden(token, in: workspace, server)
        }
    }

    /// A commit to one service builds, tests and deploys that one alone.
    private func change(_ pair: Pair, in workspace: Workspace, to greeting: String) async throws {
        try await workspace.commit([Pair.routes: pair.routes(greeting)], "Greet with \(greeting)")
        let result = try await workspace.once()
        #expect(result.status == 0, "\(result.text)")
        #expect(workspace.stages == Workspace.stages(of: "alpha"))
        await Web.answers(pair.ports[0], greeting)
        await Web.answers(pair.ports[1], "beta 1")
    }

    private func breakAndRepair(
        _ pair: Pair, in workspace: Workspace, running: String, repaired: String, id: String
    ) async throws {
        try await workspace.commit([Pair.routes: pair.brokenRoutes(running)], "Greet wrongly")
        let broken = try #require(try await workspace.tip())
        let failed = try await workspace.once()
        #expect(failed.status == 1, "\(failed.text)")
        let place = "Sources/Routes/Routes.swift:\(pair.brokenLine):"
        let message = "cannot find 'greting' in scope"
        #expect(workspace.log.contains(place) && workspace.log.contains(message), "\(workspace.log)")
        #expect(failed.output.contains(place) && failed.output.contains(message))
        #expect(workspace.stages == ["alpha/build"])
        await Web.answers(pair.ports[0], running)

        let report = try #require(try await workspace.published("report-alpha.json").last)
        #expect(report.text.contains(broken.hex) && report.text.contains(message), "\(report.text)")
        #expect(report.text.contains("\"line\" : \(pair.brokenLine)"), "\(report.text)")
        #expect(report.text.contains("\"file\" : \"Sources/Routes/Routes.swift\""), "\(report.text)")

        // The same content is not built again.
        let again = try await workspace.once()
        #expect(again.status == 1, "\(again.text)")
        #expect(try #require(try await workspace.tip()) == broken)

        let patch = try await workspace.patch(Pair.routes, to: pair.routes(repaired))
        try workspace.drop(id, ["id": id, "description": "Spell the greeting right", "patch": patch])
        let mended = try await workspace.once()
        #expect(mended.status == 0, "\(mended.text)")
        await Web.answers(pair.ports[0], repaired)
        #expect(workspace.stages == Workspace.stages(of: "alpha"))

        let tip = try #require(try await workspace.tip())
        let commit = try await workspace.origin.commit(tip)
        #expect(commit.parents == [broken])
        #expect(commit.summary == "Spell the greeting right")
        #expect(commit.message.contains("\nFeedback-Id: \(id)\n"), "\(commit.message)")
        #expect(commit.message.contains("\nVerified-By: codex-deployer (alpha: build ok, test ok"), "\(commit.message)")
        #expect(commit.author.identity == Identity(name: "The Deployer", email: "deployer@localhost"))
        #expect(try await workspace.content(Pair.routes) == pair.routes(repaired))

        #expect(workspace.exists("feedback/applied/\(id).json") && !workspace.exists("feedback/\(id).json"))
        let verdict = try workspace.verdict("applied/\(id)")
        #expect(verdict["decision"] as? String == "applied", "\(verdict)")
        #expect(verdict["commit"] as? String == tip.hex, "\(verdict)")

        let logs = try await workspace.published(".log")
        #expect(logs.contains { $0.text.contains(message) } && logs.contains { $0.text.contains("alpha/deploy") })
        let verdicts = try await workspace.published("verdict.json")
        #expect(verdicts.contains { $0.path.contains(id) })
    }

    /// The token is where the operator put it, and nowhere else.
    private func expectHidden(_ token: String, in workspace: Workspace, _ server: GitHTTPServer) async throws {
        #expect(server.log.contains { $0.status == 200 && $0.target.contains("git-receive-pack") })
        try await Secrecy.expect(token, onlyIn: "dispatcher.env", of: workspace, server)
    }
}
