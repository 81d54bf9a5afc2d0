package import Model

/// An error as JSON-RPC 2.0 carries it.
package struct RPCError: Error, Sendable, Hashable {
    package var code: Int
    package var message: String
    package var data: JSONValue?

    package init(_ code: Int, _ message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    // JSON-RPC 2.0, section 5.1.
    package static let parseCode = -32700
    package static let invalidRequestCode = -32600
    package static let methodNotFoundCode = -32601
    package static let invalidParamsCode = -32602
    package static let internalCode = -32603
    // MCP 2026-07-28, basic/index, "Error Codes".
    package static let headerMismatchCode = -32020
    package static let unsupportedVersionCode = -32022
    /// Of versions up to 2025-11-25; a later one says -32602.
    package static let resourceNotFoundCode = -32002
    /// Ours as well, of the status that it comes with: who asks is not known.
    package static let unauthorizedCode = 401
    /// Ours, outside the reserved ranges: whoever asks has not the right.
    package static let forbiddenCode = 403

    static func parse(_ message: String) -> RPCError { RPCError(parseCode, message) }
    static func invalidRequest(_ message: String) -> RPCError { RPCError(invalidRequestCode, message) }
    static func invalidParams(_ message: String, data: JSONValue? = nil) -> RPCError {
        RPCError(invalidParamsCode, message, data: data)
    }
    static func methodNotFound(_ method: String) -> RPCError {
        RPCError(methodNotFoundCode, "there is no method '\(method.prefix(100))' here")
    }
    static func headerMismatch(_ message: String) -> RPCError { RPCError(headerMismatchCode, message) }
    static func unsupported(_ version: String) -> RPCError {
        RPCError(
            unsupportedVersionCode, "the protocol version '\(version.prefix(60))' is not spoken here",
            data: .object([
                "supported": .array(ProtocolVersion.allCases.map { .string($0.rawValue) }),
                "requested": .string(version),
            ]))
    }

    var json: JSONValue {
        var members: [String: JSONValue] = ["code": .integer(Int64(code)), "message": .string(message)]
        if let data { members["data"] = data }
        return .object(members)
    }
}
