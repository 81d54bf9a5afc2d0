import Model

/// The protocol over HTTP (streamable HTTP): one POST, one answer. Nothing is kept between two requests, so there are no
/// sessions in any version, no stream to listen on (GET), and nothing to delete.
package struct MCPEndpoint: Sendable {
    package struct Question: Sendable {
        package var method: String
        package var headers: HTTPFieldList
        package init(method: String, headers: HTTPFieldList) {
            self.method = method
            self.headers = headers
        }
    }

    package struct Answer: Sendable, Hashable {
        package var status: Int
        /// Beside the content's type.
        package var headers: [String: String] = [:]
        package var body: [UInt8] = []

        package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        static func error(_ status: Int, _ error: RPCError, id: RequestID? = nil, headers: [String: String] = [:])
            -> Answer
        {
            Answer(status: status, headers: headers, body: RPCAnswer.bytes(RPCAnswer.error(error, to: id)))
        }
    }

    package enum Admission: Sendable {
        /// The body may be read and given to `answer`.
        case admitted(AccessTokens.Entry)
        case refused(Answer)
    }

    let server: MCPServer
    let tokens: AccessTokens
    /// Origins whose pages may ask: `https://tools.example.org`.
    let origins: Set<String>

    package init(server: MCPServer, tokens: AccessTokens, origins: Set<String> = []) {
        self.server = server
        self.tokens = tokens
        self.origins = origins
    }

    private static let deciding = [
        "origin", "authorization", "content-type", "content-length", "mcp-protocol-version", "mcp-method", "mcp-name",
    ]

    /// Everything that is decided before a byte of the body is read.
    package func admit(_ question: Question) -> Admission {
        let headers = question.headers
        if let name = headers.repeated(Self.deciding) {
            return .refused(.error(400, .invalidRequest("the header '\(name)' came several times")))
        }
        // A page of anybody's could reach a server on this machine by a name that it lets lead here (DNS rebinding). Browsers
        // say whose page asks, and other programs say nothing.
        if let origin = headers["origin"], !origins.contains(origin) {
            return .refused(
                .error(403, RPCError(RPCError.forbiddenCode, "pages of this origin may not ask; see web-origins")))
        }
        guard question.method == "POST" else {
            return .refused(Answer(status: 405, headers: ["Allow": "POST"]))
        }
        guard let entry = bearer(headers).flatMap({ tokens.owner(of: $0) }) else {
            let known = headers["authorization"] != nil
            return .refused(
                .error(
                    401, RPCError(RPCError.unauthorizedCode, "a token is needed: Authorization: Bearer …"),
                    headers: ["WWW-Authenticate": "Bearer" + (known ? " error=\"invalid_token\"" : "")]))
        }
        guard Self.mediaType(headers["content-type"] ?? "") == "application/json" else {
            return .refused(.error(415, .invalidRequest("the body must be application/json")))
        }
        guard Self.accepts(headers.all("accept")) else {
            return .refused(
                .error(406, .invalidRequest("the answer is application/json, which the header Accept does not name")))
        }
        return .admitted(entry)
    }

    package static func tooLarge(_ limit: Int) -> Answer {
        .error(413, .invalidRequest("the body has more than \(limit) bytes"), headers: ["Connection": "close"])
    }

    package static func tooSlow() -> Answer {
        .error(408, .invalidRequest("the body took too long to come"), headers: ["Connection": "close"])
    }

    package static func tooBusy() -> Answer {
        .error(
            503, .invalidRequest("as many requests are answered already as are at a time; ask again"),
            headers: ["Connection": "close", "Retry-After": "1"])
    }

    /// The answer to a request that was admitted. The task's cancellation ends the work.
    package func answer(_ question: Question, _ body: [UInt8], as entry: AccessTokens.Entry) async -> Answer {
        let values: RPCMessage.Text
        do throws(RPCError) { values = try RPCMessage.read(body) } catch { return .error(400, error) }
        switch values {
        case .single(let value): return await answer(value, question.headers, entry)
        case .batch(let values): return await answer(values, question.headers, entry)
        }
    }

    private func answer(_ value: JSONValue, _ headers: HTTPFieldList, _ entry: AccessTokens.Entry) async -> Answer {
        let message: RPCMessage
        do throws(RPCMessage.Rejection) { message = try RPCMessage(value) } catch {
            return .error(400, error.error, id: error.id)
        }
        // Nothing that is not a request asks this server for anything; a cancelled request is one whose connection is closed.
        guard case .request(let request) = message else { return Answer(status: 202) }
        do throws(RPCError) {
            if let version = try legacyVersion(of: request, headers) {
                if request.method == "initialize" {
                    return try handshake(request)
                }
                let context = CallContext(version: version, rights: entry.rights, caller: entry.name)
                return Answer(status: 200, body: RPCAnswer.bytes(await server.answer(request, context)))
            }
            let version = try RequestCheck.version(of: request, headers: headers)
            let context = CallContext(version: version, rights: entry.rights, caller: entry.name)
            let answer = await server.answer(request, context)
            let code = answer["error"]?["code"]?.integer.flatMap { Int(exactly: $0) }
            return Answer(
                status: code.map(Self.status) ?? 200, headers: code.map { Self.challenge($0, request) } ?? [:],
                body: RPCAnswer.bytes(answer))
        } catch { return .error(Self.status(error.code), error, id: request.id) }
    }

    private func handshake(_ request: RPCRequest) throws(RPCError) -> Answer {
        let (_, result) = try server.initialization(request)
        return Answer(status: 200, body: RPCAnswer.bytes(RPCAnswer.result(result, to: request.id)))
    }

    /// nil for a request of the newer kind. One without any version is of 2025-03-26, which knew no header for it.
    private func legacyVersion(of request: RPCRequest, _ headers: HTTPFieldList) throws(RPCError) -> ProtocolVersion? {
        if RequestCheck.isModern(request.params) { return nil }
        guard let header = headers["mcp-protocol-version"] else { return .v20250326 }
        guard let known = ProtocolVersion(rawValue: header) else { throw .unsupported(header) }
        // A handshake at the newest version is answered with the newest that has one.
        if known.isModern { return request.method == "initialize" ? .newestLegacy : nil }
        return known
    }

    private func answer(_ values: [JSONValue], _ headers: HTTPFieldList, _ entry: AccessTokens.Entry) async -> Answer {
        let header = headers["mcp-protocol-version"]
        guard header == nil || header == ProtocolVersion.v20250326.rawValue else {
            return .error(400, .invalidRequest("several messages in one are not part of this version"))
        }
        guard (1...MCPConversation.batch).contains(values.count) else {
            return .error(400, .invalidRequest("a batch holds 1 to \(MCPConversation.batch) messages"))
        }
        let context = CallContext(version: .v20250326, rights: entry.rights, caller: entry.name)
        var answers: [JSONValue] = []
        for value in values {
            do throws(RPCMessage.Rejection) {
                guard case .request(let request) = try RPCMessage(value) else { continue }
                answers.append(
                    request.method == "initialize"
                        ? RPCAnswer.error(.invalidRequest("initialize must not be part of a batch"), to: request.id)
                        : await server.answer(request, context))
            } catch { answers.append(RPCAnswer.error(error.error, to: error.id)) }
        }
        return answers.isEmpty ? Answer(status: 202) : Answer(status: 200, body: RPCAnswer.bytes(.array(answers)))
    }
}
