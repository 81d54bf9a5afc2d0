import Model
package import PluginKit

/// Runs the live release in place of whatever ran before.
package struct RestartStage<Host: StageHost> {
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
        guard let name = store.current, let record = store.record(of: name) else {
            return .noChange("nothing is installed, so there is nothing to run")
        }
        let control = ServiceControl(call, options, host)
        guard control.runs(record) else {
            return .noChange("release \(record.revision.short) holds no executable that is to be run")
        }
        if let refusal = try control.start(release: name, record) { return refusal }
        return .ok("\(control.subject) runs release \(record.revision.short)")
    }
}
