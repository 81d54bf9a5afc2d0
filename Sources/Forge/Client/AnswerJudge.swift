import Model
import Net

/// What an answer that is none of the good ones means.
struct AnswerJudge: Sendable {
    let address: ForgeAddress

    /// - Parameter limit: that the answer has met.
    func failure(
        _ response: HTTPTransport.Response, _ action: ForgeAction, limit: RateLimit?
    ) -> Failure {
        let server = address.server
        let words = Self.words(of: response)
        let what = "could not \(action.words) in \(address.repository) at \(server)"
        if let limit, response.status == 429 || response.status == 403 {
            var failure = RateGate.failure(server, limit.reason, limit.pause)
            failure.cause = words
            return failure
        }
        switch response.status {
        case 300..<400:
            return Failure(
                .forgeMoved, "\(what): \(server) points elsewhere (\(response.status))",
                remedy: "The repository was renamed or moved: change the remote's URL to where it is now.")
        case 401:
            return Failure(
                .forgeAuth, "\(what): \(server) does not accept the token",
                remedy: action.whenRefused
                    ?? "Make a new one and put it in the old one's place: it is wrong, expired or revoked.",
                cause: words)
        case 403: return forbidden(response, what, action, words)
        case 404:
            return Failure(
                .forgeNotFound,
                "\(what): there is no such thing, or the token may not see it (forges answer 404 for both)",
                remedy:
                    "Check the remote's URL and that the token is for this repository. \(action.remedy(address.kind))",
                cause: words)
        case 405, 409: return Failure(.forgeConflict, "\(what)", remedy: "See to what stands against it.", cause: words)
        case 408: return Failure(.forgeServer, "\(what): \(server) took too long", cause: words, scheduling: .retry)
        case 500...:
            return Failure(
                .forgeServer, "\(what): \(server) has a fault (\(response.status))",
                remedy: "Nothing: it is tried again. If it lasts, look at the forge's status page.", cause: words,
                scheduling: response.status == 503 ? .wait(for: server) : .retry)
        default:
            return Failure(
                .forgeRefused, "\(what): \(server) refuses it (\(response.status))",
                remedy: "Its words say what is wrong with the request.", cause: words)
        }
    }

    private func forbidden(
        _ response: HTTPTransport.Response, _ what: String, _ action: ForgeAction, _ words: String?
    ) -> Failure {
        if response.header("x-github-sso") != nil {
            return Failure(
                .forgeForbidden, "\(what): the token is not authorised for the organisation's single sign-on",
                remedy: "Authorise it under 'Configure SSO' in the list of tokens.", cause: words)
        }
        // GitHub names the permission that was missing.
        let wanted = response.header("x-accepted-github-permissions").map { Scrub.line($0, most: 200) }
        return Failure(
            .forgeForbidden, "\(what): the token may not" + (wanted.map { " (it takes \($0))" } ?? ""),
            remedy: action.remedy(address.kind), cause: words)
    }

    /// The forge's own words, on one line; of a page only that it is one.
    static func words(of response: HTTPTransport.Response) -> String? {
        if isPage(response) { return "it answered with a page instead of data" }
        guard let document = try? ForgeJSON.decode(response.body) else {
            return response.body.isEmpty ? nil : "its answer is no JSON"
        }
        var found: [String] = []
        collect(document, into: &found, depth: 0)
        let text = found.joined(separator: "; ")
        return text.isEmpty ? nil : Scrub.line(text, most: 300)
    }

    static func isPage(_ response: HTTPTransport.Response) -> Bool {
        if response.header("content-type")?.lowercased().contains("html") == true { return true }
        return response.body.first { $0 > 0x20 } == UInt8(ascii: "<")
    }

    /// `message`, `error`, `error_description`, `errors` and what is in them, in GitHub's, GitLab's, Gitea's and Pagure's forms.
    private static func collect(_ value: JSONValue, into found: inout [String], depth: Int) {
        guard depth < 4, found.count < 6 else { return }
        switch value {
        case .string(let text): if !text.isEmpty { found.append(text) }
        case .array(let items): for item in items { collect(item, into: &found, depth: depth + 1) }
        case .object(let members) where depth == 0:
            for name in ["message", "error", "error_description", "errors"] {
                if let member = members[name] { collect(member, into: &found, depth: depth + 1) }
            }
        case .object(let members):
            // GitHub: {"resource","field","code","message"}; others: field and list of complaints.
            if let text = members["message"]?.string {
                found.append(text)
            } else if let code = members["code"]?.string {
                found.append([members["field"]?.string, code].compactMap { $0 }.joined(separator: ": "))
            } else {
                for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                    var inner: [String] = []
                    collect(member, into: &inner, depth: depth + 1)
                    if !inner.isEmpty { found.append("\(name): \(inner.joined(separator: ", "))") }
                }
            }
        default: break
        }
    }
}
