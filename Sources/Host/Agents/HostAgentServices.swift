import Diagnostics
import Git
import History
import Logs
import MCP
import Model
import Settings
import Stages

/// What agents ask for, read from the history, the clone and the inbox. It works beside a daemon and inside of it alike: what is
/// to be changed goes through the inbox, as a file.
struct HostAgentServices: AgentServices {
    let invocation: Invocation
    let mask: @Sendable (String) -> String
    /// For the daemon's log: who sent what.
    let say: @Sendable (LogLine) -> Void

    var layout: WorkspaceLayout { invocation.layout }

    init(
        invocation: Invocation, mask: @escaping @Sendable (String) -> String,
        say: @escaping @Sendable (LogLine) -> Void = { _ in }
    ) {
        var invocation = invocation
        // A reader leaves no files.
        invocation.keepsConfiguration = false
        self.invocation = invocation
        self.mask = mask
        self.say = say
    }

    func status() async throws(Failure) -> JSONValue {
        try AgentJSON.value(try await StatusCommand.document(invocation), mask: mask)
    }

    func reports(limit: Int) async throws(Failure) -> [ReportSummary] {
        let found = try await reading([]) { (history) throws(Failure) in try await history.reports(limit: limit) }
        return found.map {
            ReportSummary(id: $0.id, service: $0.service, createdAt: $0.createdAt, summary: mask($0.summary))
        }
    }

    func report(_ choice: ReportChoice) async throws(Failure) -> FailureReport? {
        try await reading(nil) { (history) throws(Failure) in
            let stored =
                switch choice {
                case .newest: try await history.lastReport()
                case .of(let service): try await history.lastReport(of: service)
                case .id(let id): try await history.report(id)
                }
            guard let stored else { return nil }
            var report = try ReportKeeping.report(stored, mask: mask)
            report.resolved = try await ReportKeeping.resolution(of: report, stored, in: history)
            return report
        }
    }

    func diagnostics(of revision: String?, service: ServiceName?, limit: Int) async throws(Failure) -> JSONValue {
        let found = try await reading(nil) { (history) throws(Failure) in
            if let revision {
                try await history.lastCycle(ofRevision: revision)
            } else {
                try await history.lastCycle()
            }
        }
        let isRunning = await HistoryOutput.isDaemonRunning(layout)
        guard let record = HistoryOutput.settled(found, isRunning: isRunning) else {
            throw Failure(
                .init("diagnostics.none"),
                revision.map { "no cycle that is still known was about '\($0)'" } ?? "there was no cycle yet")
        }
        let findings = CycleFindings(record, service: service, limit: limit)
        return try AgentJSON.value(findings, mask: mask)
    }

    func plan(asksPlugins: Bool) async throws(Failure) -> JSONValue {
        AgentJSON.masked(try await PlanChild(invocation: invocation).run(asksPlugins: asksPlugins), mask)
    }

    /// Reads the history; where there is none yet, `nothing`.
    func reading<Value: Sendable>(
        _ nothing: Value, _ body: (HistoryStore) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let history: HistoryStore
        do throws(Failure) {
            history = try await HistoryStore.openReadOnly(at: layout.history)
        } catch {
            guard error.code.rawValue == "history.none" else { throw error }
            return nothing
        }
        do throws(Failure) {
            let value = try await body(history)
            await history.close()
            return value
        } catch {
            await history.close()
            throw error
        }
    }
}
