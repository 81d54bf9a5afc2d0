import Model
package import PluginKit
import PluginSupport

/// Makes the gateway run what the last successful deployment left; without one, what it ran before the first.
package struct RollbackStage<Host: KongHost> {
    private let call: StageCall
    private let options: Options
    private let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        let checkpoint = try call.checkpoint()
        try ReloadMark(call).clear()
        // From here on nothing of ours is live; a deployment that finds this rollback cut off has to know.
        if checkpoint == nil { try call.store.setCurrent(nil) }
        guard let payload = try target(checkpoint) else {
            return .noChange("nothing was begun, so nothing is taken back")
        }
        let result =
            switch options.way {
            case .admin: admin(payload)
            case .file: try FileWay(call, options, host).putBack(payload)
            }
        guard result.status == .ok || result.status == .noChange else { return result }
        if let checkpoint {
            try call.store.setCurrent(checkpoint.hash)
            host.checkpoint(checkpoint.bytes)
        } else {
            // By the next first deployment the gateway may run something else.
            try call.store.removeOriginal()
        }
        host.output("configuration", payload.hash)
        return result
    }

    private func target(_ checkpoint: Checkpoint?) throws -> Payload? {
        guard let checkpoint else { return try call.store.original() }
        if let kept = try call.store.payload(hash: checkpoint.hash) { return kept }
        throw PluginFailure(
            "kong.release", "the configuration \(checkpoint.hash) is not in \(call.store.directory) any more",
            detail: "Deploy a revision that is known to be good.")
    }

    private func admin(_ payload: Payload) -> StageResult {
        switch Loader(host, options).load(payload) {
        case .loaded: .ok("the gateway runs \(payload.short) again")
        case .unchanged: .noChange("the gateway runs \(payload.short) as before")
        case let outcome: StageRun.result(of: outcome, nil, host)
        }
    }
}
