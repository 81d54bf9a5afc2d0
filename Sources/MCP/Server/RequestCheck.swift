import Model

/// What a request of 2026-07-28 must say of itself, and the older versions do not know.
enum RequestCheck {
    /// Whether a request is of the newer kind: it carries its version with it.
    static func isModern(_ params: [String: JSONValue]) -> Bool { params["_meta"]?[MetaKey.version] != nil }

    /// The version of a request of the newer kind.
    /// - Parameter headers: of the HTTP request; nil where there is none.
    static func version(of request: RPCRequest, headers: HTTPFieldList? = nil) throws(RPCError) -> ProtocolVersion {
        guard let meta = request.meta else {
            throw .invalidParams("\"_meta\" must be an object with \(MetaKey.version) and \(MetaKey.capabilities)")
        }
        for key in [MetaKey.version, MetaKey.capabilities] where meta[key] == nil {
            throw .invalidParams("\"_meta\" lacks '\(key)'")
        }
        // Before the version is judged: who contradicts himself is told so.
        if let headers { try compare(headers, request, version: meta[MetaKey.version] ?? .null) }
        guard case .string(let version)? = meta[MetaKey.version] else {
            throw .invalidParams("'\(MetaKey.version)' must be a text")
        }
        guard case .object? = meta[MetaKey.capabilities] else {
            throw .invalidParams("'\(MetaKey.capabilities)' must be an object")
        }
        guard let known = ProtocolVersion(rawValue: version), known.isModern else { throw .unsupported(version) }
        return known
    }

    /// basic/transports/streamable-http, "Server Validation".
    private static func compare(_ headers: HTTPFieldList, _ request: RPCRequest, version: JSONValue)
        throws(RPCError)
    {
        guard let text = headers["mcp-protocol-version"], version == .string(text) else {
            throw .headerMismatch("the header MCP-Protocol-Version is not the version in \"_meta\"")
        }
        guard headers["mcp-method"] == request.method else {
            throw .headerMismatch("the header Mcp-Method is not the request's method")
        }
        let named = ["tools/call": "name", "prompts/get": "name", "resources/read": "uri"]
        guard let key = named[request.method], case .string(let name)? = request.params[key] else { return }
        guard let header = headers["mcp-name"], decoded(header) == name else {
            throw .headerMismatch("the header Mcp-Name is not the request's \"\(key)\"")
        }
    }

    /// A header's value as it was before it was made fit for a header: `=?base64?…?=`; nil for one that is broken.
    static func decoded(_ value: String) -> String? {
        guard value.hasPrefix("=?base64?"), value.hasSuffix("?="), value.utf8.count >= 11 else { return value }
        let payload = value.dropFirst("=?base64?".count).dropLast("?=".count)
        guard let bytes = Base64.decode(payload.utf8) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// RFC 4648, section 4.
enum Base64 {
    /// nil for anything but the one form that an encoder writes.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        var (bits, count, padding) = (UInt32(0), 0, 0)
        for byte in text {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(of: byte) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard padding <= 2, bits & ((1 << UInt32(count)) - 1) == 0, (count, padding) != (6, 1),
            (count == 0 && padding == 0) || (count == 2 && padding == 1) || (count == 4 && padding == 2)
        else { return nil }
        return bytes
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case 65...90: UInt32(byte - 65)
        case 97...122: UInt32(byte - 71)
        case 48...57: UInt32(byte + 4)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
