import Model
import Net

/// A good answer.
struct ForgeAnswer: Sendable {
    let response: HTTPTransport.Response
    let server: String

    /// - Throws: `forge.bad-answer`.
    func json() throws(Failure) -> JSONValue {
        if AnswerJudge.isPage(response) {
            throw Failure(
                .forgeBadAnswer, "\(server) answered with a page instead of data",
                remedy:
                    "Check the address of the forge's interface, and whether a proxy or a login page stands before it.",
                scheduling: .retry)
        }
        do {
            return try ForgeJSON.decode(response.body)
        } catch {
            throw Failure(
                .forgeBadAnswer, "\(server) sent an answer that is no JSON (\(response.body.count) bytes)",
                remedy: "Nothing: it is tried again. If it lasts, check the address of the forge's interface.",
                scheduling: .retry)
        }
    }

    func members(_ what: String) throws(Failure) -> Members { Members(value: try json(), what: what, server: server) }

    func list(_ what: String) throws(Failure) -> [Members] {
        guard case .array(let items) = try json() else {
            throw Failure(
                .forgeBadAnswer, "\(server) sent no list where a list of each \(what) was asked for", scheduling: .retry
            )
        }
        return items.map { Members(value: $0, what: what, server: server) }
    }

    /// The target of `rel="next"` (RFC 8288).
    var next: String? {
        for link in (response.header("link") ?? "").split(separator: ",") {
            let parts = link.split(separator: ";")
            guard let first = parts.first, let open = first.firstIndex(of: "<"), let close = first.lastIndex(of: ">"),
                open < close
            else { continue }
            let isNext = parts.dropFirst().contains { part in
                part.filter { $0 != " " && $0 != "\"" }.lowercased() == "rel=next"
            }
            if isNext { return String(first[first.index(after: open)..<close]) }
        }
        return nil
    }
}
