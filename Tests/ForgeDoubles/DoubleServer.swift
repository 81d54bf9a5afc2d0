package import Model
import Synchronization
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The ground under the doubles: an HTTP server on loopback that knows a table of operations, and notes everything that the
/// interface does not know as a violation.
package final class DoubleServer: Sendable {
    /// A request with its answer.
    package struct Exchange: Sendable {
        package var request: DoubleRequest
        package var status: Int
        package var answer: JSONValue?
    }

    struct Rules: Sendable {
        /// Before the paths of the operations.
        var prefix: String
        var operations: [Operation]
        /// What is wrong with a request's headers.
        var headers: @Sendable (DoubleRequest) -> [String]
        var answer: @Sendable (Operation, DoubleRequest) -> DoubleReply
        /// Whether answers carry an ETag and are told to be the same.
        var hasTags: Bool
        /// In every answer.
        var common: @Sendable (DoubleRequest) -> [(String, String)]
    }

    private struct State: Sendable {
        var exchanges: [Exchange] = []
        var violations: [String] = []
        var faults: [(path: String, method: String?, fault: DoubleFault)] = []
    }

    private let rules: Rules
    private let state = Mutex(State())
    private let listener: Mutex<LoopbackListener?> = Mutex(nil)

    init(_ rules: Rules) throws {
        self.rules = rules
        let made = try LoopbackListener { [weak self] connection in self?.serve(connection) }
        listener.withLock { $0 = made }
    }

    package var port: Int { listener.withLock { $0?.port ?? 0 } }
    /// The interface's address.
    package var url: String { "http://127.0.0.1:\(port)\(rules.prefix)" }
    package func stop() { listener.withLock { $0 }?.stop() }

    package var violations: [String] { state.withLock { $0.violations } }
    package var exchanges: [Exchange] { state.withLock { $0.exchanges } }
    /// `POST /repos/o/r/pulls`, in the order in which they came.
    package var requests: [String] { exchanges.map(\.request.line) }
    package func forget() { state.withLock { $0.exchanges = [] } }

    /// - Parameter path: the end of the requests' path.
    package func fail(_ path: String, _ fault: DoubleFault, method: String? = nil, times: Int = 1) {
        state.withLock { state in for _ in 0..<times { state.faults.append((path, method, fault)) } }
    }

    package func forgetFaults() { state.withLock { $0.faults = [] } }

    private func fault(for request: DoubleRequest) -> DoubleFault? {
        state.withLock { state in
            guard
                let place = state.faults.firstIndex(where: {
                    request.path.hasSuffix($0.path) && ($0.method == nil || $0.method == request.method)
                })
            else { return nil }
            return state.faults.remove(at: place).fault
        }
    }

    private func serve(_ connection: Int32) {
        var reader = HTTPPeerReader(connection)
        while let raw = reader.next() {
            let request = Self.request(raw)
            let fault = fault(for: request)
            var reply: DoubleReply
            switch fault {
            case .reset: return Self.reset(connection)
            case .reply(let wanted):
                reply = wanted
                note(request, wanted)
            default: reply = answer(request, isBodyPresent: !raw.body.isEmpty)
            }
            if case .slow(let milliseconds) = fault { usleep(milliseconds * 1000) }
            if case .without(let member) = fault, case .object(var object)? = DoubleJSON.decode(reply.body) {
                object[member] = nil
                reply.body = DoubleJSON.encode(.object(object))
            }
            if case .halfJSON = fault { reply.body = Array(reply.body.prefix(reply.body.count / 2)) }
            let bytes = Self.bytes(reply)
            if case .cutOff = fault {
                _ = HTTPPeerReader.send(Array(bytes.prefix(bytes.count - reply.body.count / 2 - 1)), to: connection)
                usleep(20_000)
                return Self.reset(connection)
            }
            guard HTTPPeerReader.send(bytes, to: connection) else { return }
        }
    }

    private func answer(_ request: DoubleRequest, isBodyPresent: Bool) -> DoubleReply {
        var request = request
        var problems = rules.headers(request)
        guard request.path.hasPrefix(rules.prefix) else { return violation(request, ["the interface is not there"]) }
        let path = String(request.path.dropFirst(rules.prefix.count))
        var found: Operation?
        for operation in rules.operations where operation.method == request.method {
            guard let variables = operation.match(path) else { continue }
            request.variables = variables
            found = operation
            break
        }
        guard let operation = found else { return violation(request, ["there is no such operation"]) }
        for (name, value) in request.query {
            guard let shape = operation.query[name] else {
                problems.append("there is no parameter '\(name)'")
                continue
            }
            let typed: JSONValue =
                switch shape {
                case .integer: Int64(value).map { .integer($0) } ?? .string(value)
                case .boolean: value == "true" ? .bool(true) : value == "false" ? .bool(false) : .string(value)
                default: .string(value)
                }
            problems += shape.problems(typed, at: "?\(name)")
        }
        if let shape = operation.body {
            if request.header("content-type")?.hasPrefix("application/json") != true {
                problems.append("the body is no JSON")
            }
            problems += request.body.map { shape.problems($0) } ?? ["it has no body that can be read"]
        } else if isBodyPresent {
            problems.append("it takes no body")
        }
        guard problems.isEmpty else { return violation(request, problems) }
        var reply = rules.answer(operation, request)
        reply.headers += rules.common(request)
        if rules.hasTags, request.method == "GET", reply.status == 200 {
            let tag = "W/\"\(SHA256.hex(of: reply.body))\""
            if request.header("if-none-match") == tag { reply = DoubleReply(304, headers: rules.common(request)) }
            reply.headers.append(("ETag", tag))
        }
        note(request, reply)
        return reply
    }

    private func note(_ request: DoubleRequest, _ reply: DoubleReply) {
        state.withLock {
            $0.exchanges.append(
                Exchange(request: request, status: reply.status, answer: DoubleJSON.decode(reply.body)))
        }
    }

    private func violation(_ request: DoubleRequest, _ problems: [String]) -> DoubleReply {
        state.withLock { $0.violations.append("\(request.line): \(problems.joined(separator: "; "))") }
        let reply = DoubleReply(400, .object(["message": .string("Violation: \(problems.joined(separator: "; "))")]))
        note(request, reply)
        return reply
    }

    private static func request(_ raw: HTTPPeerReader.Request) -> DoubleRequest {
        let parts = raw.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? parts[1].split(separator: "&").map(pair) : []
        return DoubleRequest(
            method: raw.method, path: String(parts[0]), query: query, headers: raw.headers,
            body: raw.body.isEmpty ? nil : DoubleJSON.decode(raw.body))
    }

    private static func pair(_ text: Substring) -> (name: String, value: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (Percent.decoded(String(parts[0])), parts.count > 1 ? Percent.decoded(String(parts[1])) : "")
    }

    private static func reset(_ connection: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    private static func bytes(_ reply: DoubleReply) -> [UInt8] {
        var head = "HTTP/1.1 \(reply.status) Double\r\n"
        if reply.status != 204, reply.status != 304 { head += "Content-Length: \(reply.body.count)\r\n" }
        for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n").utf8) + (reply.status == 204 || reply.status == 304 ? [] : reply.body)
    }
}
