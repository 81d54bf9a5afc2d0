package import Model

/// Believes and reads the payloads of webhooks. Nothing of a body is looked at before its signature is found to be right.
package struct WebhookReader: Sendable {
    /// GitHub sends no more than this.
    package static let maximumBody = 25 << 20

    let kind: ForgeKind

    package init(kind: ForgeKind) { self.kind = kind }

    /// - Throws: `forge.webhook-signature` for whom nobody knows, `forge.webhook-malformed` for what cannot be read, and what
    ///   the secret throws.
    package func read(_ request: WebhookRequest, secret: ForgeSecret) throws(Failure) -> WebhookDelivery {
        guard request.body.count <= Self.maximumBody else {
            throw Self.malformed("its body has more than \(Self.maximumBody) bytes")
        }
        guard WebhookSignature.isRight(kind, request, secret: try secret.reveal()) else {
            throw Failure(
                .forgeWebhookSignature, "a webhook's signature is missing or wrong",
                remedy: "Give the forge's webhook and the deployer the same secret.")
        }
        if let type = request.header("content-type"), !type.lowercased().contains("json") {
            throw Self.malformed("it is no JSON; choose the content type application/json in the forge's settings")
        }
        guard let payload = try? ForgeJSON.decode(request.body), case .object = payload else {
            throw Self.malformed("it is no JSON object")
        }
        let members = Members(value: payload, what: "webhook", server: kind.name)
        do throws(Failure) {
            return switch kind {
            case .github: try HubPayload(request: request, members: members, prefixes: ["x-github"]).delivery()
            case .gitea:
                try HubPayload(request: request, members: members, prefixes: ["x-forgejo", "x-gitea", "x-gogs"])
                    .delivery()
            case .gitlab: try GitLabPayload(request: request, members: members).delivery()
            case .pagure: try PagurePayload(request: request, members: members).delivery()
            }
        } catch {
            guard error.code == .forgeBadAnswer else { throw error }
            throw Self.malformed(error.message)
        }
    }

    static func malformed(_ why: String) -> Failure {
        Failure(.forgeWebhookMalformed, "a webhook's payload cannot be read: \(why)")
    }

    /// `refs/heads/codex/7` as `codex/7`; nil for tags and the like.
    static func branch(_ ref: String) -> String? {
        ref.hasPrefix("refs/heads/") ? String(ref.dropFirst("refs/heads/".count)) : nil
    }

    /// The commit, or nil for the zeros that stand for none.
    static func commit(_ text: String) -> Revision? { text.allSatisfy { $0 == "0" } ? nil : Revision(text) }
}
