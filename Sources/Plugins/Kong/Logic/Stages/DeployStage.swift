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
        let former = try call.checkpoint()
        let mark = ReloadMark(call)
        try mark.clear()
        try call.store.keep(payload)
        let beginning = Beginning(call, payload, host, isFirst: former == nil)
        let result =
            switch options.way {
            case .admin: try byAdmin(file, payload, beginning)
            case .file: try FileWay(call, options, host).deploy(payload, beginning, mark)
            }
        guard result.status == .ok || result.status == .noChange else { return result }
        try call.store.setCurrent(payload.hash)
        // What was before the first is of no use but to a rollback of the first.
        if former != nil, result.status == .ok { try call.store.removeOriginal() }
        host.output("configuration", payload.hash)
        prune(except: [payload.hash, former?.hash ?? payload.hash])
        return result
    }

    private func byAdmin(
        _ file: DeclarativeFile, _ payload: Payload, _ beginning: Beginning<Host>
    ) throws -> StageResult {
        // Who does not know what the gateway runs could not give it back, and begins nothing.
        guard let running = try PatientClient(host, options).status().hash else {
            throw PluginFailure(
                "kong.mode", "the gateway's /status names no configuration: is this one without a database?")
        }
        if running == payload.gatewayHash { return try isThere(file, payload, beginning) }
        try beginning.begin(running: running) { try original(running) }
        // Patience begins now.
        switch Loader(host, options).load(payload) {
        case .loaded: return .ok("the gateway runs \(file.name) (\(payload.short)) in every worker")
        case .unchanged: return .noChange("the gateway runs this configuration already (\(payload.short))")
        case let outcome: return StageRun.result(of: outcome, file, host)
        }
    }

    /// One worker runs it. Where no deployment has seen that all of them do, they are asked: one that was killed may have
    /// left a worker behind.
    private func isThere(
        _ file: DeclarativeFile, _ payload: Payload, _ beginning: Beginning<Host>
    ) throws -> StageResult {
        let isProven = call.store.current == payload.hash
        // Kept also when somebody else gave it to the gateway: a later rollback may come back to it.
        try beginning.begin(running: payload.gatewayHash) { payload }
        if !isProven {
            let outcome = Loader(host, options).wait(for: payload)
            guard outcome == .loaded else { return StageRun.result(of: outcome, file, host) }
        }
        return .noChange("the gateway runs this configuration already (\(payload.short))")
    }

    /// Before the first deployment of all: what the gateway runs without us is what a rollback goes back to.
    private func original(_ running: String) throws -> Payload {
        if running == GatewayStatus.empty { return .empty }
        let answer = try PatientClient(host, options).send(.configuration)
        guard answer.status == 200, let text = answer.json?["config"]?.string else {
            host.log(
                "what the gateway runs now cannot be read (\(answer.status)): without it a rollback of this first deployment leaves it empty",
                level: .warning)
            return .empty
        }
        return Payload(text: text, ending: "yaml")
    }

    /// What is live is live, whether old files could be removed or not.
    private func prune(except hashes: Set<String>) {
        do throws(Failure) {
            try call.store.prune(keeping: options.keepReleases, except: hashes)
        } catch {
            host.log("old configurations stay: \(error)", level: .warning)
        }
    }
}
