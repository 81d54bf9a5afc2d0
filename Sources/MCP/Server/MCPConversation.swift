package import Model

/// The protocol over a stream of lines, as a child process speaks it: one message a line, answers in any order.
package actor MCPConversation {
    private let server: MCPServer
    private let rights: AgentRights
    private let caller: String
    /// Takes one message, to be written as one line.
    private let send: @Sendable (JSONValue) -> Void
    /// What the handshake agreed on; nil before it, and for ever with clients of 2026-07-28.
    private var agreed: ProtocolVersion?
    private var running: [RequestID: Task<Void, Never>] = [:]

    /// Requests at work at one time.
    static let atOnce = 32
    /// Messages of one batch.
    static let batch = 50
    /// Bytes of one line.
    package static let longest = 4 << 20

    package init(
        server: MCPServer, rights: AgentRights, caller: String, send: @escaping @Sendable (JSONValue) -> Void
    ) {
        self.server = server
        self.rights = rights
        self.caller = caller
        self.send = send
    }

    /// Takes one line, without its end. Answers come by and by.
    package func receive(_ line: [UInt8]) {
        guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
        do throws(RPCError) {
            switch try RPCMessage.read(line) {
            case .single(let value): take(value)
            case .batch(let values): try take(values)
            }
        } catch { send(RPCAnswer.error(error, to: nil)) }
    }

    /// A line that was longer than `longest`, of which nobody has read the rest.
    package func receiveTooLong() {
        send(RPCAnswer.error(.invalidRequest("a message has more than \(Self.longest) bytes"), to: nil))
    }

    /// Nothing more comes: what is at work may end in this time, and is then cancelled.
    package func finish(within grace: Duration) async {
        let tasks = Array(running.values)
        let timer = Task {
            try await Task.sleep(for: grace)
            for task in tasks { task.cancel() }
        }
        for task in tasks { await task.value }
        timer.cancel()
    }

    private func take(_ value: JSONValue) {
        do throws(RPCMessage.Rejection) {
            switch try RPCMessage(value) {
            case .request(let request): begin(request, send: send)
            case .notification(let method, let params): note(method, params)
            case .response: break
            }
        } catch { send(RPCAnswer.error(error.error, to: error.id)) }
    }

    /// The answers go out together, when the last of them is there.
    private func take(_ values: [JSONValue]) throws(RPCError) {
        guard agreed?.hasBatches == true else {
            throw .invalidRequest("several messages in one are not part of this version")
        }
        guard (1...Self.batch).contains(values.count) else {
            throw .invalidRequest("a batch holds 1 to \(Self.batch) messages")
        }
        let collector = BatchCollector(expected: values.count, send: send)
        for value in values {
            do throws(RPCMessage.Rejection) {
                switch try RPCMessage(value) {
                case .request(let request) where request.method == "initialize":
                    collector.add(
                        RPCAnswer.error(.invalidRequest("initialize must not be part of a batch"), to: request.id))
                case .request(let request): begin(request, send: { collector.add($0) }, dropped: { collector.add(nil) })
                case .notification(let method, let params):
                    note(method, params)
                    collector.add(nil)
                case .response: collector.add(nil)
                }
            } catch { collector.add(RPCAnswer.error(error.error, to: error.id)) }
        }
    }

    private func begin(
        _ request: RPCRequest, send: @escaping @Sendable (JSONValue) -> Void,
        dropped: @escaping @Sendable () -> Void = {}
    ) {
        do throws(RPCError) {
            guard running[request.id] == nil else {
                throw .invalidRequest("a request with this id is still at work")
            }
            if request.method == "initialize", !RequestCheck.isModern(request.params) {
                let (version, result) = try server.initialization(request)
                agreed = version
                return send(RPCAnswer.result(result, to: request.id))
            }
            let version = try version(of: request)
            guard running.count < Self.atOnce else {
                throw RPCError(RPCError.internalCode, "\(Self.atOnce) requests are at work; wait for one to end")
            }
            let context = CallContext(version: version, rights: rights, caller: caller)
            running[request.id] = Task {
                let answer = await server.answer(request, context)
                // A cancelled request gets no answer.
                if Task.isCancelled { dropped() } else { send(answer) }
                running[request.id] = nil
            }
        } catch { send(RPCAnswer.error(error, to: request.id)) }
    }

    private func version(of request: RPCRequest) throws(RPCError) -> ProtocolVersion {
        if RequestCheck.isModern(request.params) { return try RequestCheck.version(of: request) }
        if let agreed { return agreed }
        // Neither a handshake before, nor a version in the request itself.
        return try RequestCheck.version(of: request)
    }

    private func note(_ method: String, _ params: [String: JSONValue]) {
        // Others say nothing that this server would act on; what is malformed is ignored, as the protocol asks.
        guard method == "notifications/cancelled", let id = params["requestId"].flatMap({ RequestID($0) }) else {
            return
        }
        running[id]?.cancel()
    }
}
