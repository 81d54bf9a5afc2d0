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
