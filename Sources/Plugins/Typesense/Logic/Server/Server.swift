package import Model
package import PluginKit

/// The nodes of a Typesense; the one that leads is asked.
package final class Server {
    /// A path by its components, which are escaped.
    package struct Request {
        package var method: String
        package var path: [String]
        package var query: [(String, String)] = []
        package var body: [UInt8] = []
        package var contentType = "application/json"
        package var timeout: Duration?
        /// Sending it twice does no harm.
        package var isRepeatable = true
        /// What stands in the body in place of secrets.
        package var secrets: [SecretValue] = []
        package init(_ method: String, _ path: String..., body: PluginJSON? = nil) {
            self.method = method
            self.path = path
            guard let body else { return }
            let (marked, secrets) = SecretReference.marked(body)
            self.body = Array(marked.text.utf8)
            self.secrets = secrets
        }
    }

    package struct Reply {
        package var status: Int
        package var body: [UInt8]
        package var isSuccess: Bool { (200..<300).contains(status) }
        package var json: PluginJSON? { try? PluginJSON(parsing: body) }
        /// The server's own words.
        package var message: String {
            json?["message"]?.string ?? String(decoding: body.prefix(500), as: UTF8.self)
        }
    }

    package let nodes: [String]
    package let context: StageContext
    private let options: Options
    /// Index of the node that led when it was asked last.
    private var known: Int?

    package init(_ context: StageContext, _ options: Options, nodes: [String]) {
        self.context = context
        self.options = options
        self.nodes = nodes
    }

    package var secretHeaders: [SecretValue] { [SecretValue("X-TYPESENSE-API-KEY", reference: options.key)] }

    /// Sends a request to the node that leads until it is answered, and the answer is not that time will mend it. Followers are
    /// not asked: what they say may be older than what was just written.
    ///
    /// - Throws: `typesense.unreachable` after the operator's patience, `typesense.key` when the key is not accepted.
    package func send(_ request: Request) throws -> Reply {
        let start = ContinuousClock.now
        var pause = Duration.milliseconds(100)
        while true {
            var reason = "no node is the leader"
            if let index = try findLeader() {
                switch try attempt(request, at: nodes[index]) {
                case .success(let reply) where !Self.isPassing(reply):
                    try check(reply)
                    return reply
                case .success(let reply): reason = "\(nodes[index]): \(reply.status) \(reply.message)"
                case .failure(let failure): reason = failure.message
                }
                known = nil
                if !request.isRepeatable { throw unreachable(reason) }
            }
            guard ContinuousClock.now - start + pause < min(options.patience, context.timeLeft) else {
                throw unreachable(reason)
            }
            try context.pause(pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// Index of the node that takes the writes; nil while none does. One node alone leads.
    private func findLeader() throws -> Int? {
        if nodes.count == 1 { return 0 }
        if let known { return known }
        for (index, node) in nodes.enumerated() {
            var request = Request("GET", "debug")
            request.timeout = min(options.timeout, .seconds(5))
            guard case .success(let reply) = try attempt(request, at: node) else { continue }
            try check(reply)
            if reply.json?["state"]?.integer == 1 {
                known = index
                return index
            }
        }
        return nil
    }

    /// Sends a request of which only success is expected.
    package func ask(_ request: Request) throws -> PluginJSON {
        let reply = try send(request)
        guard reply.isSuccess, let json = reply.json else { throw refusal(reply, of: request) }
        return json
    }

    /// nil when there is no such thing.
    package func find(_ request: Request) throws -> PluginJSON? {
        let reply = try send(request)
        if reply.status == 404 { return nil }
        guard reply.isSuccess, let json = reply.json else { throw refusal(reply, of: request) }
        return json
    }

    package func refusal(_ reply: Reply, of request: Request) -> Failure {
        Failure(
            .refused, "\(request.method) /\(request.path.joined(separator: "/")) was refused: \(reply.message)",
            cause: "status \(reply.status)")
    }

    /// One request to one node, once; also for asking each of them how it is.
    package func attempt(_ request: Request, at node: String) throws -> Result<Reply, HostCallFailure> {
        if context.isCancelled { throw Failure(.cancelled, "the stage was cancelled") }
        let url = Self.url(node, request.path, request.query)
        let timeout = request.timeout ?? options.timeout
        do throws(HostCallFailure) {
            if request.body.count > Self.mostInOneCall || !request.secrets.isEmpty {
                return .success(try attemptInPieces(request, url: url, timeout: timeout))
            }
            var call = HTTPCall(request.method, url)
            call.secretHeaders = secretHeaders
            if !request.body.isEmpty { call.headers = [("Content-Type", request.contentType)] }
            call.body = request.body
            call.timeout = timeout
            call.maxBody = 31 << 20
            let answer = try context.http.send(call)
            return .success(Reply(status: answer.status, body: answer.body))
        } catch {
            switch error.reason {
            case .failed: return .failure(error)
            case .notFound where request.secrets.isEmpty: throw missingKey
            case .notFound: throw Failure(.key, "a secret that the files name is not there", cause: error.message)
            case .cancelled: throw Failure(.cancelled, "the stage was cancelled")
            default: throw Failure(.refused, "\(error)")
            }
        }
    }

    /// The node that takes the writes now.
    package func leader() throws -> String {
        let start = ContinuousClock.now
        known = nil
        while true {
            if let index = try findLeader() { return nodes[index] }
            guard ContinuousClock.now - start < min(options.patience, context.timeLeft) else {
                throw unreachable("no node is the leader")
            }
            try context.pause(.milliseconds(300))
        }
    }

    package static func url(_ node: String, _ path: [String], _ query: [(String, String)]) -> String {
        let fields = query.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
        return node + "/" + path.map(escaped).joined(separator: "/") + (fields.isEmpty ? "" : "?\(fields)")
    }

    /// RFC 3986, 2.3: what need not be escaped anywhere.
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return result
    }

    /// Answers that time mends: an election, a node that catches up, too much at once.
    private static func isPassing(_ reply: Reply) -> Bool {
        [408, 429, 502, 503, 504].contains(reply.status)
            || (reply.status == 500 && reply.message.lowercased().contains("leader"))
    }

    private func check(_ reply: Reply) throws {
        // 422 "Rejecting write: running out of resource type: OUT_OF_DISK": nothing that a commit could mend.
        if reply.status == 422 || reply.status == 507, reply.message.contains("out of resource") {
            throw Failure(
                .resources, "Typesense takes no more writes: its disk or its memory is full",
                remedy: "Give the server more of it, or delete what is not needed.", cause: reply.message,
                scheduling: .wait(for: nodes.joined(separator: ", ")))
        }
        guard reply.status == 401 || reply.status == 403 else { return }
        throw Failure(
            .key, "the server does not accept the key '\(shownKey)'",
            remedy: "The service needs an admin key (actions: [\"*\"]); set 'api_key' to a reference to it.",
            cause: reply.message)
    }

    /// A reference may be shown, what stands in its place by mistake may not.
    private var shownKey: String {
        options.key.hasPrefix("env:") || options.key.hasPrefix("file:/") ? options.key : "api_key"
    }

    private var missingKey: Failure {
        Failure(
            .key, "there is no secret '\(shownKey)'",
            remedy: "Set TYPESENSE_API_KEY for the daemon, for example in dispatcher.env, or name another in 'api_key'."
        )
    }

    package func unreachable(_ reason: String) -> Failure {
        let list = nodes.joined(separator: ", ")
        return Failure(
            .unreachable, "Typesense does not answer at \(list)",
            remedy: "Start it, or set TYPESENSE_URL or the option 'url' to where it listens.", cause: reason,
            scheduling: .wait(for: list))
    }
}
