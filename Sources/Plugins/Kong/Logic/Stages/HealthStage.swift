import Model
package import PluginKit

/// Asks the gateway how it is and what it runs, and its proxy for the routes that have to answer.
package struct HealthStage<Host: KongHost> {
    private let call: StageCall
    private let options: Options
    private let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        var words: [String] = []
        if let endpoint = options.way == .admin ? options.admin : FileWay(call, options, host).status {
            var asked = options
            asked.admin = endpoint
            let (sentence, failure) = try ask(asked)
            if let failure { return failure }
            words.append(sentence)
        }
        let tests = options.smoke
        if !tests.isEmpty {
            // The file names the routes; without it those tests stand alone that say everything themselves.
            let file = try SourceFile.load(call, options, host)
            if let failure = SmokeRun(options, host, file).run() { return failure }
            words.append("\(tests.count) route\(tests.count == 1 ? "" : "s") answer\(tests.count == 1 ? "s" : "")")
        }
        guard !words.isEmpty else {
            return .noChange("neither 'status_url' nor 'smoke' says what could be asked")
        }
        return .ok(words.joined(separator: "; "))
    }

    private func ask(_ options: Options) throws -> (String, StageResult?) {
        let loader = Loader(host, options)
        // After the operator's script nobody else has waited for the gateway, or looked at each of its workers.
        if call.isRestartedElsewhere, let current = call.store.current,
            let payload = try call.store.payload(hash: current), let refusal = restarted(loader, payload)
        {
            return ("", refusal)
        }
        let status: GatewayStatus
        do {
            status = try PatientClient(host, options).status()
        } catch let failure as PluginFailure where failure.result.status == .retryable {
            return ("", fail("kong.status", failure.result.summary))
        }
        guard status.isDatabaseReachable else {
            return ("", fail("kong.status", "the gateway cannot reach its database"))
        }
        guard let hash = status.hash, let current = call.store.current else { return ("the gateway is up", nil) }
        let expected = try call.store.payload(hash: current)?.gatewayHash ?? current
        if hash == expected { return ("the gateway is up and runs \(expected.prefix(8))", nil) }
        let found = hash == GatewayStatus.empty ? "no configuration" : "the configuration \(hash.prefix(8))"
        return ("", fail("kong.configuration", "the gateway runs \(found) in place of \(expected.prefix(8))"))
    }

    /// - Returns: why not every worker runs it in time; nil when they do.
    private func restarted(_ loader: Loader<Host>, _ payload: Payload) -> StageResult? {
        switch loader.wait(for: payload, endsWhenEmpty: options.way == .admin) {
        case .loaded, .unchanged: return nil
        case .ended(_, "kong.empty"):
            return fail(
                "kong.configuration",
                "the gateway has forgotten the configuration that it was given: the operator's script restarts it after "
                    + "each deployment. Use 'deploy_by: file', or a script that leaves it running")
        case let outcome: return StageRun.result(of: outcome, nil, host)
        }
    }

    private func fail(_ code: String, _ text: String) -> StageResult {
        host.report(PluginDiagnostic(.error, code: code, summary: text))
        return .failed(text)
    }
}
