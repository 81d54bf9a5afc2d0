import Coders
import Diagnostics
import History
import Logs
import Model
import Settings

/// How far the repairs are that the daemon works on by itself, for `host status`.
struct RepairOverview: Sendable {
    let history: HistoryStore
    let settings: DaemonSettings
    let configuration: DeployerConfiguration

    /// - Parameter services: those that fail or have crashed; a case of another one is only waiting to be closed.
    func entries(of services: Set<ServiceName>, at now: Timestamp = .now) async throws(Failure)
        -> [StatusDocument.RepairEntry]
    {
        let ledger = HistoryCoderLedger(history: history)
        var entries: [StatusDocument.RepairEntry] = []
        for item in try await RepairCases(history: history).all() where services.contains(item.service) {
            entries.append(entry(item, CoderSpending(try await ledger.spent(on: item.loop.failure)), now))
        }
        return entries.sorted { $0.service < $1.service }
    }

    private func entry(_ item: RepairCase, _ spending: CoderSpending, _ now: Timestamp) -> StatusDocument.RepairEntry {
        let coder = settings.coder(of: item.service, in: configuration)
        let left = spending.left(of: CoderFactory.limits(settings).perFailure)
        var entry = StatusDocument.RepairEntry(
            service: item.service.text, revision: item.report.revision.hex, stage: item.report.stage.rawValue,
            coder: coder.kind.rawValue, state: "asking", attempt: item.loop.attempts,
            attempts: item.loop.limits.attempts,
            fixItsTried: item.fixItsTried,
            left: .init(
                attempts: max(0, item.loop.limits.attempts - item.loop.attempts), requests: left.requests,
                tokens: left.tokens, money: left.money.map(TokenPrices.spoken)))
        // A model is not asked about what the compiler mends.
        if item.isMendedByFixIt {
            (entry.state, entry.why) = ("mended", "by the compiler's own fix-it")
        } else if let pending = item.pending {
            (entry.state, entry.feedback) = ("trying", pending.id)
            if pending.isFixIt { entry.why = "the compiler's own fix-it" }
        } else if case .stop(let stop) = item.loop.next(at: now) {
            (entry.state, entry.why) = (stop.isRepaired ? "mended" : "stopped", stop.description)
        } else if coder.kind == .none {
            (entry.state, entry.why) = ("stopped", "no coder is set for it: the report waits for whoever comes")
        } else if let objection = coder.objection {
            (entry.state, entry.why) = ("stopped", "\(objection.what); \(objection.remedy)")
        } else if let until = item.loop.notBefore, until > now {
            (entry.state, entry.waitsUntil) = ("waiting", until.description)
            entry.why = item.away
        } else {
            entry.attempt += 1
        }
        return entry
    }
}
