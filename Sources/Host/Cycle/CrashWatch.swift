import History
import Model
import Stages

/// A crash of a service that was deployed and well, as it is known of until another release runs.
struct CrashRecord: Codable, Hashable, Sendable {
    var service: ServiceName
    var revision: Revision
    /// Of the release that crashed.
    var deployedAt: Timestamp
    /// When its process ended.
    var at: Timestamp
    var summary: String

    /// For `host status`.
    var warning: String {
        "'\(service)' (\(revision.short)) crashed at \(at): \(summary); see `host report \(service)`"
    }
}

/// Notices services that crash long after they were deployed. Each is looked into once; one that goes on crashing, once an hour.
struct CrashWatch: Sendable {
    let history: HistoryStore
    /// What the supervisors say.
    let look: @Sendable () -> [SupervisedCrash]
    private static let pause: Duration = .seconds(3600)

    init(history: HistoryStore, look: @escaping @Sendable () -> [SupervisedCrash] = { [] }) {
        self.history = history
        self.look = look
    }

    private var records: HistoryDocuments<CrashRecord> { HistoryDocuments(history: history, prefix: "crash ") }

    /// Crashes of what is deployed that nobody has looked into yet.
    func fresh(_ states: [ServiceName: ServiceState]) async throws(Failure) -> [SupervisedCrash] {
        var found: [SupervisedCrash] = []
        for crash in newest().values.sorted(by: { $0.service < $1.service }) {
            // Before that another release ran.
            guard let release = states[crash.service]?.deployed, crash.at > release.deployedAt else { continue }
            if let known = try await records.document(crash.service.text), known.deployedAt == release.deployedAt,
                crash.at - known.at < Self.pause
            {
                continue
            }
            found.append(crash)
        }
        return found
    }

    /// The newest of its processes.
    func crash(of service: ServiceName) -> SupervisedCrash? { newest()[service] }

    private func newest() -> [ServiceName: SupervisedCrash] {
        Dictionary(look().map { ($0.service, $0) }, uniquingKeysWith: { $0.at > $1.at ? $0 : $1 })
    }

    func keep(_ record: CrashRecord) async throws(Failure) { try await records.keep(record, as: record.service.text) }

    /// Crashes of releases that run still.
    func standing(_ states: [ServiceName: ServiceState]) async throws(Failure) -> [ServiceName: CrashRecord] {
        let standing = try await records.all().values.filter {
            states[$0.service]?.deployed?.deployedAt == $0.deployedAt
        }
        return Dictionary(standing.map { ($0.service, $0) }, uniquingKeysWith: { $1 })
    }
}
