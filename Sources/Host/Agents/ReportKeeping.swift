import Diagnostics
import History
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reports on their way into the history and out of it.
enum ReportKeeping {
    static func report(_ stored: StoredReport, mask: (String) -> String = { $0 }) throws(Failure) -> FailureReport {
        do {
            return try JSONDecoder().decode(FailureReport.self, from: Data(mask(stored.document).utf8))
        } catch {
            throw Failure(
                .init("report.unreadable"), "the report '\(stored.id)' in the history cannot be read", cause: "\(error)"
            )
        }
    }

    /// What ended a failure; nil while it lasts.
    static func resolution(of report: FailureReport, _ stored: StoredReport, in history: HistoryStore)
        async throws(Failure) -> FailureReport.Resolution?
    {
        let service = stored.service
        if let next = try await history.deployment(of: service, after: stored.cycle, at: stored.createdAt) {
            return .init(revision: next.release.revision, cycle: next.cycle, deployedAt: next.release.deployedAt)
        }
        // A crash is one of what runs, and leaves no failure to be forgotten.
        let state = try await history.state(of: service)
        guard state.failure == nil, let release = state.deployed, release.revision != report.revision else {
            return nil
        }
        return .init(revision: release.revision, cycle: nil, deployedAt: release.deployedAt)
    }
}

extension HistoryStore {
    /// Keeps a report as long as its cycle; one without a cycle is nobody's to keep.
    func keep(_ report: FailureReport, _ document: [UInt8]) async throws(Failure) {
        guard let cycle = report.cycle else { return }
        try await keep(
            StoredReport(
                id: report.id, cycle: cycle, service: report.service, createdAt: report.createdAt,
                summary: report.summary, document: String(decoding: document, as: UTF8.self)))
    }
}
