import History
import Logs
import Model

/// Something that was asked for a service that runs, and is no deployment.
struct ServiceOperation: Codable, Hashable, Sendable {
    enum Action: String, Codable, Sendable {
        case restart, rollback
        /// It has crashed: what is wrong with it is to be reported.
        case examine
    }
    var action: Action
    var service: ServiceName
    /// Who asked: `feedback '4711'`.
    var requester: String
    /// What ran when it was asked for: a rollback that a kill interrupted does not go back twice.
    var revision: Revision
    /// nil in what was asked for before this was kept.
    var askedAt: Timestamp?

    /// For people.
    var note: String {
        action == .examine
            ? "looked into, because it \(requester)" : "\(action.rawValue): asked for by \(requester)"
    }
}

/// What was asked for services by whoever may: operations wait here for the next cycle, pauses last until they are ended.
/// Kept in the history.
struct ServiceOperations: Sendable {
    let history: HistoryStore

    private var operations: HistoryDocuments<ServiceOperation> {
        HistoryDocuments(history: history, prefix: "operation ")
    }
    private static let pauses = "pause "
    private static let drops = "dropped operation "

    /// - Parameter id: the same one asks once.
    func ask(_ operation: ServiceOperation, id: String) async throws(Failure) {
        var operation = operation
        operation.askedAt = try await operations.document(id)?.askedAt ?? .now
        try await operations.keep(operation, as: id)
    }

    /// In the order in which they were asked for.
    func pending() async throws(Failure) -> [(id: String, operation: ServiceOperation)] {
        try await operations.all().sorted { left, right in
            let times = [left, right].map { $0.value.askedAt?.microseconds ?? 0 }
            return (times[0], left.key) < (times[1], right.key)
        }.map { ($0.key, $0.value) }
    }

    func isPending(_ id: String) async throws(Failure) -> Bool { try await operations.all()[id] != nil }

    /// It is not carried out, and never will be: a later one of the same id has its own end.
    func dropped(_ id: String, because why: String) async throws(Failure) {
        try await history.setValue(why, for: Self.drops + id)
    }
    func whyDropped(_ id: String) async throws(Failure) -> String? { try await history.value(for: Self.drops + id) }

    func done(_ id: String) async throws(Failure) { try await operations.forget(id) }

    /// Nothing of it is deployed until `resume`.
    func pause(_ service: ServiceName, by requester: String) async throws(Failure) {
        try await history.setValue(StatusDocument.pause + requester, for: Self.pauses + service.text)
    }

    /// Returns false where it was not paused.
    func resume(_ service: ServiceName) async throws(Failure) -> Bool {
        let key = Self.pauses + service.text
        guard try await history.value(for: key) != nil else { return false }
        try await history.setValue(nil, for: key)
        return true
    }

    /// Why services are paused.
    func paused() async throws(Failure) -> [ServiceName: String] {
        var reasons: [ServiceName: String] = [:]
        for (key, value) in try await history.values(under: Self.pauses) {
            if let name = ServiceName(String(key.dropFirst(Self.pauses.count))) {
                reasons[name] = "\(value); it goes on with the action 'resume'"
            }
        }
        return reasons
    }
}
