import Forge
import ForgeDoubles
import Foundation
import Model
import Net
import Testing

@Suite struct GitHubTests {
    @Test("A branch is proposed once, with its label, found again, and its merge is told with the commit")
    func life() async throws {
        try await Bench.withGitHub { forge, double, clock in
            #expect(try await forge.find(branch: "codex/7", base: "main") == nil)
            let receipt = try await forge.propose(Bench.proposal(isDraft: true))
            #expect(receipt.wasOpened)
            #expect(receipt.shortfalls == [])
            #expect(receipt.pullRequest.isDraft)
            #expect(receipt.pullRequest.head == Bench.commit(7))
            #expect(receipt.pullRequest.url.hasSuffix("/pull/1"))
            #expect(double.repository.labels.keys.sorted() == ["codex-deployer"])
            #expect(double.repository.requests[0].labels == ["codex-deployer"])

            let again = try await forge.propose(Bench.proposal())
            #expect(!again.wasOpened)
            #expect(again.pullRequest.number == receipt.pullRequest.number)
            #expect(double.repository.requests.count == 1)

            #expect(try await forge.openPullRequests().map(\.number) == [1])
            let changed = try await forge.update(1, .init(title: "Another", text: "words"))
            #expect(changed.title == "Another")
            #expect(changed.text == "words")
            try await forge.comment(on: 1, "Deployed.")
            #expect(double.repository.requests[0].comments == ["Deployed."])

            double.change { $0.merge(1, as: DoubleRepository.commit(42)) }
            let merged = try await forge.pullRequest(1)
            #expect(merged.state == .merged(Bench.commit(42)))
            #expect(try await forge.openPullRequests() == [])
            try await forge.deleteBranch("codex/7", at: Bench.commit(7))
            try await forge.deleteBranch("codex/7", at: Bench.commit(7))
            try await forge.deleteBranch("codex/7", at: nil)
            #expect(double.repository.branches["codex/7"] == nil)
            // A second between changes, as GitHub asks.
            #expect(clock.slept.allSatisfy { $0 <= .seconds(20) })
            #expect(clock.slept.count >= 7)
        }
    }

    @Test("What somebody closed is not proposed again unless that is wanted, and what was merged is not either")
    func closed() async throws {
        try await Bench.withGitHub { forge, double, _ in
            _ = try await forge.propose(Bench.proposal())
            double.change { $0.close(1) }
            let refused = try await forge.propose(Bench.proposal())
            #expect(refused.pullRequest.state == .closed)
            #expect(!refused.wasOpened)
            let second = try await forge.propose(Bench.proposal(ignoresClosed: true))
            #expect(second.wasOpened)
            #expect(second.pullRequest.number == 2)
            double.change { $0.merge(2, as: DoubleRepository.commit(9)) }
            #expect(try await forge.propose(Bench.proposal()).pullRequest.isMerged)
            // The same branch with something new in it.
            double.change { $0.push("codex/7", DoubleRepository.commit(77)) }
            let third = try await forge.propose(Bench.proposal(head: 77))
            #expect(third.pullRequest.number == 3)
            try await forge.close(3)
            #expect(try await forge.pullRequest(3).state == .closed)
        }
    }

    @Test("A fork's branch of the same name is nobody's proposal, and only our own branches are listed and deleted")
    func foreign() async throws {
        try await Bench.withGitHub { forge, double, _ in
            double.change { repository in
                repository.add(1, branch: "codex/7", source: "mallory/workspace")
                repository.add(2, branch: "codex/8", source: nil)
                repository.add(3, branch: "feature", source: repository.name)
            }
            let listed = try await forge.openPullRequests()
            #expect(listed == [])
            #expect(try await forge.find(branch: "codex/7", base: "main") == nil)
            #expect(try await forge.propose(Bench.proposal()).pullRequest.number == 4)
            for branch in ["main", "feature", "codex/"] {
                let failure = await Bench.failure { () throws(Failure) in try await forge.deleteBranch(branch, at: nil)
                }
                #expect(failure?.code == .forgeForeignBranch)
            }
        }
    }

    @Test("A branch that somebody has pushed to, or that is protected, stays")
    func moved() async throws {
        try await Bench.withGitHub { forge, double, _ in
            double.change { repository in
                repository.push("codex/7", DoubleRepository.commit(99))
                repository.protected = ["codex/8"]
            }
            let failure = await Bench.failure { () throws(Failure) in
                try await forge.deleteBranch("codex/7", at: Bench.commit(7))
            }
            #expect(failure?.code == .forgeBranchMoved)
            let kept = await Bench.failure { () throws(Failure) in
                try await forge.deleteBranch("codex/8", at: Bench.commit(8))
            }
            #expect(kept?.code == .forgeRefused)
            #expect(kept?.cause?.contains("Cannot delete") == true)
            #expect(
                double.repository.branches.keys.contains("codex/7")
                    && double.repository.branches.keys.contains("codex/8"))
        }
    }

    @Test(
        "A pull request that an earlier try has made, its answer lost, is found and not made twice",
        arguments: ["cut", "reset"])
    func lostAnswer(kind: String) async throws {
        try await Bench.withGitHub { forge, double, _ in
            double.server.fail("/pulls", kind == "cut" ? .cutOff : .reset, method: "POST")
            let failure = await Bench.failure { () throws(Failure) in try await forge.propose(Bench.proposal()) }
            #expect(failure?.scheduling == .retry)
            let receipt = try await forge.propose(Bench.proposal())
            #expect(receipt.wasOpened == (kind == "reset"))
            #expect(double.repository.requests.count == 1)
        }
    }

    @Test("Where somebody is quicker between looking and opening, the other's is taken")
    func race() async throws {
        try await Bench.withGitHub { forge, double, _ in
            _ = try await forge.propose(Bench.proposal())
            // The list does not show it yet.
            double.server.fail("/pulls", .reply(DoubleReply(200, .array([]))), method: "GET")
            let receipt = try await forge.propose(Bench.proposal())
            #expect(!receipt.wasOpened)
            #expect(receipt.pullRequest.number == 1)
        }
    }

    @Test("Where the plan has no drafts, the title says so, and the receipt too")
    func noDrafts() async throws {
        var options = GitHubDouble.Options()
        options.hasDrafts = false
        try await Bench.withGitHub(options) { forge, double, _ in
            let receipt = try await forge.propose(Bench.proposal(isDraft: true))
            #expect(receipt.wasOpened)
            #expect(receipt.shortfalls.map(\.code) == [.forgeRefused])
            #expect(double.repository.requests[0].title == "WIP: Unwrap the port")
            let failure = await Bench.failure { () throws(Failure) in try await forge.update(1, .init(isDraft: false)) }
            #expect(failure?.code == .forgeUnavailable)
        }
    }

    @Test("A label that may not be made costs no proposal; a forge that wants a pause does")
    func labels() async throws {
        try await Bench.withGitHub { forge, double, _ in
            double.server.fail(
                "/labels",
                .reply(
                    DoubleReply(
                        403, .object(["message": .string("Resource not accessible by personal access token")]),
                        headers: [("X-Accepted-GitHub-Permissions", "issues=write")])))
            let receipt = try await forge.propose(Bench.proposal())
            #expect(receipt.wasOpened)
            #expect(receipt.shortfalls.map(\.code) == [.forgeForbidden])
            #expect(receipt.shortfalls[0].description.contains("issues=write"))
            double.server.fail("/labels", .reply(DoubleReply(429, nil, headers: [("Retry-After", "30")])))
            let failure = await Bench.failure { () throws(Failure) in try await forge.propose(Bench.proposal()) }
            #expect(failure?.code == .forgeRateLimited)
        }
    }

    @Test("What the forge says against a proposal is in the failure: a missing branch, nothing new, an empty title")
    func refusals() async throws {
        try await Bench.withGitHub { forge, double, _ in
            double.change { $0.branches["codex/same"] = $0.branches["main"] }
            for (branch, words) in [("codex/none", "head: invalid"), ("codex/same", "No commits between")] {
                let failure = await Bench.failure { () throws(Failure) in
                    try await forge.propose(Bench.proposal(branch))
                }
                #expect(failure?.code == .forgeRefused)
                #expect(failure?.scheduling == .stop)
                #expect(failure?.cause?.contains(words) == true)
                #expect(failure?.message.contains("fountain/workspace") == true)
            }
        }
    }

    @Test("More pull requests than a page holds are all listed; a next page elsewhere is not asked for")
    func pages() async throws {
        try await Bench.withGitHub { forge, double, _ in
            double.change { repository in
                for number in 1...230 {
                    repository.add(number, branch: "codex/p\(number)", source: repository.name)
                }
            }
            let listed = try await forge.openPullRequests()
            #expect(listed.map(\.number) == Array(1...230))
            #expect(double.server.requests.count == 3)
            // Where there is no end to be had, what is missing is not passed over.
            let here = double.server.url + "/repos/fountain/workspace/pulls?page=2"
            double.server.fail(
                "/pulls", .reply(DoubleReply(200, .array([]), headers: [("Link", "<\(here)>; rel=\"next\"")])),
                times: 60)
            let endless = await Bench.failure { () throws(Failure) in try await forge.openPullRequests() }
            #expect(endless?.code == .forgeRefused)
            double.server.forgetFaults()
            double.server.fail(
                "/pulls",
                .reply(DoubleReply(200, .array([]), headers: [("Link", "<http://127.0.0.2:1/steal>; rel=\"next\"")])))
            let failure = await Bench.failure { () throws(Failure) in try await forge.openPullRequests() }
            #expect(failure?.code == .forgeMoved)
        }
    }

    @Test("A poll that finds nothing new costs nothing of the rate limit's work: it is told to be the same")
    func polling() async throws {
        try await Bench.withGitHub { forge, double, _ in
            _ = try await forge.propose(Bench.proposal())
            let first = try await forge.openPullRequests()
            double.server.forget()
            #expect(try await forge.openPullRequests() == first)
            #expect(double.server.exchanges.map(\.status) == [304])
            double.change { $0.push("codex/7", DoubleRepository.commit(70)) }
            #expect(try await forge.openPullRequests()[0].head == Bench.commit(70))
            #expect(double.server.exchanges.map(\.status) == [304, 200])
        }
    }

    @Test("A renamed repository is read where it is now, and written to only after the remote's URL is changed")
    func renamed() async throws {
        try await Bench.withGitHub { forge, double, _ in
            _ = try await forge.propose(Bench.proposal())
            let there = double.server.url + "/repositories/12/pulls/1"
            let moved = DoubleReply(
                301, .object(["message": .string("Moved Permanently")]), headers: [("Location", there)])
            double.server.fail("/fountain/workspace/pulls/1", .reply(moved))
            #expect(try await forge.pullRequest(1).number == 1)
            double.server.fail("/comments", .reply(DoubleReply(307, nil, headers: [("Location", there)])))
            let failure = await Bench.failure { () throws(Failure) in try await forge.comment(on: 1, "x") }
            #expect(failure?.code == .forgeMoved)
            #expect(failure?.remedy?.contains("URL") == true)
            // Another host never gets the token.
            for place in [
                "http://127.0.0.2:\(double.server.port)/x", "//evil.example/x",
                "https://127.0.0.1:\(double.server.port)/x",
            ] {
                double.server.fail("/pulls/1", .reply(DoubleReply(302, nil, headers: [("Location", place)])))
                let failure = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
                #expect(failure?.code == .forgeMoved)
            }
            double.server.fail(
                "/pulls/1", .reply(DoubleReply(302, nil, headers: [("Location", "/repos/fountain/workspace/pulls/1")])),
                times: 9)
            let circles = await Bench.failure { () throws(Failure) in try await forge.pullRequest(1) }
            #expect(circles?.message.contains("circles") == true)
        }
    }

    @Test("Git gets the token with the user that GitHub wants, and neither shows in any text")
    func credential() async throws {
        try await Bench.withGitHub { forge, _, _ in
            let credential = try await forge.pushCredential()
            #expect(credential.user == "x-access-token")
            #expect(credential.password == GitHubDouble.Options().token)
            var dumped = ""
            dump(credential, to: &dumped)
            dump(ForgeSecret("s3cret"), to: &dumped)
            #expect(!"\(credential) \(ForgeSecret("s3cret")) \(dumped)".contains("s3cret"))
            #expect(!dumped.contains(credential.password))
        }
    }

    @Test("On an Enterprise server the same interface lies behind a path")
    func enterprise() async throws {
        var options = GitHubDouble.Options()
        options.prefix = "/api/v3"
        try await Bench.withGitHub(options) { forge, double, _ in
            let opened = try await forge.propose(Bench.proposal()).wasOpened
            #expect(opened)
            #expect(double.server.requests.allSatisfy { $0.contains(" /api/v3/repos/fountain/workspace/") })
        }
    }
}
