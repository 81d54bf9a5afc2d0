package import Diagnostics
package import Model

/// Everything that an agent's tools, resources and prompts are made of. The program implements it over its history, its
/// clone and its inbox; this room knows only the protocol. Whatever text comes out has its secrets masked already.
package protocol AgentServices: Sendable {
    /// The services and their state: the document of `host status --json`.
    func status() async throws(Failure) -> JSONValue

    /// The newest first.
    func reports(limit: Int) async throws(Failure) -> [ReportSummary]
    /// nil where there is none.
    func report(_ choice: ReportChoice) async throws(Failure) -> FailureReport?

    /// The newest first.
    func logs() async throws(Failure) -> [LogSummary]
    /// - Parameters:
    ///   - name: `build-…`, `latest`, or `runtime-` and a service.
    ///   - offset: lines to leave out at the beginning; negative ones count from the end.
    ///   - limit: lines at most.
    func log(_ name: String, offset: Int, limit: Int) async throws(Failure) -> LogSlice

    /// What the newest cycle of a revision found.
    /// - Parameters:
    ///   - revision: a commit's id, or at least seven digits of it; nil is the newest cycle.
    ///   - limit: diagnostics at most.
    func diagnostics(of revision: String?, service: ServiceName?, limit: Int) async throws(Failure) -> JSONValue

    func source(_ question: SourceQuestion) async throws(Failure) -> SourceSlice

    /// The document of `host plan --json`.
    /// - Parameter asksPlugins: whether plugins say what a deployment would change.
    func plan(asksPlugins: Bool) async throws(Failure) -> JSONValue

    /// Puts a feedback into the inbox, whole or not at all, and waits for its verdict.
    /// - Parameters:
    ///   - document: the members of Documentation/Feedback.md.
    ///   - author: who sends it, for the log.
    ///   - wait: at most; zero does not wait.
    func submit(_ document: [String: JSONValue], author: String, wait: Duration) async throws(Failure) -> FeedbackState
    /// nil for an id that nobody has heard of.
    func feedback(_ id: String, wait: Duration) async throws(Failure) -> FeedbackState?
}

package enum ReportChoice: Sendable, Hashable {
    case newest
    case of(ServiceName)
    case id(String)
}

package struct ReportSummary: Sendable, Hashable, Codable {
    package var id: String
    package var service: ServiceName
    package var createdAt: Timestamp
    package var summary: String
    package init(id: String, service: ServiceName, createdAt: Timestamp, summary: String) {
        self.id = id
        self.service = service
        self.createdAt = createdAt
        self.summary = summary
    }
}

package struct LogSummary: Sendable, Hashable {
    /// As `log(_:offset:limit:)` takes it.
    package var name: String
    package var bytes: Int64
    package init(name: String, bytes: Int64) {
        self.name = name
        self.bytes = bytes
    }
}

/// Some lines of a log, cleaned of everything that hides or reorders text.
package struct LogSlice: Sendable, Hashable {
    package var name: String
    /// Of the first of `lines`, from 0.
    package var offset: Int
    package var lines: [String]
    /// Where the next slice begins; nil at the end of the log.
    package var next: Int?
    package init(name: String, offset: Int, lines: [String], next: Int?) {
        self.name = name
        self.offset = offset
        self.lines = lines
        self.next = next
    }
}

package struct SourceQuestion: Sendable, Hashable {
    /// Relative to the workspace, or to the service where one is named.
    package var path: String
    package var service: ServiceName?
    /// A commit's id, or at least seven digits of it; nil is the commit that the daemon follows.
    package var revision: String?
    /// From 1.
    package var first: Int
    /// Inclusive; nil is as many as are given at once.
    package var last: Int?
    package init(path: String, service: ServiceName? = nil, revision: String? = nil, first: Int = 1, last: Int? = nil) {
        self.path = path
        self.service = service
        self.revision = revision
        self.first = first
        self.last = last
    }
}

package struct SourceSlice: Sendable, Hashable {
    /// From the root of the repository that holds it.
    package var path: String
    package var revision: Revision
    /// Of the first of `lines`, from 1.
    package var first: Int
    package var lines: [String]
    package var total: Int
    package init(path: String, revision: Revision, first: Int, lines: [String], total: Int) {
        self.path = path
        self.revision = revision
        self.first = first
        self.lines = lines
        self.total = total
    }
}

/// How far a feedback has come.
package struct FeedbackState: Sendable, Hashable {
    package var id: String
    /// `waiting` in the inbox, `deciding`, or `decided`.
    package var state: String
    /// `received`, `located`, `trying` … while it is being decided.
    package var phase: String?
    /// The document of Documentation/Feedback.md.
    package var verdict: JSONValue?
    /// What is to be known beside: nobody runs who could decide it.
    package var note: String?
    /// Of an accepted action: `state` (`pending`, `running`, `done`, `failed`, `dropped`), `text`, and the `cycle` that did it.
    package var outcome: JSONValue?
    package init(id: String, state: String, phase: String? = nil, verdict: JSONValue? = nil, note: String? = nil) {
        self.id = id
        self.state = state
        self.phase = phase
        self.verdict = verdict
        self.note = note
    }
}
