#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads HTTP/1.1 requests from a connection, one after the other.
package struct HTTPPeerReader {
    package struct Request {
        package var method: String
        package var target: String
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]
        package subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    private let connection: Int32
    private var buffer: [UInt8] = []

    package init(_ connection: Int32) { self.connection = connection }

    /// nil at the end of the connection.
    package mutating func next() -> Request? {
        guard let first = line() else { return nil }
        let words = first.split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [(name: String, value: String)] = []
        while let text = line(), !text.isEmpty {
            guard let colon = text.firstIndex(of: ":") else { return nil }
            let value = text[text.index(after: colon)...].drop { $0 == " " }
            headers.append((text[..<colon].lowercased(), String(value)))
        }
        var request = Request(method: String(words[0]), target: String(words[1]), headers: headers, body: [])
        if request["expect"] != nil { _ = Self.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), to: connection) }
        guard let body = body(of: request) else { return nil }
        request.body = body
        return request
    }

    package static func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Darwin)
                let count = rest.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
            #else
                let count = rest.withUnsafeBytes {
                    Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
            #endif
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private mutating func body(of request: Request) -> [UInt8]? {
        guard request["transfer-encoding"]?.lowercased() == "chunked" else {
            return take(request["content-length"].flatMap { Int($0) } ?? 0)
        }
        var body: [UInt8] = []
        while let text = line(), let count = Int(text.prefix { $0 != ";" }, radix: 16) {
            guard let chunk = take(count), line() != nil else { return nil }
            if count == 0 { return body }
            body += chunk
        }
        return nil
    }

    private mutating func line() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                var text = buffer[..<end]
                if text.last == UInt8(ascii: "\r") { text = text.dropLast() }
                let found = String(decoding: text, as: UTF8.self)
                buffer.removeFirst(end + 1)
                return found
            }
            guard fill() else { return nil }
        }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        while buffer.count < count { guard fill() else { return nil } }
        let taken = Array(buffer[..<count])
        buffer.removeFirst(count)
        return taken
    }

    private mutating func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        repeat { count = read(connection, &chunk, chunk.count) } while count < 0 && errno == EINTR
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }
}

/// An HTTP answer, made whole or from a CGI program's output.
struct HTTPPeerAnswer {
    private(set) var status: Int
    private let headers: [(String, String)]
    private let body: [UInt8]

    init(_ status: Int, _ headers: [(String, String)], _ body: String, type: String) {
        self.status = status
        self.headers = headers + [("Content-Type", type)]
        self.body = Array(body.utf8)
    }

    init(cgi output: [UInt8]) {
        var status = 200
        var headers: [(String, String)] = []
        var rest = output[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self).filter { $0 != "\r" && $0 != "\r\n" }
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = String(parts[1].drop { $0 == " " })
            if parts[0] == "Status" {
                status = Int(value.prefix { $0.isNumber }) ?? 500
            } else {
                headers.append((String(parts[0]), value))
            }
        }
        self.status = status
        self.headers = headers
        body = Array(rest)
    }

    var bytes: [UInt8] {
        let code = String(repeating: "0", count: max(0, 3 - "\(status)".count)) + "\(status)"
        var head = "HTTP/1.1 \(code) Peer\r\nContent-Length: \(body.count)\r\n"
        for header in headers { head += "\(header.0): \(header.1)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }
}

enum PeerBase64 {
    static func encode(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        var encoded = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for position in 0..<4 {
                encoded.append(position <= group.count ? alphabet[value >> (18 - 6 * position) & 63] : "=")
            }
        }
        return encoded
    }
}
