import Forge
import ForgeDoubles
import Model
import Net
import Testing

/// GitLab and Gitea, side by side: the same life, each in its own way.
@Suite struct OtherForgesTests {
    /// What both doubles offer.
    struct Site: Sendable {
        var server: DoubleServer
        var change: @Sendable (@escaping @Sendable (inout DoubleRepository) -> Void) -> Void
        var repository: @Sendable () -> DoubleRepository
        var kind: ForgeKind
    }

    private func with(
        _ kind: ForgeKind, token: String? = nil, hasFastForwards: Bool = false,
        _ body: (any Forge, Site, TestClock) async throws -> Void
    ) async throws {
        let site: Site
        let name: String
        let good: String
        if kind == .gitlab {
            let double = try GitLabDouble(hasFastForwards: hasFastForwards)
            site = Site(
                server: double.server, change: { double.change($0) }, repository: { double.repository }, kind: kind)
            (name, good) = (double.project, GitLabDouble.token)
        } else {
            let double = try GiteaDouble()
            site = Site(
                server: double.server, change: { double.change($0) }, repository: { double.repository }, kind: kind)
            (name, good) = (double.name, GiteaDouble.token)
        }
        defer { site.server.stop() }
        site.change { repository in
            repository.branches["codex/7"] = DoubleRepository.commit(7)
            repository.branches["codex/8"] = DoubleRepository.commit(8)
        }
        try await Bench.with { options, clock in
            let address = try ForgeAddress(remote: "https://git.example/\(name).git", kind: kind, api: site.server.url)
            let forge = try Forges.make(address, as: .token(ForgeSecret(token ?? good)), options: options)
            try await body(forge, site, clock)
        }
        #expect(site.server.violations == [])
    }

    @Test(
        "A branch is proposed as a draft with its label, made ready, told about, merged, and its branch deleted",
        arguments: [ForgeKind.gitlab, .gitea])
    func life(kind: ForgeKind) async throws {
        try await with(kind) { forge, site, _ in
            let receipt = try await forge.propose(Bench.proposal(isDraft: true, label: "codex-deployer"))
            #expect(receipt.wasOpened)
            #expect(receipt.shortfalls == [])
            #expect(receipt.pullRequest.isDraft)
            #expect(receipt.pullRequest.title == "Unwrap the port")
            #expect(receipt.pullRequest.head == Bench.commit(7))
            #expect(
                site.repository().requests[0].title
                    == (kind == .gitlab ? "Draft: Unwrap the port" : "WIP: Unwrap the port"))
            #expect(site.repository().requests[0].labels == ["codex-deployer"])
            #expect(try await forge.propose(Bench.proposal()).wasOpened == false)

            let ready = try await forge.update(1, .init(isDraft: false))
            #expect(!ready.isDraft)
            #expect(ready.title == "Unwrap the port")
            #expect(site.repository().requests[0].title == "Unwrap the port")
            let text = try await forge.update(1, .init(text: "more"))
            #expect(text.text == "more")
            #expect(try await forge.update(1, .init(title: "T", isDraft: true)).isDraft)
            #expect(try await forge.update(1, .init()).title == "T")
            try await forge.comment(on: 1, "x")
            #expect(site.repository().requests[0].comments == ["x"])
            #expect(try await forge.openPullRequests().map(\.branch) == ["codex/7"])

            site.change { $0.push("codex/7", DoubleRepository.commit(70)) }
            #expect(try await forge.pullRequest(1).head == Bench.commit(70))
            let moved = await Bench.failure { () throws(Failure) in
                try await forge.deleteBranch("codex/7", at: Bench.commit(7))
            }
            #expect(moved?.code == .forgeBranchMoved)

            site.change { $0.merge(1, as: DoubleRepository.commit(42)) }
            #expect(try await forge.pullRequest(1).state == .merged(Bench.commit(42)))
            try await forge.deleteBranch("codex/7", at: Bench.commit(70))
            try await forge.deleteBranch("codex/7", at: Bench.commit(70))
            try await forge.deleteBranch("codex/7", at: nil)
            #expect(site.repository().branches["codex/7"] == nil)
            // Found by its branch even after that is gone.
            #expect(try await forge.find(branch: "codex/7", base: "main")?.isMerged == true)
            #expect(try await forge.openPullRequests() == [])
        }
    }

    @Test(
        "What was closed is remembered by the forge itself, and closing twice is closing",
        arguments: [ForgeKind.gitlab, .gitea])
    func closed(kind: ForgeKind) async throws {
        try await with(kind) { forge, site, _ in
            _ = try await forge.propose(Bench.proposal())
            try await forge.close(1)
            try await forge.close(1)
            #expect(try await forge.propose(Bench.proposal()).pullRequest.state == .closed)
            #expect(try await forge.propose(Bench.proposal(ignoresClosed: true)).pullRequest.number == 2)
            #expect(site.repository().requests.count == 2)
        }
    }

    @Test("Whoever is quicker has made the one that there is", arguments: [ForgeKind.gitlab, .gitea])
    func race(kind: ForgeKind) async throws {
        try await with(kind) { forge, site, _ in
            _ = try await forge.propose(Bench.proposal())
            let list = kind == .gitlab ? "/merge_requests" : "/pulls"
            site.server.fail(list, .reply(DoubleReply(200, .array([]))), method: "GET", times: kind == .gitlab ? 1 : 2)
            let receipt = try await forge.propose(Bench.proposal())
            #expect(!receipt.wasOpened)
            #expect(receipt.pullRequest.number == 1)
            // Refused for another one that is not to be seen.
            site.server.fail(list, .reply(DoubleReply(200, .array([]))), method: "GET", times: kind == .gitlab ? 2 : 4)
            let failure = await Bench.failure { () throws(Failure) in try await forge.propose(Bench.proposal()) }
            #expect(failure?.code == .forgeConflict)
            #expect(failure?.cause?.contains("already exists") == true)
        }
    }

    @Test("Branches of forks and of people are none of ours", arguments: [ForgeKind.gitlab, .gitea])
    func foreign(kind: ForgeKind) async throws {
        try await with(kind) { forge, site, _ in
            site.change { repository in
                repository.add(1, branch: "codex/7", source: "mallory/workspace")
                repository.add(2, branch: "codex/8", source: nil)
                repository.add(3, branch: "feature", source: repository.name)
            }
            let listed = try await forge.openPullRequests()
            #expect(listed == [])
            #expect(try await forge.find(branch: "codex/7", base: "main") == nil)
            for branch in ["main", "feature"] {
                let failure = await Bench.failure { () throws(Failure) in try await forge.deleteBranch(branch, at: nil)
                }
                #expect(failure?.code == .forgeForeignBranch)
            }
        }
    }

    @Test("Lists are read to their end", arguments: [ForgeKind.gitlab, .gitea])
    func pages(kind: ForgeKind) async throws {
        try await with(kind) { forge, site, _ in
            site.change { repository in
                for number in 1...130 { repository.add(number, branch: "codex/p\(number)", source: repository.name) }
            }
            let listed = try await forge.openPullRequests()
            #expect(listed.map(\.number) == Array(1...130))
            #expect(try await forge.find(branch: "codex/p1", base: "main")?.number == 1)
        }
    }

    @Test("A report becomes a status, and the same one again is no failure", arguments: [ForgeKind.gitlab, .gitea])
    func status(kind: ForgeKind) async throws {
        try await with(kind) { forge, site, _ in
            #expect(!forge.limits.hasAnnotations)
            let states: [CommitReport.State] = [.pending, .pending, .success, .failure]
            for state in states {
                let receipt = try await forge.report(
                    .init(name: "codex-deployer/api", state: state, title: "t", url: "https://d/1"), on: Bench.commit(7)
                )
                #expect(receipt == ReportReceipt(form: .status, annotations: 0))
            }
            let sent = site.repository().statuses.map { $0.body["state"]?.string }
            #expect(
                sent
                    == (kind == .gitlab
                        ? ["running", "success", "failed"] : ["pending", "pending", "success", "failure"]))
            if kind == .gitlab {
                site.server.fail(
                    "/statuses/\(Bench.commit(7))",
                    .reply(DoubleReply(400, .object(["message": .string("name is invalid")]))))
                let failure = await Bench.failure { () throws(Failure) in
                    try await forge.report(.init(name: "n", state: .success, title: "t"), on: Bench.commit(7))
                }
                #expect(failure?.code == .forgeRefused)
            }
        }
    }

    @Test("Refusals have the forge's words and say what to do", arguments: [ForgeKind.gitlab, .gitea])
    func refusals(kind: ForgeKind) async throws {
        try await with(kind) { forge, site, clock in
            let missing = await Bench.failure { () throws(Failure) in
                try await forge.propose(Bench.proposal("codex/none"))
            }
            #expect(missing?.code == (kind == .gitlab ? .forgeRefused : .forgeNotFound))
            #expect(missing?.cause?.isEmpty == false)
            let absent = await Bench.failure { () throws(Failure) in try await forge.pullRequest(99) }
            #expect(absent?.code == .forgeNotFound)
            site.change { $0.protected = ["codex/8"] }
            let kept = await Bench.failure { () throws(Failure) in
                try await forge.deleteBranch("codex/8", at: Bench.commit(8))
            }
            #expect(kept?.code == .forgeForbidden)
            #expect(kept?.remedy?.contains("scope") == true)
            // A proxy before it answers for a forge that has no limits of its own.
            site.server.fail(
                "/99",
                .reply(
                    DoubleReply(
                        429, text: "Retry later\n", type: "text/plain",
                        headers: [("Retry-After", "60"), ("RateLimit-Remaining", "0")])))
            let limited = await Bench.failure { () throws(Failure) in try await forge.pullRequest(99) }
            #expect(limited?.code == .forgeRateLimited)
            #expect(forge.pause == .seconds(60))
            clock.advance(.seconds(61))
            #expect(forge.pause == nil)
        }
        try await with(kind, token: "wrong") { forge, _, _ in
            let failure = await Bench.failure { () throws(Failure) in try await forge.openPullRequests() }
            #expect(failure?.code == .forgeAuth)
        }
    }

    @Test("A fast forward makes no merge commit: what was merged is the branch's tip")
    func fastForward() async throws {
        try await with(.gitlab, hasFastForwards: true) { forge, site, _ in
            _ = try await forge.propose(Bench.proposal())
            site.change { $0.merge(1, as: DoubleRepository.commit(7)) }
            #expect(try await forge.pullRequest(1).state == .merged(Bench.commit(7)))
        }
    }

    @Test("A label that somebody deleted is made anew the next time")
    func label() async throws {
        try await with(.gitea) { forge, site, _ in
            _ = try await forge.propose(Bench.proposal())
            site.change { repository in
                repository.labels = [:]
                repository.requests[0].labels = []
            }
            #expect(try await forge.propose(Bench.proposal()).shortfalls.map(\.code) == [.forgeNotFound])
            #expect(try await forge.propose(Bench.proposal()).shortfalls == [])
            #expect(site.repository().requests[0].labels == ["codex-deployer"])
        }
    }

    @Test("A poll of GitLab that finds nothing new is told so")
    func polling() async throws {
        try await with(.gitlab) { forge, site, _ in
            _ = try await forge.openPullRequests()
            site.server.forget()
            _ = try await forge.openPullRequests()
            #expect(site.server.exchanges.map(\.status) == [304])
        }
    }

    @Test("Each forge gets the identity that it can use")
    func identities() async throws {
        try await Bench.with { options, _ in
            let gitlab = try ForgeAddress(remote: "https://gitlab.com/a/b")
            let app = GitHubApp(id: "1", key: ForgeSecret("x"))
            let failure = #expect(throws: Failure.self) { try Forges.make(gitlab, as: .app(app), options: options) }
            #expect(failure?.code == .forgeUnavailable)
            let pagure = try ForgeAddress(remote: "https://pagure.io/a")
            #expect(throws: Failure.self) { try Forges.make(pagure, as: .token(ForgeSecret("x")), options: options) }
            let credential = try await Forges.make(gitlab, as: .token(ForgeSecret("x")), options: options)
                .pushCredential()
            #expect(credential.user == "oauth2")
            #expect(credential.password == "x")
            let github = try ForgeAddress(remote: "https://github.com/a/b")
            #expect(try Forges.make(github, as: .app(app), options: options).limits.hasAnnotations)
        }
    }
}
