import Model

extension MCPEndpoint {
    /// RFC 6750, 2.1.
    func bearer(_ headers: HTTPFieldList) -> String? {
        guard let text = headers["authorization"] else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }

    /// `application/json; charset=utf-8` without what follows the semicolon.
    static func mediaType(_ text: String) -> String {
        String(text.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }).lowercased()
    }

    /// Whether the one kind of answer that is given would be taken. Where nothing is said, everything is (RFC 9110, 12.5.1).
    static func accepts(_ values: [String]) -> Bool {
        if values.isEmpty { return true }
        let types = Set(values.flatMap { $0.split(separator: ",") }.map { mediaType(String($0)) })
        return !types.isDisjoint(with: ["application/json", "application/*", "*/*"])
    }

    /// The status of an error of 2026-07-28; older versions put every answer into 200.
    static func status(_ code: Int) -> Int {
        switch code {
        case RPCError.methodNotFoundCode: 404
        case RPCError.forbiddenCode: 403
        case RPCError.internalCode: 500
        default: 400
        }
    }

    /// RFC 6750, 3.1: which right is missing.
    static func challenge(_ code: Int, _ request: RPCRequest) -> [String: String] {
        guard code == RPCError.forbiddenCode else { return [:] }
        let tool = AgentTool.all.first { .string($0.name) == request.params["name"] }
        let scope = request.method == "tools/call" ? tool?.right ?? .read : .read
        return ["WWW-Authenticate": "Bearer error=\"insufficient_scope\", scope=\"\(scope.text)\""]
    }
}
