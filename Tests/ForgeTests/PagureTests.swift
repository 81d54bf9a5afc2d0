import Forge
import ForgeDoubles
import Foundation
import Model
import Net
import Synchronization
import TestSupport
import Testing

private enum RealPagure {
    static let absence = StartedEngine.absence("pagure")

    /// The one that all tests share, each with branches of its own.
    static func shared() throws -> StartedEngine { try common.get() }
    private static let common = Result {
        let engine = try StartedEngine(
            "pagure", in: NSTemporaryDirectory() + "deployer-pagure-\(UUID().uuidString.prefix(8))")
        leftover.initialize(to: engine)
        atexit { RealPagure.leftover.pointee?.stop() }
        return engine
    }
    // Written once, before the exit handler that reads it is registered.
    nonisolated(unsafe) private static let leftover = UnsafeMutablePointer<StartedEngine?>.allocate(capacity: 1)
}

/// A real forge: Pagure 5.14 as `engines/pagure` starts it, with its own git over HTTP.
@Suite(.serialized, .enabled(if: RealPagure.absence == nil, "no real Pagure here: \(RealPagure.absence ?? "")"))
struct PagureTests {
    private struct Site {
        var url: String
        var token: String
        var reviewer: String
        var hook: String
        var folder: String
        /// With the token in it, as only a test may write it.
        func remote(_ user: String = "deployer") -> String {
            "http://\(user):\(user == "deployer" ? token : reviewer)@\(url.dropFirst("http://".count))/workspace.git"
        }
        func git(_ arguments: String...) throws -> String {
            let result = try PeerCommand.run(["git", "-C", folder + "/clone"] + arguments)
            guard result.status == 0 else { throw PeerError("git \(arguments) failed: \(result.text)") }
            return result.text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        func commit(_ text: String, message: String) throws -> Revision {
            try SSHServer.write(text, to: folder + "/clone/file")
            _ = try git("add", "file")
            _ = try git("commit", "-q", "-m", message)
            return try #require(Revision(try git("rev-parse", "HEAD")))
        }
    }

    private func with(_ body: (PagureForge, Site, HTTPTransport) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            let engine = try RealPagure.shared()
            let site = Site(
                url: try engine.lines("urls")[0], token: try engine.lines("token")[0],
                reviewer: try engine.lines("reviewer")[0],
                hook: try engine.lines("hook")[0], folder: folder)
            _ = try PeerCommand.git("init", "-q", folder + "/clone")
            if (try? site.git("fetch", "-q", site.remote(), "main")) != nil {
                _ = try site.git("reset", "-q", "--hard", "FETCH_HEAD")
            } else {
                _ = try site.commit("one\n", message: "Begin")
                _ = try site.git("push", "-q", site.remote(), "HEAD:refs/heads/main")
            }
            try await Bench.with { options, _ in
                let address = try ForgeAddress(
                    remote: "\(site.url)/workspace.git", kind: .pagure, api: site.url + "/api/0")
                let forge = try PagureForge(address, user: "deployer", token: ForgeSecret(site.token), options: options)
                try await body(forge, site, options.transport)
            }
        }
    }

    /// What a reviewer does on the page.
    private func post(_ path: String, _ site: Site, _ transport: HTTPTransport, _ fields: String = "") async throws
        -> Int
    {
        try await transport.send(
            .init(
                "POST", site.url + "/api/0/workspace" + path,
                headers: [
                    .init("Authorization", "token " + site.reviewer),
                    .init("Content-Type", "application/x-www-form-urlencoded"),
                ],
                body: Array(fields.utf8))
        ).status
    }

    /// Pagure's web hooks, as they come.
    private final class Hooks: Sendable {
        private let requests = Mutex<[WebhookRequest]>([])
        private let listener = Mutex<LoopbackListener?>(nil)

        init() throws {
            let made = try LoopbackListener { [weak self] connection in
                var reader = HTTPPeerReader(connection)
                while let request = reader.next() {
                    self?.requests.withLock { $0.append(WebhookRequest(headers: request.headers, body: request.body)) }
                    let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
                    guard HTTPPeerReader.send(answer, to: connection) else { return }
                }
            }
            listener.withLock { $0 = made }
        }

        var port: Int { listener.withLock { $0?.port ?? 0 } }
        var received: [WebhookRequest] { requests.withLock { $0 } }
        func stop() { listener.withLock { $0?.stop() } }

        /// Waits for an event among those that the forge believes.
        func waits(for event: ForgeEvent, _ forge: PagureForge, _ secret: ForgeSecret) async throws -> Bool {
            for _ in 0..<300 {
                for request in received where try forge.delivery(request, secret: secret).event == event { return true }
                try await Task.sleep(for: .milliseconds(100))
            }
            return false
        }
    }

    @Test(
        "A branch pushed with the token is proposed, reported on, commented, merged by a reviewer and noticed",
        .timeLimit(.minutes(5)))
    func life() async throws {
        try await with { forge, site, transport in
            let credential = try await forge.pushCredential()
            #expect(credential.user == "deployer")
            #expect(credential.password == site.token)
            let hooks = try Hooks()
            defer { hooks.stop() }
            let secret = ForgeSecret(site.hook)
            let set = try await transport.send(
                .init(
                    "POST", site.url + "/api/0/workspace/options/update",
                    headers: [
                        .init("Authorization", "token " + site.token), .init("Content-Type", "application/json"),
                    ], body: Array(#"{"Web-hooks":"http://127.0.0.1:\#(hooks.port)/hook"}"#.utf8)))
            #expect(set.status == 200, "\(set.text)")
            let commit = try site.commit("two\n", message: "Mend it")
            _ = try site.git("push", "-q", site.remote(), "HEAD:refs/heads/codex/7")

            #expect(try await forge.find(branch: "codex/7", base: "main") == nil)
            let text = "Says @everyone.\n\n" + Markdown.block("error: ```\n")
            let receipt = try await forge.propose(
                Proposal(
                    branch: "codex/7", base: "main", head: commit, title: "Mend it", text: text, isDraft: true,
                    label: "codex"))
            #expect(receipt.wasOpened)
            #expect(receipt.shortfalls.map(\.code) == [.forgeUnavailable, .forgeUnavailable])
            let request = receipt.pullRequest
            #expect(request.head == commit)
            #expect(request.isDraft)
            #expect(request.text.contains("error: ```"))
            #expect(request.url == "\(site.url)/workspace/pull-request/\(request.number)")
            func mark(_ head: Revision) -> ProposalMark {
                ProposalMark(number: request.number, branch: "codex/7", base: "main", head: head)
            }
            #expect(try await hooks.waits(for: .opened(mark(commit)), forge, secret))
            let again = try await forge.propose(
                Proposal(branch: "codex/7", base: "main", head: commit, title: "Mend it", text: "x"))
            #expect(!again.wasOpened)
            #expect(again.pullRequest.number == request.number)

            let changed = try await forge.update(request.number, .init(isDraft: false))
            #expect(!changed.isDraft)
            #expect(changed.title == "Mend it")
            #expect(changed.text == request.text)
            for state in [CommitReport.State.pending, .success] {
                let reported = try await forge.report(
                    .init(name: "codex-deployer/api", state: state, title: "built"), on: commit)
                #expect(reported == ReportReceipt(form: .status, annotations: 0))
            }
            let flags = try await transport.send(.init("GET", site.url + "/api/0/workspace/c/\(commit)/flag"))
            let found = try #require(DoubleJSON.decode(flags.body)?["flags"])
            guard case .array(let all) = found else { return }
            // The second took the first one's place.
            #expect(all.compactMap { $0["status"]?.string } == ["success"])
            try await forge.comment(on: request.number, "Looks well.")
            #expect(try await forge.openPullRequests().map(\.number) == [request.number])

            // Somebody pushes to the branch: its head is another one.
            let theirs = try site.commit("three\n", message: "Better so")
            _ = try site.git("push", "-q", site.remote("reviewer"), "HEAD:refs/heads/codex/7")
            var seen = try await forge.pullRequest(request.number).head
            for _ in 0..<100 where seen != theirs {
                try await Task.sleep(for: .milliseconds(100))
                seen = try await forge.pullRequest(request.number).head
            }
            #expect(seen == theirs)
            #expect(try await hooks.waits(for: .comment(number: request.number, text: "Looks well."), forge, secret))
            #expect(try await hooks.waits(for: .pushed(branch: "codex/7", commit: theirs), forge, secret))

            #expect(try await post("/pull-request/\(request.number)/merge", site, transport) == 200)
            #expect(try await forge.pullRequest(request.number).state == .merged(nil))
            #expect(try await !forge.openPullRequests().contains { $0.branch == "codex/7" })
            #expect(try await forge.find(branch: "codex/7", base: "main")?.isMerged == true)
            #expect(try await hooks.waits(for: .merged(mark(theirs), commit: nil), forge, secret))
            // Signed with this project's token only.
            let stranger = try #require(hooks.received.first)
            #expect(throws: Failure.self) { try forge.delivery(stranger, secret: ForgeSecret("another")) }
            _ = try site.git("fetch", "-q", site.remote(), "main")
            _ = try site.git("merge-base", "--is-ancestor", theirs.hex, "FETCH_HEAD")

            let deletion = await Bench.failure { () throws(Failure) in
                try await forge.deleteBranch("codex/7", at: theirs)
            }
            #expect(deletion?.code == .forgeUnavailable)
            _ = try site.git("push", "-q", site.remote(), ":refs/heads/codex/7")
        }
    }

    @Test(
        "What a reviewer closes is noticed and not opened again; refusals have Pagure's words", .timeLimit(.minutes(5)))
    func closed() async throws {
        try await with { forge, site, transport in
            let commit = try site.commit("four\n", message: "Mend it")
            _ = try site.git("push", "-q", site.remote(), "HEAD:refs/heads/codex/8")
            let proposal = Proposal(branch: "codex/8", base: "main", head: commit, title: "Mend it", text: "x")
            let number = try await forge.propose(proposal).pullRequest.number
            #expect(try await post("/pull-request/\(number)/close", site, transport) == 200)
            #expect(try await forge.pullRequest(number).state == .closed)
            let refused = try await forge.propose(proposal)
            #expect(!refused.wasOpened)
            #expect(refused.pullRequest.state == .closed)
            var wanted = proposal
            wanted.ignoresClosed = true
            let second = try await forge.propose(wanted)
            #expect(second.wasOpened)
            try await forge.close(second.pullRequest.number)
            try await forge.close(second.pullRequest.number)
            #expect(try await forge.pullRequest(second.pullRequest.number).state == .closed)

            let missing = await Bench.failure { () throws(Failure) in
                try await forge.propose(
                    Proposal(branch: "codex/none", base: "main", head: commit, title: "x", text: "x"))
            }
            #expect(missing?.code == .forgeRefused)
            #expect(missing?.cause?.isEmpty == false)
            let absent = await Bench.failure { () throws(Failure) in try await forge.pullRequest(999) }
            #expect(absent?.code == .forgeNotFound)
            #expect(absent?.cause?.contains("Pull-Request not found") == true)
            try await Bench.with { options, _ in
                let stranger = try PagureForge(
                    forge.address, user: "deployer", token: ForgeSecret("nobody"), options: options)
                let failure = await Bench.failure { () throws(Failure) in try await stranger.comment(on: number, "x") }
                #expect(failure?.code == .forgeAuth)
                #expect(failure?.description.contains("nobody") == false)
            }
        }
    }
}
