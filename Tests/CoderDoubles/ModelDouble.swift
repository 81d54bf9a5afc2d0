package import Model
import Synchronization
import TestSupport

/// A server that takes nothing which OpenAI's description does not know, and answers by a script, wrongly where that is wanted.
package final class ModelDouble: Sendable {
    package static let key = "sk-double-0123456789"

    package enum Reply: Sendable {
        /// The model's text in an answer of the right shape.
        case text(String)
        /// Members of the answer replaced: `output` of Responses, `choices` of chat completions, and others.
        case members([String: JSONValue])
        case status(Int, headers: [String: String] = [:], body: String)
        /// The beginning of a right answer, then the end of the connection.
        case cutOff
        /// A right answer, so many bytes at a time, with a pause after each.
        case drip(String, bytes: Int, milliseconds: UInt32)
        case silence
        case reset
    }

    package struct Received: Sendable {
        package var path: String
        package var body: JSONValue
        package var problems: [String]
    }

    private struct State {
        var script: [Reply]
        package var received: [Received] = []
    }
    private let state: Mutex<State>
    private let interfaces: Set<String>
    private let listener: LoopbackListener

    /// - Parameters:
    ///   - script: one reply for each request that is right; the last one is given again and again.
    ///   - absent: what is answered at a path that the server has not.
    ///   - key: nil wants no key, and refuses one.
    package init(
        _ script: [Reply], interfaces: Set<String> = ["/v1/responses", "/v1/chat/completions"], absent: Int = 404,
        key: String? = ModelDouble.key
    ) throws {
        let box = Box()
        state = Mutex(State(script: script))
        self.interfaces = interfaces
        listener = try LoopbackListener { connection in
            box.double.withLock { $0 }?.serve(connection, absent: absent, key: key)
        }
        box.double.withLock { $0 = self }
    }
    private final class Box: Sendable { let double = Mutex<ModelDouble?>(nil) }

    package var base: String { "http://127.0.0.1:\(listener.port)/v1" }
    package var received: [Received] { state.withLock { $0.received } }
    /// What the description does not allow, of all requests.
    package var problems: [String] { received.flatMap(\.problems) }
    package func stop() { listener.stop() }

    private func serve(_ connection: Int32, absent: Int, key: String?) {
        var reader = HTTPPeerReader(connection)
        while let request = reader.next() {
            guard interfaces.contains(request.target), request.method == "POST" else {
                note(
                    request, ["nobody is at \(request.target)"],
                    JSONText.decode(String(decoding: request.body, as: UTF8.self)))
                guard Self.send(connection, absent, [:], #"{"detail":"Not Found"}"#) else { return }
                continue
            }
            let document = JSONText.decode(String(decoding: request.body, as: UTF8.self))
            var problems = RequestCheck.headers(request, key: key)
            if problems.contains(where: { $0.contains("key") }) {
                note(request, problems, document)
                guard
                    Self.send(
                        connection, 401, [:],
                        #"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#
                    )
                else { return }
                continue
            }
            if let document {
                problems += RequestCheck.body(document, chat: request.target.hasSuffix("completions"))
            } else {
                problems.append("the body is no JSON")
            }
            let reply = note(request, problems, document)
            guard problems.isEmpty else {
                let words = problems[0].replacing("\"", with: "'")
                let body = #"{"error":{"message":"\#(words)","type":"invalid_request_error","param":null,"code":null}}"#
                guard Self.send(connection, 400, [:], body) else { return }
                continue
            }
            guard give(reply, chat: request.target.hasSuffix("completions"), connection) else { return }
        }
    }

    @discardableResult
    private func note(_ request: HTTPPeerReader.Request, _ problems: [String], _ body: JSONValue?) -> Reply {
        state.withLock { state in
            // A path that is not there is the client's to find out, not a mistake.
            let kept = problems.first?.hasPrefix("nobody") == true ? [] : problems
            state.received.append(Received(path: request.target, body: body ?? .null, problems: kept))
            guard problems.isEmpty else { return .reset }
            return state.script.count > 1 ? state.script.removeFirst() : state.script.first ?? .reset
        }
    }

    private func give(_ reply: Reply, chat: Bool, _ connection: Int32) -> Bool {
        switch reply {
        case .text(let text):
            return Self.send(connection, 200, [:], JSONText.encode(.object(DoubleAnswer.whole(text, chat: chat))))
        case .members(let members):
            let whole = DoubleAnswer.whole("", chat: chat).merging(members) { $1 }
            return Self.send(connection, 200, [:], JSONText.encode(.object(whole)))
        case .status(let status, let headers, let body): return Self.send(connection, status, headers, body)
        case .cutOff:
            let whole = Self.bytes(200, [:], JSONText.encode(.object(DoubleAnswer.whole("{}", chat: chat))))
            _ = HTTPPeerReader.send(Array(whole.prefix(whole.count - 20)), to: connection)
            return false
        case .drip(let answer, let size, let milliseconds):
            let text = JSONText.encode(.object(DoubleAnswer.whole(answer, chat: chat)))
            var rest = Self.bytes(200, [:], text)[...]
            while !rest.isEmpty {
                guard HTTPPeerReader.send(Array(rest.prefix(size)), to: connection) else { return false }
                rest = rest.dropFirst(size)
                PeerPause.milliseconds(milliseconds)
            }
            return true
        case .silence:
            var reader = HTTPPeerReader(connection)
            // Until the client goes.
            while reader.next() != nil {}
            return false
        case .reset: return false
        }
    }

    private static func send(_ connection: Int32, _ status: Int, _ headers: [String: String], _ body: String) -> Bool {
        HTTPPeerReader.send(bytes(status, headers, body), to: connection)
    }

    private static func bytes(_ status: Int, _ headers: [String: String], _ body: String) -> [UInt8] {
        var head =
            "HTTP/1.1 \(status) Double\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n" + body).utf8)
    }
}
