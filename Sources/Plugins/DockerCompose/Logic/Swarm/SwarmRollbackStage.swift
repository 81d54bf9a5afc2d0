import Model
import PluginKit
import PluginSupport

/// Deploys the last good release's own file again, with the images that the registry knows by their digests: nothing is built,
/// nothing is pushed. Where there is none, what a first deployment began is taken away; volumes stay.
struct SwarmRollbackStage<Host: StackHost> {
    private let work: StackWork<Host>
    private var host: Host { work.host }
    private var store: ReleaseStore { work.store }
    init(_ work: StackWork<Host>) { self.work = work }

    func run() throws -> StageResult {
        try RestartMark(work.call).clear()
        guard let (checkpoint, record) = try work.former() else { return try takeAway() }
        var old = work
        old.options = record.restored(work.options)
        let engine = try old.engine()
        try SwarmClient(old, engine).checkManager()
        var result = StageResult.ok(
            "release \(record.revision.prefix(12)) is in place; the operator's script deploys it")
        if work.call.isRestartedElsewhere {
            try old.takeFiles(of: checkpoint.release, record)
        } else {
            for name in try otherStacks(than: record.project) {
                if let failed = try SwarmRollout(old, engine).remove(name) { return failed }
            }
            result = try SwarmRollout(old, engine).roll(to: checkpoint.release, record, files: record.files)
            guard result.status == .ok || result.status == .noChange else { return result }
        }
        try work.restore(checkpoint, record)
        if work.call.isRestartedElsewhere { return result }
        return .ok("release \(record.revision.prefix(12)) runs again: \(result.summary)")
    }

    /// Stacks that the revision which failed may have deployed under another name.
    private func otherStacks(than project: String) throws -> Set<String> {
        Set(
            try store.releases().map(\.record).filter { $0.revision == work.call.revision && $0.kind == .swarm }
                .map(\.project)
        ).subtracting([project])
    }

    private func takeAway() throws -> StageResult {
        let records = try store.releases().map(\.record).filter { $0.kind == .swarm }
        guard let newest = records.last else { return .ok("nothing was begun") }
        let engine = try work.engine()
        try SwarmClient(work, engine).checkManager()
        if !work.call.isRestartedElsewhere {
            for project in Set(records.map(\.project)).sorted() {
                if let failed = try SwarmRollout(work, engine).remove(project) { return failed }
            }
        }
        try store.unlinkCurrent()
        try SwarmLedger(store).clear()
        let text =
            "there is no release before \(newest.revision.prefix(12)) to go back to: its services are removed, volumes stay"
        host.report(PluginDiagnostic(.warning, code: "compose.no-release", summary: text))
        return .ok(text)
    }
}
