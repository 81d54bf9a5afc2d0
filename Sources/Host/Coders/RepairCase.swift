import Coders
import Diagnostics
import History
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One failure of one service, and what is being done about it by itself. Kept in the history before each step, so that a kill
/// neither forgets an attempt nor makes one twice.
struct RepairCase: Codable, Sendable {
    /// A patch of ours that lies in the inbox, or was decided on.
    struct Pending: Codable, Sendable {
        /// Of the feedback.
        var id: String
        var isFixIt: Bool
        var description: String
        var patches: [CoderProposal.Patch]
    }

    var service: ServiceName
    /// Of the service, relative to the workspace.
    var folder: String
    var report: FailureReport
    var loop: CoderLoop
    var earlier: [EarlierAttempt] = []
    /// Candidates of the compiler's own fix-its that were tried.
    var fixItsTried = 0
    /// Feedbacks that were sent.
    var sent = 0
    var pending: Pending?
    /// A fix-it did.
    var isMendedByFixIt = false
    /// Why nothing further is done was said.
    var isTold = false

    init(_ report: FailureReport, folder: String, limits: CoderLoop.Limits) {
        service = report.service
        self.folder = folder
        self.report = report
        loop = CoderLoop(
            failure: Self.name(report), diagnostics: report.fingerprint, limits: limits)
    }

    /// Names the failure: the same errors of the same commit.
    static func name(_ report: FailureReport) -> String {
        "\(report.service):\(report.revision.hex.prefix(12)):\(report.fingerprint)"
    }

    /// The id of the next feedback; names its branch as well.
    var nextID: String {
        let name = service.fileName.prefix(24).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return "repair-\(name)-\(report.revision.short)-\(report.fingerprint.prefix(6))-\(sent + 1)"
    }
}

/// The cases that are open or were closed, one for each service that fails.
struct RepairCases: Sendable {
    let history: HistoryStore
    private static let prefix = "repair case "

    func all() async throws(Failure) -> [ServiceName: RepairCase] {
        var cases: [ServiceName: RepairCase] = [:]
        for (_, text) in try await history.values(under: Self.prefix) {
            // One that an older version wrote is begun anew.
            guard let found = try? JSONDecoder().decode(RepairCase.self, from: Data(text.utf8)) else { continue }
            cases[found.service] = found
        }
        return cases
    }

    func keep(_ item: RepairCase) async throws(Failure) {
        guard let data = try? JSONEncoder().encode(item) else { return }
        try await history.setValue(String(decoding: data, as: UTF8.self), for: Self.prefix + item.service.text)
    }

    func forget(_ service: ServiceName) async throws(Failure) {
        try await history.setValue(nil, for: Self.prefix + service.text)
    }
}
