import Model
package import PluginKit
import PluginSupport

/// Makes a release of the sources and brings the containers to it, only those that changed.
package struct DeployStage<Host: StackHost> {
    private let work: StackWork<Host>
    private var host: Host { work.host }
    private var store: ReleaseStore { work.store }
    package init(_ work: StackWork<Host>) { self.work = work }

    package func run() throws -> StageResult {
        try RestartMark(work.call).clear()
        let (sources, files) = try work.sources(scratch: "deploy")
        let engine = try work.engine()
        let prepared = try Preparation(work, engine).prepare(sources, files)
        let name: String
        switch prepared {
        case .ended(let result): return result
        case .release(let made): name = made
        }
        guard let record = store.record(of: name) else {
            throw Failure(.releaseMissing, "release \(name) was not written")
        }
        let before = store.current
        let isSame = before == name
        let checkpoint = StackCheckpoint(
            release: name, revision: record.revision, family: engine.family, project: record.project)
        // Before the first step that changes what runs: an engine that goes away half way leaves something to roll back.
        host.checkpoint(checkpoint.bytes)
        var result = StageResult.ok("the release is in place; the operator's script starts it")
        if work.call.isRestartedElsewhere {
            try work.takeFiles(of: name, record)
        } else {
            if let old = work.call.checkpoint?.project, old != record.project {
                host.log("the project '\(old)' makes way for '\(record.project)'")
                if let failed = try Convergence(work, engine).down(old) { return failed }
            }
            result = try Rollout(work, engine).roll(to: name, record, files: files)
            guard result.status == .ok || result.status == .noChange else { return result }
        }
        try store.flip(to: name)
        // Who deploys the very same release again wants a restart, if anybody: a plugin is not told. Else what had to start
        // anew has done so.
        if !isSame || result.status == .ok { try RestartMark(work.call).set(work.call.revision) }
        try Retention(work, engine).clean(
            keeping: Set([name, before, work.call.checkpoint?.release].compactMap { $0 }))
        host.output("project", record.project)
        host.output("release", store.path(name))
        for (service, pin) in record.pins.sorted(by: { $0.key < $1.key }) {
            host.output("image:\(service)", "\(pin.reference) \(pin.id)")
        }
        return result
    }
}
