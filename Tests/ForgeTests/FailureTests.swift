import Forge
import ForgeDoubles
import Model
import Net
import TestSupport
import Testing

/// Every way in which a forge documents to fail, and some in which it does all the same.
@Suite struct FailureTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var reply: DoubleReply
        var code: Failure.Code
        var scheduling: Failure.Scheduling?
        var words: String
        var testDescription: String { name }
    }

    private static func message(_ text: String) -> JSONValue { .object(["message": .string(text)]) }

    private static let cases: [Case] = [
        Case(
            name: "401", reply: .init(401, message("Bad credentials")), code: .forgeAuth, scheduling: .stop,
            words: "Bad credentials"),
        Case(
            name: "403",
            reply: .init(
                403, message("Resource not accessible by integration"),
                headers: [("X-Accepted-GitHub-Permissions", "pull_requests=read")]), code: .forgeForbidden,
            scheduling: .stop, words: "pull_requests=read"),
        Case(
            name: "403 SSO",
            reply: .init(
                403, message("Resource protected by organization SAML enforcement."),
                headers: [("X-GitHub-SSO", "required; url=https://github.com/orgs/o/sso?x=SECRETLINK")]),
            code: .forgeForbidden, scheduling: .stop, words: "Configure SSO"),
        Case(
            name: "404", reply: .init(404, message("Not Found")), code: .forgeNotFound, scheduling: .stop,
            words: "forges answer 404 for both"),
        Case(
            name: "primary limit",
            reply: .init(
                403, message("API rate limit exceeded"),
                headers: [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "99")]), code: .forgeRateLimited,
            scheduling: nil, words: "rate limit"),
        Case(
            name: "secondary limit", reply: .init(403, message("You have exceeded a secondary rate limit.")),
            code: .forgeRateLimited, scheduling: nil, words: "1 min"),
        Case(
            name: "429", reply: .init(429, nil, headers: [("Retry-After", "7")]), code: .forgeRateLimited,
            scheduling: nil, words: "7.0 s"),
        Case(
            name: "409", reply: .init(409, message("Conflict")), code: .forgeConflict, scheduling: .stop,
            words: "Conflict"),
        Case(
            name: "410", reply: .init(410, message("Issues are disabled")), code: .forgeRefused, scheduling: .stop,
            words: "disabled"),
        Case(
            name: "422", reply: .init(422, message("Validation Failed")), code: .forgeRefused, scheduling: .stop,
            words: "Validation Failed"),
        Case(name: "451", reply: .init(451, message("Blocked")), code: .forgeRefused, scheduling: .stop, words: "451"),
        Case(
            name: "500", reply: .init(500, message("Server Error")), code: .forgeServer, scheduling: .retry,
            words: "500"),
        Case(
            name: "502 page", reply: .init(502, text: "<html><body>@everyone <script>", type: "text/html"),
            code: .forgeServer, scheduling: .retry, words: "a page instead of data"),
        Case(name: "503", reply: .init(503, nil), code: .forgeServer, scheduling: nil, words: "503"),
        Case(
            name: "200 page", reply: .init(200, text: "<!doctype html><title>Sign in</title>", type: "text/html"),
            code: .forgeBadAnswer, scheduling: .retry, words: "page instead of data"),
        Case(
            name: "200 page without a type", reply: .init(200, text: "\n <html>", type: "application/json"),
            code: .forgeBadAnswer, scheduling: .retry, words: "page"),
        Case(
            name: "200 empty", reply: .init(200, text: "", type: "application/json"), code: .forgeBadAnswer,
            scheduling: .retry, words: "no JSON"),
        Case(
            name: "200 list", reply: .init(200, .array([])), code: .forgeBadAnswer, scheduling: .retry, words: "'head'"),
        Case(name: "200 null", reply: .init(200, .null), code: .forgeBadAnswer, scheduling: .retry, words: "'head'"),
        Case(name: "304 unasked", reply: .init(304), code: .forgeMoved, scheduling: .stop, words: "304"),
    ]

    @Test(
        "Each answer that is none has its code, its words and its meaning for the scheduler, and shows no token",
        arguments: cases.indices)
    func answers(index: Int) async throws {
        let wanted = Self.cases[index]
        try await Bench.withGitHub { forge, double, _ in
            _ = try await forge.propose(Bench.proposal())
            double.server.fail("/pulls/1", .reply(wanted.reply))
            let failure = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
            #expect(failure?.code == wanted.code, "\(wanted.name): \(String(describing: failure))")
            if let scheduling = wanted.scheduling { #expect(failure?.scheduling == scheduling) }
            let text = failure?.description ?? ""
            #expect(text.contains(wanted.words), "\(wanted.name): \(text)")
            #expect(failure?.code == .forgeBadAnswer || failure?.code == .forgeRefused || failure?.remedy != nil)
            for secret in [GitHubDouble.Options().token, "SECRETLINK", "<script>", "@everyone"] {
                #expect(!text.contains(secret))
            }
        }
    }

    @Test(
        "Each member that is missing or of another type is named",
        arguments: ["number", "html_url", "title", "state", "head", "base"])
    func members(name: String) async throws {
        try await Bench.withGitHub { forge, double, _ in
            _ = try await forge.propose(Bench.proposal())
            double.server.fail("/pulls/1", .without(name))
            let failure = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
            #expect(failure?.code == .forgeBadAnswer)
            #expect(failure?.message.contains("'\(name)'") == true)
        }
    }

    @Test("Half an answer is tried again, and not kept as one that may be told to be the same")
    func broken() async throws {
        try await Bench.withGitHub { forge, double, _ in
            _ = try await forge.propose(Bench.proposal())
            for (fault, code) in [(DoubleFault.halfJSON, Failure.Code.forgeBadAnswer), (.cutOff, .httpClosed)] {
                // A connection that breaks under a question is replaced once.
                double.server.fail("/pulls/1", fault, times: 2)
                let failure = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
                #expect(failure?.code == code)
                #expect(failure?.scheduling == .retry)
                double.server.forgetFaults()
                #expect(try await forge.pullRequest(1).number == 1)
                double.change { $0.push("codex/7", DoubleRepository.commit($0.id())) }
            }
        }
    }

    @Test("An answer that takes too long is tried again, and what it was about is found as it is")
    func slow() async throws {
        try await Bench.withGitHub(timeout: .seconds(2)) { forge, double, _ in
            double.server.fail("/pulls", .slow(milliseconds: 6000), method: "POST")
            let failure = await Bench.failure { () throws(Failure) in try await forge.propose(Bench.proposal()) }
            #expect(failure?.code == .httpTimeout)
            #expect(failure?.scheduling == .retry)
            #expect(double.repository.requests.count == 1)
        }
    }

    @Test("While the forge wants a pause nothing is sent, and afterwards it goes on")
    func pause() async throws {
        try await Bench.withGitHub { forge, double, clock in
            _ = try await forge.propose(Bench.proposal())
            #expect(forge.pause == nil)
            double.server.fail("/pulls/1", .reply(.init(429, nil, headers: [("Retry-After", "30")])))
            _ = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
            #expect(forge.pause == .seconds(30))
            let before = double.server.exchanges.count
            let reading = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
            let writing = await Bench.failure { () throws(Failure) in try await forge.comment(on: 1, "x") }
            for failure in [reading, writing] {
                #expect(failure?.code == .forgeRateLimited)
                #expect(failure?.scheduling == .wait(for: forge.address.server))
            }
            #expect(double.server.exchanges.count == before)
            clock.advance(.seconds(31))
            #expect(try await forge.pullRequest(1).number == 1)
        }
    }

    @Test("The last request of the hour closes the gate before GitHub has to")
    func usedUp() async throws {
        var options = GitHubDouble.Options()
        options.limit = 2
        try await Bench.withGitHub(options) { forge, double, _ in
            _ = try await forge.openPullRequests()
            _ = try await forge.find(branch: "codex/7", base: "main")
            let failure = await Bench.failure { () throws(Failure) in try await forge.openPullRequests() }
            #expect(failure?.code == .forgeRateLimited)
            #expect(double.server.exchanges.map(\.status) == [200, 200])
            #expect((forge.pause ?? .zero) > .seconds(1700))
        }
    }

    @Test("A token that the forge repeats in its words does not come through")
    func echo() async throws {
        try await Bench.withGitHub { forge, double, _ in
            double.server.fail(
                "/pulls/1", .reply(.init(401, Self.message("Bad token \(GitHubDouble.Options().token)!"))))
            let failure = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
            #expect(failure?.cause == "Bad token •••!")
        }
    }

    @Test(
        "A token that is empty, or that no header can carry, is refused before anything is sent",
        arguments: ["", "  \n", "a b", "a\r\nX: y", "tökén"])
    func tokens(token: String) async throws {
        try await Bench.withGitHub(token: token) { forge, double, _ in
            let failure = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
            #expect(failure?.code == .forgeAuth)
            #expect(double.server.exchanges.isEmpty)
        }
    }
}
