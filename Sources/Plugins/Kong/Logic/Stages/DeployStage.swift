import Model
package import PluginKit
import PluginSupport

/// Makes the gateway run the file; what it ran before stays in the release folder.
package struct DeployStage<Host: KongHost> {
    private let call: StageCall
    private let options: Options
    private let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        guard let file = try SourceFile.load(call, options, host) else { return .failed("the file cannot be read") }
        let findings = FileCheck.findings(in: file).filter(\.isError)
        guard findings.isEmpty else {
            host.report(findings, in: file.name)
            return .failed("\(file.name) is not valid")
        }
        guard let payload = Payload(file) else {
            return .noChange("\(file.name) holds nothing but comments: the gateway is left as it is")
        }
        let result =
            switch options.way {
            case .admin: try byAdmin(file, payload)
            case .file: try FileWay(options, host).deploy(payload, call.store)
            }
        guard result.status == .ok || result.status == .noChange else { return result }
        try call.store.setCurrent(payload.hash)
        host.checkpoint(Checkpoint(hash: payload.hash, revision: call.revision).bytes)
        host.output("configuration", payload.hash)
        try call.store.prune(
            keeping: options.keepReleases, except: [payload.hash, Checkpoint(call.state)?.hash ?? payload.hash])
        return result
    }

    private func byAdmin(_ file: DeclarativeFile, _ payload: Payload) throws -> StageResult {
        let status = try Loader(host, options).current()
        if let status, status.hash == payload.gatewayHash {
            // Kept also when somebody else gave it to the gateway: a later rollback may come back to it.
            try call.store.keep(payload)
            try call.store.keepOriginal(payload)
            return .noChange("the gateway runs this configuration already (\(payload.short))")
        }
        try keepOriginal(status)
        try call.store.keep(payload)
        // Patience begins now.
        switch Loader(host, options).load(payload) {
        case .loaded: return .ok("the gateway runs \(file.name) (\(payload.short)) in every worker")
        case .unchanged: return .noChange("the gateway runs this configuration already (\(payload.short))")
        case let outcome: return StageRun.result(of: outcome, file, host)
        }
    }

    /// Before the first deployment of all: what the gateway runs without us is what a rollback goes back to.
    private func keepOriginal(_ status: GatewayStatus?) throws {
        guard !call.store.hasOriginal else { return }
        guard let status, let hash = status.hash, hash != GatewayStatus.empty else {
            return try call.store.keepOriginal(.empty)
        }
        let answer = try AdminClient(host, options.admin).send(.configuration)
        guard answer.status == 200, let text = answer.json?["config"]?.string else {
            host.log(
                "what the gateway runs now cannot be read (\(answer.status)): without it a rollback of this first deployment leaves it empty",
                level: .warning)
            return try call.store.keepOriginal(.empty)
        }
        try call.store.keepOriginal(Payload(text: text, ending: "yaml"))
    }
}
