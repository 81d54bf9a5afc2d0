/// One request that an interface knows.
struct Operation: Sendable {
    let method: String
    /// `/repos/{owner}/{repo}/pulls/{number}`; a last `{name*}` takes the rest of the path, slashes and all.
    let path: String
    var query: [String: Shape] = [:]
    /// nil: it takes none.
    var body: Shape?

    init(_ method: String, _ path: String, query: [String: Shape] = [:], body: Shape? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    /// The values of the path's variables; nil where it is another path. The path comes as it was sent, percent-encoded.
    func match(_ path: String) -> [String: String]? {
        let wanted = self.path.split(separator: "/", omittingEmptySubsequences: false)
        let given = path.split(separator: "/", omittingEmptySubsequences: false)
        var found: [String: String] = [:]
        for (index, part) in wanted.enumerated() {
            guard index < given.count else { return nil }
            if part.hasPrefix("{"), part.hasSuffix("*}") {
                found[String(part.dropFirst().dropLast(2))] = Percent.decoded(given[index...].joined(separator: "/"))
                return found
            }
            if part.hasPrefix("{") {
                guard !given[index].isEmpty else { return nil }
                found[String(part.dropFirst().dropLast())] = Percent.decoded(String(given[index]))
            } else if part != given[index] {
                return nil
            }
        }
        return wanted.count == given.count ? found : nil
    }
}

enum Percent {
    static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
