import Model
package import PluginKit
import PluginSupport

/// Makes the last release that was deployed well live again, with its own images, files and options: nothing is built,
/// nothing is pulled. Where there is none, what a first deployment began is taken away; volumes stay.
package struct RollbackStage<Host: StackHost> {
    private let work: StackWork<Host>
    private var host: Host { work.host }
    private var store: ReleaseStore { work.store }
    package init(_ work: StackWork<Host>) { self.work = work }

    package func run() throws -> StageResult {
        try RestartMark(work.call).clear()
        guard let (checkpoint, record) = try work.former() else { return try takeAway() }
        var old = work
        old.options = record.restored(work.options)
        let engine = try EngineFinder(environment: record.environment, old.options, host).find(
            pinned: checkpoint.family)
        try EndToEnd(work, engine).clearAway()
        try haveImages(record, ContainerList(engine, host))
        var result = StageResult.ok(
            "release \(record.revision.prefix(12)) is in place; the operator's script starts it")
        if work.call.isRestartedElsewhere {
            try old.takeFiles(of: checkpoint.release, record)
        } else {
            for name in try otherProjects(than: record.project) {
                if let failed = try Convergence(old, engine).down(name) { return failed }
            }
            result = try Rollout(old, engine).roll(to: checkpoint.release, record, files: record.files)
            guard result.status == .ok || result.status == .noChange else { return result }
        }
        try work.restore(checkpoint, record)
        if work.call.isRestartedElsewhere { return result }
        return .ok("release \(record.revision.prefix(12)) runs again: \(result.summary)")
    }

    /// Projects that the revision which failed may have started under another name.
    private func otherProjects(than project: String) throws -> Set<String> {
        Set(try store.releases().map(\.record).filter { $0.revision == work.call.revision }.map(\.project))
            .subtracting([project])
    }

    private func haveImages(_ record: ReleaseRecord, _ list: ContainerList<Host>) throws {
        for (name, pin) in record.pins.sorted(by: { $0.key < $1.key }) where try list.image(pin.reference) != pin.id {
            guard try list.image(pin.id) != nil else {
                throw Failure(
                    .image, "the image of '\(name)' in release \(record.revision.prefix(12)) is gone: \(pin.reference)",
                    remedy: "Deploy a revision again, which builds or pulls it.")
            }
            _ = try list.lines(["tag", pin.id, pin.reference])
        }
    }

    private func takeAway() throws -> StageResult {
        let records = try store.releases().map(\.record)
        guard let newest = records.last else { return .ok("nothing was begun") }
        let engine = try work.engine()
        if !work.call.isRestartedElsewhere {
            for project in Set(records.map(\.project)).sorted() {
                if let failed = try Convergence(work, engine).down(project) { return failed }
            }
        }
        try store.unlinkCurrent()
        try ChangeJournal(store).end(unstarted: [])
        let text =
            "there is no release before \(newest.revision.prefix(12)) to go back to: its containers are removed, volumes stay"
        host.report(PluginDiagnostic(.warning, code: "compose.no-release", summary: text))
        return .ok(text)
    }
}

extension ReleaseRecord {
    /// The options of a release, with those that only say how long is waited taken from today's.
    func restored(_ today: Options) -> Options {
        var options = self.options
        options.settle = today.settle
        options.wait = today.wait
        options.keepReleases = today.keepReleases
        options.builder = today.builder
        options.registry = today.registry
        return options
    }
}
