import Model
import PluginKit

extension Server {
    /// Bodies beyond this do not fit into one call of the host and are written in pieces.
    static let mostInOneCall = 7 << 20

    /// One request to one node whose body is written in pieces, or completed with secrets.
    func attemptInPieces(_ request: Request, url: String, timeout: Duration) throws(HostCallFailure) -> Reply {
        var call = HTTPStreamCall(request.method, url)
        call.secretHeaders = secretHeaders
        call.headers = [("Content-Type", request.contentType)]
        call.body = request.secrets.isEmpty ? .written(length: request.body.count) : .bytes(request.body)
        call.bodySecrets = request.secrets
        call.bodyIsJSON = true
        call.idle = timeout
        let stream = try context.streams.open(call)
        defer { stream.close() }
        if request.secrets.isEmpty { try stream.write(request.body) }
        let head = try stream.answer()
        var body: [UInt8] = []
        while true {
            let piece = try stream.read()
            // Answers are a line per document; one that repeats what was sent is as long as that, and escaped.
            guard !piece.isEmpty, body.count < 4 * request.body.count + (4 << 20) else { break }
            body += piece
        }
        return Reply(status: head.status, body: body)
    }
}
