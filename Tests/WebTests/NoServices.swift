import Diagnostics
import MCP
import Model

/// Services of whom nothing is asked: these tests end before the protocol.
struct NoServices: AgentServices {
    private static let failure = Failure(.init("test"), "nothing is asked here")
    func status() async throws(Failure) -> JSONValue { throw Self.failure }
    func reports(limit: Int) async throws(Failure) -> [ReportSummary] { throw Self.failure }
    func report(_ choice: ReportChoice) async throws(Failure) -> FailureReport? { throw Self.failure }
    func logs() async throws(Failure) -> [LogSummary] { throw Self.failure }
    func log(_ name: String, offset: Int, limit: Int) async throws(Failure) -> LogSlice { throw Self.failure }
    func diagnostics(of revision: String?, service: ServiceName?, limit: Int) async throws(Failure) -> JSONValue {
        throw Self.failure
    }
    func source(_ question: SourceQuestion) async throws(Failure) -> SourceSlice { throw Self.failure }
    func plan(asksPlugins: Bool) async throws(Failure) -> JSONValue { throw Self.failure }
    func submit(_ document: [String: JSONValue], author: String, wait: Duration) async throws(Failure) -> FeedbackState
    {
        throw Self.failure
    }
    func feedback(_ id: String, wait: Duration) async throws(Failure) -> FeedbackState? { throw Self.failure }
}
