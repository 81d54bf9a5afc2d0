import Model
import PluginKit
import PluginSupport

/// Makes a release of the sources and has the Swarm run it, only what changed.
struct SwarmDeployStage<Host: StackHost> {
    private let work: StackWork<Host>
    private var host: Host { work.host }
    private var store: ReleaseStore { work.store }
    init(_ work: StackWork<Host>) { self.work = work }

    func run() throws -> StageResult {
        try RestartMark(work.call).clear()
        let (sources, files) = try work.sources(scratch: "deploy")
        let engine = try work.engine()
        try SwarmRegistry(work, engine).check()
        let client = SwarmClient(work, engine)
        try client.checkManager()
        let name: String
        switch try SwarmPreparation(work, engine).prepare(sources, files) {
        case .ended(let result): return result
        case .release(let made): name = made
        }
        guard let record = store.record(of: name) else {
            throw Failure(.releaseMissing, "release \(name) was not written")
        }
        let before = store.current
        let checkpoint = StackCheckpoint(
            release: name, revision: record.revision, family: .swarm, project: record.project)
        // Before the first step that changes what runs: an engine that goes away half way leaves something to roll back.
        host.checkpoint(checkpoint.bytes)
        var result = StageResult.ok("the release is in place; the operator's script deploys it")
        if work.call.isRestartedElsewhere {
            try work.takeFiles(of: name, record)
        } else {
            if let old = work.call.checkpoint, old.family == .swarm, old.project != record.project {
                host.log("the stack '\(old.project)' makes way for '\(record.project)'")
                if let failed = try SwarmRollout(work, engine).remove(old.project) { return failed }
            }
            result = try SwarmRollout(work, engine).roll(to: name, record, files: files)
            guard result.status == .ok || result.status == .noChange else { return result }
        }
        try store.flip(to: name)
        if before != name || result.status == .ok { try RestartMark(work.call).set(work.call.revision) }
        try Retention(work, engine).clean(
            keeping: Set([name, before, work.call.checkpoint?.release].compactMap { $0 }))
        try SwarmRetention(work, client).clean(record.project)
        host.output("stack", record.project)
        host.output("release", store.path(name))
        for (service, pin) in record.pins.sorted(by: { $0.key < $1.key }) {
            host.output("image:\(service)", "\(pin.reference) \(pin.remote ?? pin.id)")
        }
        return result
    }
}
