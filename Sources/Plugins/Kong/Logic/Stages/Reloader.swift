import PluginKit

/// Has the gateway start its workers anew.
struct Reloader<Host: KongHost> {
    private let options: Options
    private let host: Host

    init(_ options: Options, _ host: Host) {
        self.options = options
        self.host = host
    }

    /// nil when there is nothing to run.
    var arguments: [String]? {
        let reload = ["kong", "reload"] + (options.prefix.map { ["-p", $0] } ?? [])
        switch options.reload {
        case .none: return nil
        case .host: return reload
        case .container(let name): return [options.engine, "exec", name] + reload
        case .command(let arguments): return arguments
        }
    }

    /// - Returns: why it did not work; nil when it did, or there was nothing to run.
    func reload() throws(NoAnswer) -> StageResult? {
        guard let arguments else { return nil }
        var command = ProcessCommand(arguments)
        // Who speaks to a container engine needs to know where it is.
        command.inherit = ["DOCKER_HOST", "DOCKER_CONFIG", "CONTAINER_HOST", "XDG_RUNTIME_DIR"]
        let spoken = arguments.joined(separator: " ")
        let end = try host.run(command)
        if end.succeeded {
            host.log("'\(spoken)' \(end.message)")
            return nil
        }
        if host.isCancelled { return .cancelled("'\(spoken)' was cancelled") }
        var diagnostic = PluginDiagnostic(.error, code: "kong.reload", summary: "'\(spoken)' \(end.message)")
        diagnostic.detail = end.output.isEmpty ? nil : String(end.output.suffix(4000))
        host.report(diagnostic)
        return .failed("the gateway was not reloaded: '\(spoken)' \(end.message)")
    }
}
