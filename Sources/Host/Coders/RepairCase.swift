import Coders
import Diagnostics
import History
import Model

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
        /// The file, until it is known to have come into the inbox.
        var unsent: String?
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
    /// Why the last question was not answered, while it is to be asked again.
    var away: String?
    /// Of the settings that may have stopped it; nil in what an older version has written.
    var setup: String?

    init(_ report: FailureReport, folder: String, limits: CoderLoop.Limits) {
        service = report.service
        self.folder = folder
        self.report = report
        loop = CoderLoop(
            failure: Self.name(report), diagnostics: report.fingerprint, limits: limits)
    }

    /// The operator has changed who is asked, or how: what stopped for want of that goes on. Attempts stay counted.
    mutating func reopen(_ setup: String, limits: CoderLoop.Limits, at now: Timestamp) {
        guard self.setup != setup else { return }
        if self.setup != nil {
            _ = loop.reopened(limits, at: now)
            if !isMendedByFixIt, loop.stop == nil { isTold = false }
        }
        self.setup = setup
    }

    /// Names the failure: the same errors of the same commit.
    static func name(_ report: FailureReport) -> String {
        "\(report.service):\(report.revision.hex.prefix(12)):\(report.fingerprint)"
    }

    /// The id of the feedback with this number; names its branch as well, and fits into the 64 bytes of one. The name may be cut, so
    /// it is there as a digest too.
    func id(_ number: Int) -> String {
        let name = service.fileName.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.prefix(16)
        let whole = SHA256.hex(of: Array(service.text.utf8)).prefix(6)
        return "repair-\(name)-\(whole)-\(report.revision.short)-\(report.fingerprint.prefix(6))-\(number)"
    }
}

/// The cases that are open or were closed, one for each service that fails.
struct RepairCases: Sendable {
    private let documents: HistoryDocuments<RepairCase>

    init(history: HistoryStore) { documents = HistoryDocuments(history: history, prefix: "repair case ") }

    func all() async throws(Failure) -> [RepairCase] { Array(try await documents.all().values) }
    func of(_ service: ServiceName) async throws(Failure) -> RepairCase? { try await documents.document(service.text) }
    func keep(_ item: RepairCase) async throws(Failure) { try await documents.keep(item, as: item.service.text) }
    func forget(_ service: ServiceName) async throws(Failure) { try await documents.forget(service.text) }
}
