import Git
import History
import Logs
import Model
import Settings

/// Keeps disks from filling: logs, history and packs, between two cycles and never in one.
actor HouseKeeper {
    private let layout: WorkspaceLayout
    private let options: DaemonOptions
    private let history: HistoryStore
    private let mirrors: ServiceMirrors
    private var last: ContinuousClock.Instant?

    init(layout: WorkspaceLayout, options: DaemonOptions, history: HistoryStore, mirrors: ServiceMirrors) {
        self.layout = layout
        self.options = options
        self.history = history
        self.mirrors = mirrors
    }

    /// At most once in ten minutes. Returns what people should know.
    func tidy(_ repository: GitRepository) async -> [String] {
        let now = ContinuousClock.now
        if let last, now - last < .seconds(600) { return [] }
        last = now
        let retention = LogRetention(count: options.keptLogs, bytes: options.keptLogBytes)
        var notes = await attempt { () throws(Failure) in
            _ = try await LogFolder.apply(retention, in: layout.logs, running: [])
            return []
        }
        notes += await attempt { () throws(Failure) in
            _ = try await history.prune(keepingCycles: options.keptCycles)
            return []
        }
        notes += await attempt { () throws(Failure) in try await GitTidying.tidy(repository) }
        notes += await attempt { () throws(Failure) in try await mirrors.tidy() }
        return notes
    }

    /// What cannot be tidied must not keep the rest from it: a full disk is when all of it is needed.
    private func attempt(_ work: () async throws(Failure) -> [String]) async -> [String] {
        do throws(Failure) { return try await work() } catch { return ["tidying up: \(error)"] }
    }
}
