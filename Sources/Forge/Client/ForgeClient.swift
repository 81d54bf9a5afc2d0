import Model
import Net
import Synchronization

/// Requests to one forge: only ever to the configured host, with its limits kept, and every answer judged.
final class ForgeClient: Sendable {
    let address: ForgeAddress
    private let base: APIBase
    private let transport: HTTPTransport
    private let tls: HTTPTransport.TLS?
    private let credential: any Credential
    private let headers: [HTTPTransport.Header]
    private let gate: RateGate
    private let cache = AnswerCache()
    private let judge: AnswerJudge
    private let clock: ForgeClock
    private let timeout: Duration
    /// What was sent last, so that no forge's words can carry it into a message.
    private let shown = Mutex("")

    /// - Parameter headers: beside `User-Agent`, which all of them get.
    init(
        _ address: ForgeAddress, options: ForgeOptions, credential: any Credential, headers: [HTTPTransport.Header],
        spacing: Duration
    ) throws(Failure) {
        self.address = address
        base = try APIBase(address.api)
        transport = options.transport
        tls = options.tls
        self.credential = credential
        self.headers = headers + [.init("User-Agent", "codex-deployer")]
        gate = RateGate(server: address.server, spacing: spacing)
        judge = AnswerJudge(address: address)
        clock = options.clock
        timeout = options.timeout
    }

    var pause: Duration? { gate.pause(now: clock.now()) }

    /// - Parameters:
    ///   - path: behind the interface's own, each component escaped (`Escape.component`).
    ///   - accepting: statuses beside 2xx that are answers too.
    func get(
        _ path: String, _ query: [(String, String)] = [], _ action: ForgeAction, accepting: Set<Int> = []
    ) async throws(Failure) -> ForgeAnswer {
        try await get(target: base.path + path + Escape.query(query), action, accepting)
    }

    /// All pages of a list.
    ///
    /// - Parameter most: pages. Where there are more, what is missing is a failure, unless the beginning of the list is enough.
    func pages(
        _ path: String, _ query: [(String, String)], _ action: ForgeAction, of what: String, most: Int = 50,
        isBeginningEnough: Bool = false
    ) async throws(Failure) -> [Members] {
        var answer = try await get(path, query, action)
        var items = try answer.list(what)
        for _ in 1..<max(most, 2) {
            guard let next = answer.next else { return items }
            guard let target = base.target(of: next), target.hasPrefix(base.path) else { throw elsewhere(action) }
            answer = try await get(target: target, action, [])
            items += try answer.list(what)
        }
        guard isBeginningEnough || answer.next == nil else {
            throw Failure(
                .forgeRefused, "could not \(action.words) in \(address.repository): there are more than \(items.count)",
                remedy: "Close what nobody needs any more.")
        }
        return items
    }

    /// A request that changes something. It is not repeated here: what became of it is looked up by whoever asks again.
    func send(
        _ method: String, _ path: String, _ body: JSONValue?, _ action: ForgeAction, accepting: Set<Int> = []
    ) async throws(Failure) -> ForgeAnswer {
        try gate.pass(now: clock.now())
        let turn = gate.turn(now: clock.now())
        if turn > .zero {
            do {
                try await clock.sleep(turn)
            } catch {
                throw Failure(.httpCancelled, "the request to \(address.server) was cancelled")
            }
        }
        let bytes: [UInt8] = if let body { try ForgeJSON.encode(body) } else { [] }
        let response = try await exchange(method, base.path + path, bytes, tag: nil)
        return try judged(response, action, accepting)
    }

    private func get(target: String, _ action: ForgeAction, _ accepting: Set<Int>) async throws(Failure) -> ForgeAnswer
    {
        var target = target
        for _ in 0..<4 {
            let known = cache.entry(for: target)
            let response = try await exchange("GET", target, [], tag: known?.tag)
            if response.status == 304, let known {
                return ForgeAnswer(response: known.response, server: address.server)
            }
            guard [301, 302, 307, 308].contains(response.status) else {
                // Half an answer that was kept would be told to be the same for ever.
                if (try? ForgeJSON.decode(response.body)) != nil {
                    cache.keep(response, for: target)
                } else if response.status == 200 {
                    cache.forget(target)
                }
                return try judged(response, action, accepting)
            }
            // A renamed repository answers from another place of the same host; nobody else gets the token.
            guard let location = response.header("location"), let next = base.target(of: location) else {
                throw elsewhere(action)
            }
            target = next
        }
        throw Failure(
            .forgeMoved, "could not \(action.words): \(address.server) sends in circles",
            remedy: "Check the address of the forge's interface.")
    }

    private func exchange(
        _ method: String, _ target: String, _ body: [UInt8], tag: String?
    ) async throws(Failure) -> HTTPTransport.Response {
        let proof = try await proof()
        let response = try await attempt(method, target, body, tag, proof)
        // Refused before anything was done: once more, where there is another token to be had.
        guard response.status == 401, await credential.refused(proof) else { return response }
        return try await attempt(method, target, body, tag, try await self.proof())
    }

    private func proof() async throws(Failure) -> HTTPTransport.Header {
        try gate.pass(now: clock.now())
        let proof = try await credential.header()
        shown.withLock { $0 = proof.value }
        return proof
    }

    private func attempt(
        _ method: String, _ target: String, _ body: [UInt8], _ tag: String?, _ proof: HTTPTransport.Header
    ) async throws(Failure) -> HTTPTransport.Response {
        var all = headers + [proof]
        if !body.isEmpty { all.append(.init("Content-Type", "application/json")) }
        if let tag { all.append(.init("If-None-Match", tag)) }
        return try await transport.send(
            .init(
                method, base.origin + target, headers: all, body: body, timeout: timeout, maximumBody: 8 << 20, tls: tls
            ))
    }

    private func judged(
        _ response: HTTPTransport.Response, _ action: ForgeAction, _ accepting: Set<Int>
    ) throws(Failure) -> ForgeAnswer {
        let limit = gate.note(response, now: clock.now())
        guard (200..<300).contains(response.status) || accepting.contains(response.status) else {
            var failure = judge.failure(response, action, limit: limit)
            failure.cause = failure.cause.map(masked)
            throw failure
        }
        return ForgeAnswer(response: response, server: address.server)
    }

    private func masked(_ text: String) -> String {
        let token = shown.withLock { $0 }.split(separator: " ").last ?? ""
        return token.isEmpty ? text : text.replacing(token, with: "•••")
    }

    private func elsewhere(_ action: ForgeAction) -> Failure {
        Failure(
            .forgeMoved, "could not \(action.words): \(address.server) points to another host, where no token is sent",
            remedy: "Change the remote's URL or the address of the forge's interface to where it is now.")
    }
}
