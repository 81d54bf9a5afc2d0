package import Model

/// What was asked of a double.
package struct DoubleRequest: Sendable {
    package var method: String
    /// Percent-encoded, without the query.
    package var path: String
    package var query: [(name: String, value: String)]
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: JSONValue?
    /// Of the operation's path.
    package var variables: [String: String] = [:]

    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    package func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }
    /// `POST /repos/o/r/pulls`.
    package var line: String { "\(method) \(path)" }
}

/// What a double answers.
package struct DoubleReply: Sendable {
    package var status: Int
    package var headers: [(String, String)]
    package var body: [UInt8]

    package init(_ status: Int, _ body: JSONValue? = nil, headers: [(String, String)] = []) {
        self.status = status
        self.headers = headers + (body == nil ? [] : [("Content-Type", "application/json; charset=utf-8")])
        self.body = body.map(DoubleJSON.encode) ?? []
    }

    package init(_ status: Int, text: String, type: String, headers: [(String, String)] = []) {
        self.status = status
        self.headers = headers + [("Content-Type", type)]
        body = Array(text.utf8)
    }
}

/// What goes wrong with the next requests to a path.
package enum DoubleFault: Sendable {
    /// Answers with this instead of doing anything.
    case reply(DoubleReply)
    /// Does what it is asked, and sends only half of the answer before it closes the connection.
    case cutOff
    /// Does what it is asked, and sends an answer of the right length that breaks off in the middle of its JSON.
    case halfJSON
    /// Does what it is asked, and takes so long for it.
    case slow(milliseconds: UInt32)
    /// Hears nothing of it: the connection is reset.
    case reset
    /// Does what it is asked, and leaves this member out of the answer.
    case without(String)
}
