import Model
import PluginKit

/// Sends documents in batches and reads the verdict on each.
package struct Importer {
    package enum Action: String, Sendable { case upsert, create }

    /// What the server said of one document.
    package struct Verdict {
        package var isTaken: Bool
        package var code: Int
        package var message: String
    }

    private let server: Server
    private let collection: String
    private let timeout: Duration

    /// - Parameter timeout: for one batch: indexing takes longer than answering a question.
    package init(_ server: Server, collection: String, timeout: Duration) {
        self.server = server
        self.collection = collection
        self.timeout = timeout
    }

    /// The verdicts, one per document, in order. A batch whose answer was lost is sent again: it is the same afterwards.
    package func send(_ lines: [UInt8], count: Int, _ action: Action) throws -> [Verdict] {
        var request = Server.Request("POST", "collections", collection, "documents", "import")
        request.query = [("action", action.rawValue), ("dirty_values", "coerce_or_reject")]
        request.body = lines
        request.contentType = "text/plain"
        request.timeout = timeout
        for attempt in 1...3 {
            let reply = try server.send(request)
            guard reply.isSuccess else { throw server.refusal(reply, of: request) }
            let verdicts = Self.verdicts(reply.body)
            if verdicts.count == count { return verdicts }
            server.context.log(
                "the server answered for \(verdicts.count) of \(count) documents (attempt \(attempt))", level: .warning)
        }
        throw Failure(
            .copy, "the server does not answer for every document that it is sent",
            remedy: "Look into the server's log.", scheduling: .retry)
    }

    static func verdicts(_ body: [UInt8]) -> [Verdict] {
        let taken = Array(#"{"success":true}"#.utf8)
        return body.split(separator: 10).map { line in
            if line.elementsEqual(taken) { return Verdict(isTaken: true, code: 0, message: "") }
            let json = try? PluginJSON(parsing: Array(line))
            return Verdict(
                isTaken: json?["success"]?.bool == true, code: json?["code"]?.integer ?? 0,
                message: json?["error"]?.string ?? String(decoding: line.prefix(300), as: UTF8.self))
        }
    }
}
