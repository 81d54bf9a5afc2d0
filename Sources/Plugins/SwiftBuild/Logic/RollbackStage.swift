import Model
package import PluginKit

/// Makes the release before the present one live again and runs it; where there is none, stops the service. Where the
/// operator's own script runs the service, only what is live changes.
package struct RollbackStage<Host: StageHost> {
    package let call: StageCall
    package let options: Options
    package let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        let store = call.store
        let target = try store.locked {
            try store.sweep()
            let checkpoint = DeployCheckpoint(call.state)
            let target = try store.target(
                ofRollbackFrom: call.revision, checkpoint: checkpoint, previousRevision: call.previousRevision)
            // A state that cannot be read is not the state of a service that was never deployed.
            if target == .nowhere, call.state != nil, checkpoint == nil { throw Self.unreadable(call.service) }
            switch target {
            case .to(let name): try store.flip(to: name)
            case .nowhere: try store.unlinkCurrent()
            case .alreadyAt: break
            }
            return target
        }
        switch target {
        case .nowhere: return try stop()
        case .to(let name): return try run(name, summary: "rolled back to release")
        case .alreadyAt(let name): return try run(name, summary: "release \(call.revision.short) is not live; running")
        }
    }

    private static func unreadable(_ service: String) -> Failure {
        Failure(
            .state,
            "what the last deployment left of its state cannot be read, and no release says what was live before",
            remedy:
                "The service is left as it is. Install the version of this plugin that wrote the state again; or take "
                + "the service out of the configuration, run 'codex-deployer forget \(service)' and put it back.")
    }

    private func run(_ name: String, summary: String) throws -> StageResult {
        let store = call.store
        guard let record = store.record(of: name) else {
            throw Failure(.releaseMissing, "release \(name) is not in \(store.directory)")
        }
        host.checkpoint(
            DeployCheckpoint(release: name, revision: record.revision, previous: record.previous).bytes)
        host.output("release", store.path(name))
        host.output("revision", record.revision.hex)
        if call.isRestartedElsewhere { return .ok("\(summary) \(record.revision.short)") }
        if let refusal = try start(name, record) { return refusal }
        return .ok("\(summary) \(record.revision.short)")
    }

    /// Runs a release as it was run before, which may be another way than this revision's options name.
    private func start(_ name: String, _ record: ReleaseRecord) throws -> StageResult? {
        var (call, options) = (call, options)
        record.launch?.restore(&call, &options)
        if options.systemdUnit != self.options.systemdUnit || options.systemdUser != self.options.systemdUser {
            if let refusal = try ServiceControl(self.call, self.options, host).stop() { return refusal }
        }
        return try ServiceControl(call, options, host).start(release: name, record)
    }

    private func stop() throws -> StageResult {
        let control = ServiceControl(call, options, host)
        if !call.isRestartedElsewhere, let refusal = try control.stop() { return refusal }
        let end = call.isRestartedElsewhere ? "nothing is live" : "\(control.subject) is stopped"
        let message = "there is no release before \(call.revision.short) to go back to: \(end)"
        host.report(Diagnostic(.warning, code: "swift-build.no-release", message: message, stage: .rollback))
        return .ok(message)
    }
}
