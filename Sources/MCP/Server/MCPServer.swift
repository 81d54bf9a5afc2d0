package import Model

/// Answers requests of the Model Context Protocol. It keeps nothing between two of them but how many calls there were: what a
/// version needs beside the request (a handshake, HTTP headers) is the business of `MCPConversation` and `MCPEndpoint`.
package struct MCPServer: Sendable {
    let services: any AgentServices
    /// Of the program.
    let version: String
    let pace: CallPace
    /// For every call, in place of the tool's own; nil leaves that.
    let deadline: Duration?

    package init(
        services: any AgentServices, version: String, pace: CallPace = CallPace(), deadline: Duration? = nil
    ) {
        self.services = services
        self.version = version
        self.pace = pace
        self.deadline = deadline
    }

    /// The answer to one request, whole. The task's cancellation ends the work; nobody reads the answer then.
    package func answer(_ request: RPCRequest, _ context: CallContext) async -> JSONValue {
        do throws(RPCError) {
            var result = try await result(of: request, context)
            if context.version.isModern {
                result["resultType"] = "complete"
                var meta = result["_meta"]?.members ?? [:]
                meta[MetaKey.serverInfo] = info(context.version)
                result["_meta"] = .object(meta)
            }
            return RPCAnswer.result(result, to: request.id)
        } catch {
            return RPCAnswer.error(error, to: request.id)
        }
    }

    private func result(of request: RPCRequest, _ context: CallContext) async throws(RPCError) -> [String: JSONValue] {
        let isModern = context.version.isModern
        switch request.method {
        case "server/discover" where isModern: return cacheable(discovery, for: 60, context, scope: "public")
        case "ping" where !isModern: return [:]
        case "tools/list":
            try checkCursor(request)
            let tools = AgentTool.all.filter { context.rights.isSuperset(of: $0.right) }
            return cacheable(["tools": .array(tools.map { $0.json(in: context.version) })], for: 60, context)
        case "tools/call": return try await call(request, context)
        case "resources/list":
            try need(.read, context)
            return cacheable(try await resources(request, context), for: 0, context)
        case "resources/templates/list":
            try checkCursor(request)
            try need(.read, context)
            return cacheable(["resourceTemplates": .array(templates(context.version))], for: 60, context)
        case "resources/read":
            try need(.read, context)
            return cacheable(try await read(request, context), for: 0, context)
        case "prompts/list":
            try checkCursor(request)
            let prompts = context.rights.contains(.read) ? [Self.prompt(in: context.version)] : []
            return cacheable(["prompts": .array(prompts)], for: 60, context)
        case "prompts/get":
            try need(.read, context)
            return try await prompt(request)
        default: throw .methodNotFound(request.method)
        }
    }

    /// What the handshake of versions up to 2025-11-25 answers.
    package func initialization(_ request: RPCRequest) throws(RPCError) -> (ProtocolVersion, [String: JSONValue]) {
        guard case .string(let asked)? = request.params["protocolVersion"] else {
            throw .invalidParams("\"protocolVersion\" is missing")
        }
        // A version that is not known, or that needs no handshake, is answered with the newest that has one.
        let known = ProtocolVersion(rawValue: asked).flatMap { $0.isModern ? nil : $0 }
        let version = known ?? .newestLegacy
        return (
            version,
            [
                "protocolVersion": .string(version.rawValue), "capabilities": Self.capabilities,
                "serverInfo": info(version), "instructions": .string(Self.instructions),
            ]
        )
    }

    private var discovery: [String: JSONValue] {
        [
            "supportedVersions": .array(ProtocolVersion.allCases.map { .string($0.rawValue) }),
            "capabilities": Self.capabilities, "instructions": .string(Self.instructions),
        ]
    }

    private func info(_ version: ProtocolVersion) -> JSONValue {
        var members: [String: JSONValue] = ["name": "codex-deployer", "version": .string(self.version)]
        if version.hasStructuredResults { members["title"] = "codex-deployer" }
        return .object(members)
    }

    // Nothing is announced that is not there: lists are read anew, and nobody is told of changes.
    private static let capabilities: JSONValue = ["tools": [:], "resources": [:], "prompts": [:]]

    private static let instructions =
        "This deployer builds, tests and deploys the services of one git workspace. After a failure read latest_report, "
        + "look closer with read_source, read_log and read_diagnostics, and send a patch with submit_feedback: first with "
        + "dryRun, then for real. The verdict says what came of it. " + AgentTool.notice

    /// - Parameter seconds: how long the answer may be taken for fresh.
    private func cacheable(
        _ result: [String: JSONValue], for seconds: Int, _ context: CallContext, scope: String = "private"
    ) -> [String: JSONValue] {
        guard context.version.isModern else { return result }
        return result.merging(["ttlMs": .count(seconds * 1000), "cacheScope": .string(scope)]) { $1 }
    }

    func need(_ right: AgentRights, _ context: CallContext) throws(RPCError) {
        guard context.rights.isSuperset(of: right) else {
            throw RPCError(RPCError.forbiddenCode, "this needs the right '\(right.text)', which the caller has not")
        }
    }

    /// For lists that fit on one page.
    private func checkCursor(_ request: RPCRequest) throws(RPCError) {
        if let cursor = request.params["cursor"], cursor != .null { throw .invalidParams("there is no such cursor") }
    }

    /// A failure of the workspace, as whoever asked can use it.
    static func error(_ failure: Failure) -> RPCError {
        RPCError(RPCError.internalCode, spoken(failure), data: ["code": .string(failure.code.rawValue)])
    }

    static func spoken(_ failure: Failure) -> String {
        [failure.message, failure.remedy].compactMap { $0 }.joined(separator: "; ")
    }
}
