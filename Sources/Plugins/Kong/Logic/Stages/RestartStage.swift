import Model
package import PluginKit

/// Reloads the gateway where the operator wants that, and sees to it that it runs its configuration afterwards.
package struct RestartStage<Host: KongHost> {
    private let call: StageCall
    private let options: Options
    private let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        if call.isRestartedElsewhere { return .noChange("the operator's own script restarts the gateway") }
        let reloader = Reloader(options, host)
        guard reloader.arguments != nil else {
            return .noChange("a gateway takes its configuration without a restart; 'reload' names a way to have one")
        }
        if let refusal = try reloader.reload() { return refusal }
        guard let hash = call.store.current, let payload = try call.store.payload(hash: hash) else {
            return .ok("the gateway was reloaded")
        }
        switch options.way {
        case .file:
            guard let status = FileWay(options, host).status else { return .ok("the gateway was reloaded") }
            var asked = options
            asked.admin = status
            return result(Loader(host, asked).wait(for: payload, endsWhenEmpty: false))
        case .admin:
            // A reload reads the file that the gateway was started with, or nothing at all. It is given what it ran.
            return result(Loader(host, options).load(payload))
        }
    }

    private func result(_ outcome: LoadOutcome) -> StageResult {
        switch outcome {
        case .loaded: .ok("the gateway was reloaded and runs its configuration")
        case .unchanged: .ok("the gateway was reloaded and kept its configuration")
        default: StageRun.result(of: outcome, nil, host)
        }
    }
}
