import Crypto
import Forge
import ForgeDoubles
import Foundation
import Model
import Testing

@Suite struct WebhookTests {
    private static let secret = "it's a secret"

    private static func digits(_ body: [UInt8], _ secret: String = secret) -> String {
        HMAC<Crypto.SHA256>.authenticationCode(for: Data(body), using: SymmetricKey(data: Data(secret.utf8)))
            .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private static func request(_ kind: ForgeKind, _ event: String, _ text: String, secret: String = secret)
        -> WebhookRequest
    {
        let body = Array(text.utf8)
        var headers: [(name: String, value: String)] = [("Content-Type", "application/json"), ("Host", "x")]
        switch kind {
        case .github:
            headers += [
                ("X-GitHub-Event", event), ("X-GitHub-Delivery", "d-1"),
                ("X-Hub-Signature-256", "sha256=" + digits(body, secret)),
            ]
        case .gitea:
            headers += [
                ("X-Gitea-Event", event), ("X-Gitea-Delivery", "d-1"), ("X-Gitea-Signature", digits(body, secret)),
            ]
        case .gitlab:
            headers += [("X-Gitlab-Event", event), ("X-Gitlab-Event-UUID", "d-1"), ("X-Gitlab-Token", secret)]
        case .pagure: headers += [("X-Pagure-Topic", event), ("X-Pagure-Signature-256", digits(body, secret))]
        }
        return WebhookRequest(headers: headers, body: body)
    }

    private static func read(_ kind: ForgeKind, _ event: String, _ text: String) throws -> WebhookDelivery {
        try WebhookReader(kind: kind).read(request(kind, event, text), secret: ForgeSecret(secret))
    }

    private static let a = DoubleRepository.commit(1)
    private static let b = DoubleRepository.commit(2)
    private static let zero = String(repeating: "0", count: 40)
    private static let mark = ProposalMark(number: 4, branch: "codex/7", base: "main", head: Revision(a))

    private static func hub(_ action: String, _ more: String = "") -> String {
        #"{"action":"\#(action)","repository":{"full_name":"o/r"},"sender":{"login":"me"},"pull_request":{"number":4,"head":{"ref":"codex/7","label":"codex/7","sha":"\#(a)"},"base":{"ref":"main"}\#(more)}}"#
    }

    private static func merge(_ action: String, _ more: String = "") -> String {
        #"{"object_kind":"merge_request","project":{"path_with_namespace":"o/r"},"user":{"username":"me"},"object_attributes":{"iid":4,"action":"\#(action)","source_branch":"codex/7","target_branch":"main","last_commit":{"id":"\#(a)"}\#(more)}}"#
    }

    private static func pagure(_ topic: String, _ status: String) -> String {
        #"{"topic":"\#(topic)","msg_id":"d-1","msg":{"project_fullname":"o/r","agent":"me","pullrequest":{"id":4,"branch_from":"codex/7","branch":"main","commit_stop":"\#(a)","status":"\#(status)","comments":[{"comment":"first"},{"comment":"hold on"}]}}}"#
    }

    private static let events: [(ForgeKind, String, String, ForgeEvent)] = [
        (.github, "ping", #"{"zen":"x","repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#, .ping),
        (
            .github, "push",
            #"{"ref":"refs/heads/codex/7","after":"\#(a)","deleted":false,"repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#,
            .pushed(branch: "codex/7", commit: Revision(a))
        ),
        (
            .github, "push",
            #"{"ref":"refs/heads/x","after":"\#(zero)","deleted":true,"repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#,
            .pushed(branch: "x", commit: nil)
        ),
        (
            .github, "push",
            #"{"ref":"refs/tags/1","after":"\#(a)","repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#,
            .ignored("push of a tag")
        ),
        (.github, "pull_request", hub("opened"), .opened(mark)),
        (.github, "pull_request", hub("synchronize"), .updated(mark)),
        (
            .github, "pull_request", hub("closed", #","merged":true,"merge_commit_sha":"\#(b)""#),
            .merged(mark, commit: Revision(b))
        ),
        (.github, "pull_request", hub("closed", #","merged":false,"merge_commit_sha":"\#(b)""#), .closed(mark)),
        (.github, "pull_request", hub("labeled"), .ignored("pull_request labeled")),
        (
            .github, "issue_comment",
            #"{"action":"created","issue":{"number":4,"pull_request":{}},"comment":{"body":"hold on"},"repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#,
            .comment(number: 4, text: "hold on")
        ),
        (
            .github, "issue_comment",
            #"{"action":"created","issue":{"number":4},"comment":{"body":"x"},"repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#,
            .ignored("issue_comment")
        ),
        (.github, "star", #"{"repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#, .ignored("star")),
        (
            .gitea, "pull_request", hub("closed", #","merged":true,"merge_commit_sha":"\#(b)""#),
            .merged(mark, commit: Revision(b))
        ),
        (.gitea, "pull_request", hub("synchronized"), .updated(mark)),
        (
            .gitea, "pull_request",
            hub("closed", #","merged":false"#).replacing(#""ref":"codex/7""#, with: #""ref":"refs/pull/4/head""#),
            .closed(mark)
        ),
        (
            .gitea, "issue_comment",
            #"{"action":"created","is_pull":true,"issue":{"number":4},"comment":{"body":"hold on"},"repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#,
            .comment(number: 4, text: "hold on")
        ),
        (
            .gitea, "delete",
            #"{"ref":"codex/7","ref_type":"branch","repository":{"full_name":"o/r"},"sender":{"login":"me"}}"#,
            .pushed(branch: "codex/7", commit: nil)
        ),
        (
            .gitlab, "Push Hook",
            #"{"object_kind":"push","ref":"refs/heads/main","after":"\#(a)","user_username":"me","project":{"path_with_namespace":"o/r"}}"#,
            .pushed(branch: "main", commit: Revision(a))
        ),
        (
            .gitlab, "Push Hook",
            #"{"object_kind":"push","ref":"refs/heads/x","after":"\#(zero)","user_username":"me","project":{"path_with_namespace":"o/r"}}"#,
            .pushed(branch: "x", commit: nil)
        ),
        (.gitlab, "Merge Request Hook", merge("open"), .opened(mark)),
        (.gitlab, "Merge Request Hook", merge("update", #","oldrev":"\#(b)""#), .updated(mark)),
        (.gitlab, "Merge Request Hook", merge("update"), .ignored("merge_request update")),
        (
            .gitlab, "Merge Request Hook", merge("merge", #","merge_commit_sha":"\#(b)""#),
            .merged(mark, commit: Revision(b))
        ),
        (
            .gitlab, "Merge Request Hook", merge("merge", #","merge_commit_sha":null"#),
            .merged(mark, commit: Revision(a))
        ),
        (.gitlab, "Merge Request Hook", merge("close"), .closed(mark)),
        (
            .gitlab, "Note Hook",
            #"{"object_kind":"note","user":{"username":"me"},"project":{"path_with_namespace":"o/r"},"object_attributes":{"note":"hold on","noteable_type":"MergeRequest"},"merge_request":{"iid":4}}"#,
            .comment(number: 4, text: "hold on")
        ),
        (
            .gitlab, "Note Hook",
            #"{"object_kind":"note","user":{"username":"me"},"project":{"path_with_namespace":"o/r"},"object_attributes":{"note":"x","noteable_type":"Issue"}}"#,
            .ignored("note")
        ),
        (.pagure, "pull-request.new", pagure("pull-request.new", "Open"), .opened(mark)),
        (.pagure, "pull-request.closed", pagure("pull-request.closed", "Merged"), .merged(mark, commit: nil)),
        (.pagure, "pull-request.closed", pagure("pull-request.closed", "Closed"), .closed(mark)),
        (
            .pagure, "pull-request.comment.added", pagure("pull-request.comment.added", "Open"),
            .comment(number: 4, text: "hold on")
        ),
        (
            .pagure, "git.receive",
            #"{"topic":"git.receive","msg_id":"d-1","msg":{"project_fullname":"o/r","agent":"me","branch":"refs/heads/codex/7","end_commit":"\#(a)"}}"#,
            .pushed(branch: "codex/7", commit: Revision(a))
        ),
        (
            .pagure, "issue.new",
            #"{"topic":"issue.new","msg_id":"d-1","msg":{"project_fullname":"o/r","agent":"me"}}"#,
            .ignored("issue.new")
        ),
    ]

    @Test("Each forge's payload becomes the event that it tells", arguments: events.indices)
    func reads(index: Int) throws {
        let (kind, name, text, event) = Self.events[index]
        let delivery = try Self.read(kind, name, text)
        #expect(delivery.event == event, "\(kind) \(text)")
        #expect(delivery.repository == "o/r")
        #expect(delivery.sender == "me")
        #expect(delivery.id == "d-1")
    }

    @Test("GitHub's own example of a signature is believed")
    func example() throws {
        // From "Validating webhook deliveries" in GitHub's documentation.
        let body = Array("Hello, World!".utf8)
        let request = WebhookRequest(
            headers: [
                ("X-GitHub-Event", "ping"),
                ("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
            ], body: body)
        let failure = #expect(throws: Failure.self) {
            try WebhookReader(kind: .github).read(request, secret: ForgeSecret("It's a Secret to Everybody"))
        }
        // The signature is right; what it signs is no JSON.
        #expect(failure?.code == .forgeWebhookMalformed)
    }

    @Test("Without the right signature nothing is looked at", arguments: ForgeKind.allCases)
    func signatures(kind: ForgeKind) throws {
        let text = #"{"object_kind":"push"}"#
        let good = Self.request(kind, "push", text)
        var bad: [WebhookRequest] = [
            Self.request(kind, "push", text, secret: "another"), WebhookRequest(headers: [], body: good.body),
        ]
        let name = good.headers.last?.name ?? ""
        for value in [
            "", "sha256=", "sha256=zz", String(repeating: "0", count: 64), "sha1=" + String(repeating: "0", count: 40),
        ] {
            bad.append(WebhookRequest(headers: good.headers.dropLast() + [(name, value)], body: good.body))
        }
        if kind != .gitlab { bad.append(WebhookRequest(headers: good.headers, body: good.body + [32])) }
        // Two signatures: whoever stands in between has added one.
        bad.append(WebhookRequest(headers: good.headers + [(name, "x")], body: good.body))
        for request in bad {
            let failure = #expect(throws: Failure.self) {
                try WebhookReader(kind: kind).read(request, secret: ForgeSecret(Self.secret))
            }
            #expect(failure?.code == .forgeWebhookSignature)
            #expect(failure?.description.contains(Self.secret) == false)
        }
        // An empty secret would make everybody a sender.
        #expect(throws: Failure.self) {
            try WebhookReader(kind: kind).read(Self.request(kind, "push", text, secret: ""), secret: ForgeSecret(""))
        }
    }

    @Test("A payload that is signed and cannot be read says why", arguments: ForgeKind.allCases)
    func malformed(kind: ForgeKind) throws {
        for text in [
            "", "[]", "payload=%7B%7D", #"{"ref":1,"action":"closed","object_kind":"push","topic":"pull-request.new"}"#,
            String(repeating: "[", count: 100_000),
        ] {
            let failure = #expect(throws: Failure.self) { try Self.read(kind, "push", text) }
            #expect(failure?.code == .forgeWebhookMalformed)
        }
        let form = Self.request(kind, "push", "{}")
        let request = WebhookRequest(
            headers: form.headers.map {
                $0.name == "Content-Type" ? ("Content-Type", "application/x-www-form-urlencoded") : $0
            }, body: form.body)
        let failure = #expect(throws: Failure.self) {
            try WebhookReader(kind: kind).read(request, secret: ForgeSecret(Self.secret))
        }
        #expect(failure?.message.contains("application/json") == true)
    }

    @Test("A forge takes no word about another repository")
    func foreign() async throws {
        try await Bench.withGitHub { forge, _, _ in
            let failure = await Bench.failure { () throws(Failure) in
                try forge.delivery(
                    Self.request(.github, "pull_request", Self.hub("opened")), secret: ForgeSecret(Self.secret))
            }
            #expect(failure?.code == .forgeWebhookForeign)
            let text = Self.hub("opened").replacing("o/r", with: "Fountain/Workspace")
            let delivery = try forge.delivery(
                Self.request(.github, "pull_request", text), secret: ForgeSecret(Self.secret))
            #expect(delivery.event == .opened(Self.mark))
        }
    }
}
