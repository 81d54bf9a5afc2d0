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
        if try ReloadMark(call).take() { return .noChange("the deployment has reloaded the gateway already") }
        if let refusal = try reloader.reload() { return refusal }
        guard let hash = call.store.current, let payload = try call.store.payload(hash: hash) else {
            return .ok("the gateway was reloaded")
        }
        switch options.way {
        case .file:
            let way = FileWay(call, options, host)
            guard way.status != nil else { return .ok("the gateway was reloaded") }
            return way.verify(payload) ?? .ok("the gateway was reloaded and runs its configuration")
        case .admin:
            // A reload reads the file that the gateway was started with, or nothing at all. It is given what it ran.
            switch Loader(host, options).load(payload) {
            case .loaded: return .ok("the gateway was reloaded and runs its configuration")
            case .unchanged: return .ok("the gateway was reloaded and kept its configuration")
            case let outcome: return StageRun.result(of: outcome, nil, host)
            }
        }
    }
}
