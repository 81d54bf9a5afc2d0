import Forge
import ForgeDoubles
import Foundation
import Model
import TestSupport
import Testing

@Suite struct GitHubReportTests {
    private func annotations(_ count: Int) -> [Annotation] {
        Annotation.of(
            (0..<count).map {
                Diagnostic(
                    .error, code: "swift.compile", message: "m\($0)",
                    location: .init(file: "A.swift", line: $0 + 1, column: 3))
            },
            folder: "repos/api")
    }

    /// An App with a key of its own.
    private func withApp(
        installation: Int? = nil, _ body: (GitHubForge, GitHubDouble, TestClock) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { folder in
            #expect(try PeerCommand.run(["openssl", "genrsa", "-out", "\(folder)/key.pem", "2048"]).status == 0)
            #expect(
                try PeerCommand.run([
                    "openssl", "rsa", "-in", "\(folder)/key.pem", "-pubout", "-out", "\(folder)/public.pem",
                ]).status == 0)
            var options = GitHubDouble.Options()
            options.app = ("123", 77, "\(folder)/public.pem")
            let key = try String(contentsOfFile: "\(folder)/key.pem", encoding: .utf8)
            try await Bench.withGitHub(
                options, app: GitHubApp(id: "123", key: ForgeSecret(key), installation: installation), body)
        }
    }

    @Test("With a token a commit gets a status, its words as long as GitHub takes them")
    func status() async throws {
        try await Bench.withGitHub { forge, double, _ in
            #expect(!forge.limits.hasAnnotations)
            for state in [CommitReport.State.pending, .success, .failure, .error] {
                let receipt = try await forge.report(
                    .init(
                        name: "codex-deployer/api", state: state, title: String(repeating: "long words ", count: 40),
                        url: "https://d/1", annotations: annotations(3)),
                    on: Bench.commit(7))
                #expect(receipt == ReportReceipt(form: .status, annotations: 0))
            }
            #expect(
                double.repository.statuses.map { $0.body["state"]?.string } == [
                    "pending", "success", "failure", "error",
                ])
            #expect(
                double.repository.statuses.allSatisfy {
                    ($0.body["description"]?.string?.count ?? 0) == 140 && $0.commit == Bench.commit(7).hex
                })
        }
    }

    @Test(
        "An App makes a check with every finding, fifty a request, complete only with the last",
        arguments: [0, 1, 50, 51, 120, 501])
    func check(count: Int) async throws {
        try await withApp { forge, double, _ in
            let receipt = try await forge.report(
                .init(
                    name: "codex-deployer/api", state: .failure, title: "build failed", summary: "**x**",
                    annotations: annotations(count)), on: Bench.commit(7))
            #expect(receipt == ReportReceipt(form: .check, annotations: min(count, 500)))
            let check = try #require(double.repository.checks.first)
            #expect(double.repository.checks.count == 1)
            #expect(check.annotations.count == min(count, 500))
            #expect(check.status == "completed")
            #expect(check.conclusion == "failure")
            #expect(check.head == Bench.commit(7).hex)
            let sent = double.server.exchanges.filter { $0.request.path.contains("/check-runs") }
            #expect(sent.count == max(1, (min(count, 500) + 49) / 50))
            #expect(sent.dropLast().allSatisfy { $0.request.body?["status"]?.string == "in_progress" })
            #expect(check.summary.contains("1 further") == (count > 500))
            #expect(check.annotations.first.map { $0["path"] == .string("repos/api/A.swift") } ?? true)
        }
    }

    @Test("A check that is cut off in between stays in progress")
    func cutOff() async throws {
        try await withApp { forge, double, _ in
            double.server.fail("", .reply(.init(502, nil)), method: "PATCH")
            let failure = await Bench.failure { () throws(Failure) in
                try await forge.report(
                    .init(name: "n", state: .success, title: "t", annotations: annotations(60)), on: Bench.commit(7))
            }
            #expect(failure?.code == .forgeServer)
            #expect(failure?.scheduling == .retry)
            let check = try #require(double.repository.checks.first)
            #expect(check.status == "in_progress")
            #expect(check.annotations.count == 50)
        }
    }

    @Test("An App finds its installation, and several requests at once get one token between them")
    func tokens() async throws {
        try await withApp { forge, double, clock in
            async let first = forge.openPullRequests()
            async let second = forge.find(branch: "codex/7", base: "main")
            _ = try await (first, second)
            _ = try await forge.propose(Bench.proposal())
            #expect(double.tokens.count == 1)
            #expect(double.server.requests.count { $0.hasSuffix("/installation") } == 1)
            #expect(try await forge.pushCredential().password == double.tokens[0])
        }
    }

    @Test("A token that ends soon is had anew before it does")
    func renewal() async throws {
        try await withApp(installation: 77) { forge, double, clock in
            double.setTokenEnd(clock.now.advanced(by: .seconds(301)))
            _ = try await forge.openPullRequests()
            _ = try await forge.openPullRequests()
            #expect(double.tokens.count == 1)
            clock.advance(.seconds(2))
            _ = try await forge.openPullRequests()
            #expect(double.tokens.count == 2)
            #expect(!double.server.requests.contains { $0.hasSuffix("/installation") })
        }
    }

    @Test("A token that was revoked is had anew, once")
    func revoked() async throws {
        try await withApp { forge, double, _ in
            _ = try await forge.openPullRequests()
            double.revoke()
            #expect(try await forge.propose(Bench.proposal()).wasOpened)
            #expect(double.repository.requests.count == 1)
            // Several requests that find out at once all go on.
            double.revoke()
            async let first = forge.find(branch: "codex/7", base: "main")
            async let second = forge.find(branch: "codex/8", base: "main")
            async let third = forge.pullRequest(1)
            #expect(try await (first?.number, second?.number, third.number) == (1, nil, 1))
            // Each time a new one, and never accepted: no circle.
            double.server.fail("/pulls", .reply(.init(401, .object(["message": .string("Bad credentials")]))), times: 2)
            let failure = await Bench.failure { () throws(Failure) in try await forge.openPullRequests() }
            #expect(failure?.code == .forgeAuth)
        }
    }

    @Test("A key of another App, a broken key, or one too short is told without a word of it")
    func keys() async throws {
        try await ScratchDirectory.with { folder in
            _ = try PeerCommand.run(["openssl", "genrsa", "-out", "\(folder)/key.pem", "2048"])
            _ = try PeerCommand.run([
                "openssl", "rsa", "-in", "\(folder)/key.pem", "-pubout", "-out", "\(folder)/public.pem",
            ])
            _ = try PeerCommand.run(["openssl", "genrsa", "-out", "\(folder)/other.pem", "2048"])
            let other = try String(contentsOfFile: "\(folder)/other.pem", encoding: .utf8)
            var options = GitHubDouble.Options()
            options.app = ("123", 77, "\(folder)/public.pem")
            let body = String(other.split(separator: "\n")[1])
            for (id, key, words) in [
                ("123", other, "clock"), ("124", other, "ID '124'"), ("123", "no key", ".pem"),
                ("123", String(other.dropLast(600)), ".pem"),
            ] {
                try await Bench.withGitHub(options, app: GitHubApp(id: id, key: ForgeSecret(key))) { forge, _, _ in
                    let failure = await Bench.failure { () throws(Failure) in try await forge.openPullRequests() }
                    #expect(failure?.code == .forgeAuth)
                    #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
                    #expect(failure?.description.contains(body) == false)
                }
            }
        }
    }
}
