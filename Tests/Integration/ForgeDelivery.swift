import Foundation
import TestSupport

/// A forge's webhook as the forge sends it, signed by OpenSSL's program and not by the library that looks at the signature.
struct ForgeDelivery {
    enum Kind: String, CaseIterable, Sendable { case github, gitlab, gitea, pagure }

    var kind: Kind
    var event: String
    var body: String

    /// Somebody has pushed to a branch.
    static func push(_ kind: Kind, _ repository: String, branch: String = "main", number: Int = 1) -> Self {
        // Nothing of this is to be believed: there is no such commit.
        let commit = String(repeating: "\(number % 10)", count: 40)
        switch kind {
        case .github, .gitea:
            return Self(
                kind: kind, event: "push",
                body:
                    #"{"ref":"refs/heads/\#(branch)","after":"\#(commit)","deleted":false,"repository":{"full_name":"\#(repository)"},"sender":{"login":"me"}}"#
            )
        case .gitlab:
            return Self(
                kind: kind, event: "Push Hook",
                body:
                    #"{"object_kind":"push","ref":"refs/heads/\#(branch)","after":"\#(commit)","user_username":"me","project":{"path_with_namespace":"\#(repository)"}}"#
            )
        case .pagure:
            return Self(
                kind: kind, event: "git.receive",
                body:
                    #"{"topic":"git.receive","msg_id":"\#(number)","msg":{"project_fullname":"\#(repository)","agent":"me","branch":"refs/heads/\#(branch)","end_commit":"\#(commit)"}}"#
            )
        }
    }

    /// Something has come of a pull request.
    static func pullRequest(_ action: String, _ number: Int, _ repository: String, branch: String, more: String = "")
        -> Self
    {
        let head = String(repeating: "a", count: 40)
        return Self(
            kind: .github, event: "pull_request",
            body:
                #"{"action":"\#(action)","repository":{"full_name":"\#(repository)"},"sender":{"login":"me"},"pull_request":{"number":\#(number),"head":{"ref":"\#(branch)","sha":"\#(head)"},"base":{"ref":"main"}\#(more)}}"#
        )
    }

    /// - Parameter secret: nil: not signed.
    func headers(_ secret: String?) throws -> [String: String] {
        var headers = ["Content-Type": "application/json"]
        switch kind {
        case .github: headers["X-GitHub-Event"] = event
        case .gitlab: headers["X-Gitlab-Event"] = event
        case .gitea: headers["X-Gitea-Event"] = event
        case .pagure: headers["X-Pagure-Topic"] = event
        }
        guard let secret else { return headers }
        switch kind {
        case .github: headers["X-Hub-Signature-256"] = "sha256=" + (try digits(secret))
        case .gitlab: headers["X-Gitlab-Token"] = secret
        case .gitea: headers["X-Gitea-Signature"] = try digits(secret)
        case .pagure: headers["X-Pagure-Signature-256"] = try digits(secret)
        }
        return headers
    }

    /// As `AgentClient.raw` wants it.
    func request(_ secret: String?, _ more: [String: Any] = [:]) throws -> [String: Any] {
        ["path": "/webhook", "headers": try headers(secret), "body": body].merging(more) { $1 }
    }

    /// Delivers it and returns the status.
    func send(to port: Int, _ secret: String?, _ more: [String: Any] = [:]) async throws -> Int {
        try await AgentClient.raw(port: port, [request(secret, more)]).first?["status"] as? Int ?? -1
    }

    private func digits(_ secret: String) throws -> String {
        let file = NSTemporaryDirectory() + "deployer-delivery-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data(body.utf8).write(to: URL(filePath: file))
        let result = try PeerCommand.run(["openssl", "dgst", "-sha256", "-hmac", secret, "-r", file])
        guard let digits = result.text.split(separator: " ").first, result.status == 0 else {
            throw PeerError("openssl made no signature: \(result.text)")
        }
        return String(digits)
    }
}
