package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a client asks for and wants answered.
package struct RPCRequest: Sendable, Hashable {
    package var id: RequestID
    package var method: String
    package var params: [String: JSONValue]

    package init(id: RequestID, method: String, params: [String: JSONValue] = [:]) {
        self.id = id
        self.method = method
        self.params = params
    }

    /// The metadata of the request itself, not of what it asks for.
    var meta: [String: JSONValue]? { params["_meta"]?.members }
}

/// One JSON-RPC 2.0 message from a client, as MCP allows it: named parameters only, no id of null.
package enum RPCMessage: Sendable, Hashable {
    case request(RPCRequest)
    case notification(method: String, params: [String: JSONValue])
    /// An answer to a request; this server makes none, and nothing is done with it.
    case response

    /// Why a message cannot be taken; the id is that of the request where it could be read.
    package struct Rejection: Error, Sendable, Hashable {
        package var id: RequestID?
        package var error: RPCError
    }

    /// A whole text: one message, or in a batch (version 2025-03-26) several.
    package enum Text: Sendable {
        case single(JSONValue)
        case batch([JSONValue])
    }

    /// Throws a parse error for what is no JSON, is nested too deeply, or is not UTF-8.
    package static func read(_ bytes: some Collection<UInt8>) throws(RPCError) -> Text {
        // A NUL would have the decoder take it for UTF-16.
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
            throw .parse("the message is not UTF-8")
        }
        do {
            let value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            if case .array(let parts) = value { return .batch(parts) }
            return .single(value)
        } catch {
            throw .parse("the message is no JSON")
        }
    }

    package init(_ value: JSONValue) throws(Rejection) {
        guard case .object(let members) = value else {
            throw Rejection(error: .invalidRequest("a message is a JSON object"))
        }
        let id = members["id"].flatMap { RequestID($0) }
        guard members["jsonrpc"] == .string("2.0") else {
            throw Rejection(id: id, error: .invalidRequest("\"jsonrpc\" must be \"2.0\""))
        }
        guard let method = members["method"] else {
            guard id != nil, members["result"] != nil || members["error"] != nil else {
                throw Rejection(id: id, error: .invalidRequest("\"method\" is missing"))
            }
            self = .response
            return
        }
        guard case .string(let name) = method, !name.isEmpty else {
            throw Rejection(id: id, error: .invalidRequest("\"method\" must be a text"))
        }
        let params: [String: JSONValue]
        switch members["params"] {
        case nil: params = [:]
        case .object(let named): params = named
        default: throw Rejection(id: id, error: .invalidParams("\"params\" must be an object"))
        }
        guard let given = members["id"] else {
            self = .notification(method: name, params: params)
            return
        }
        guard let id = RequestID(given) else {
            throw Rejection(error: .invalidRequest("\"id\" must be a text or a whole number"))
        }
        self = .request(RPCRequest(id: id, method: name, params: params))
    }
}

/// What is sent back.
package enum RPCAnswer {
    package static func result(_ members: [String: JSONValue], to id: RequestID) -> JSONValue {
        .object(["jsonrpc": "2.0", "id": id.json, "result": .object(members)])
    }

    /// Without an id where none could be read, as the schema of 2026-07-28 has it.
    package static func error(_ error: RPCError, to id: RequestID?) -> JSONValue {
        var members: [String: JSONValue] = ["jsonrpc": "2.0", "error": error.json]
        if let id { members["id"] = id.json }
        return .object(members)
    }

    /// On one line: JSON escapes line ends.
    package static func bytes(_ value: JSONValue) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only a number that is none could fail, and JSON has none to begin with.
        return (try? encoder.encode(value)).map { Array($0) } ?? Array(Self.unwritable.utf8)
    }

    private static let unwritable =
        #"{"error":{"code":-32603,"message":"the answer cannot be written as JSON"},"jsonrpc":"2.0"}"#
}
