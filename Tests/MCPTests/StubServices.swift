import Diagnostics
import MCP
import Model
import Synchronization

/// Services that answer what a test gave them, and remember what they were asked.
final class StubServices: AgentServices {
    struct State {
        var report: FailureReport?
        var failure: Failure?
        var submitted: [[String: JSONValue]] = []
        var authors: [String] = []
        var logs: [LogSummary] = []
        var lines: [String] = ["one", "two"]
        var questions: [SourceQuestion] = []
        /// Calls that hang until they are cancelled.
        var hangs = false
        var cancelled = 0
        var reports: [ReportSummary] = []
    }
    let state: Mutex<State>
    init(_ change: (inout State) -> Void = { _ in }) {
        var state = State()
        change(&state)
        self.state = Mutex(state)
    }

    private func begin() async throws(Failure) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        guard state.withLock({ $0.hangs }) else { return }
        do { try await Task.sleep(for: .seconds(3600)) } catch { state.withLock { $0.cancelled += 1 } }
    }

    func status() async throws(Failure) -> JSONValue {
        try await begin()
        return .object([
            "schema": .integer(1), "workspace": .string("/w"), "healthy": .bool(true), "services": .array([]),
        ])
    }
    func reports(limit: Int) async throws(Failure) -> [ReportSummary] { state.withLock { $0.reports } }
    func report(_ choice: ReportChoice) async throws(Failure) -> FailureReport? {
        let report = state.withLock { $0.report }
        guard case .id(let id) = choice else { return report }
        return report?.id == id ? report : nil
    }
    func logs() async throws(Failure) -> [LogSummary] { state.withLock { $0.logs } }
    func log(_ name: String, offset: Int, limit: Int) async throws(Failure) -> LogSlice {
        guard name == "latest" || state.withLock({ $0.logs.contains { $0.name == name } }) else {
            throw Failure(.init(MCPServer.noSuchLog), "there is no log '\(name)' here")
        }
        return LogSlice(name: name, offset: 0, lines: state.withLock { $0.lines }, next: nil)
    }
    func diagnostics(of revision: String?, service: ServiceName?, limit: Int) async throws(Failure) -> JSONValue {
        .object(["revision": .string(revision ?? "newest"), "services": .array([]), "omitted": .integer(0)])
    }
    func source(_ question: SourceQuestion) async throws(Failure) -> SourceSlice {
        state.withLock { $0.questions.append(question) }
        guard let revision = Revision(String(repeating: "a", count: 40)) else {
            throw Failure(.init("test"), "no revision")
        }
        return SourceSlice(path: question.path, revision: revision, first: question.first, lines: ["x"], total: 1)
    }
    func plan(asksPlugins: Bool) async throws(Failure) -> JSONValue {
        .object(["revision": .string("r"), "services": .array([]), "asked": .bool(asksPlugins)])
    }
    func submit(_ document: [String: JSONValue], author: String, wait: Duration) async throws(Failure) -> FeedbackState
    {
        try await begin()
        state.withLock {
            $0.submitted.append(document)
            $0.authors.append(author)
        }
        return FeedbackState(id: "f-1", state: "waiting")
    }
    func feedback(_ id: String, wait: Duration) async throws(Failure) -> FeedbackState? {
        id == "known" ? FeedbackState(id: id, state: "deciding", phase: "trying") : nil
    }
}

/// Requests as a client of 2026-07-28 sends them.
enum Modern {
    static let meta: JSONValue = .object([
        "io.modelcontextprotocol/protocolVersion": .string("2026-07-28"),
        "io.modelcontextprotocol/clientCapabilities": .object([:]),
    ])

    static func message(_ method: String, _ params: [String: JSONValue] = [:], id: JSONValue = .integer(1)) -> JSONValue
    {
        .object([
            "jsonrpc": .string("2.0"), "id": id, "method": .string(method),
            "params": .object(params.merging(["_meta": meta]) { $1 }),
        ])
    }

    static func call(_ name: String, _ arguments: [String: JSONValue] = [:], id: JSONValue = .integer(1)) -> JSONValue {
        message("tools/call", ["name": .string(name), "arguments": .object(arguments)], id: id)
    }
}

extension MCPServer {
    /// The answer to a tool's call, as the newest version has it.
    func calling(_ name: String, _ arguments: [String: JSONValue] = [:], rights: AgentRights = .all) async -> JSONValue
    {
        await answer(
            RPCRequest(
                id: .number(1), method: "tools/call",
                params: ["name": .string(name), "arguments": .object(arguments)]),
            CallContext(version: .v20260728, rights: rights, caller: "a test"))
    }
}
