import Model
import PluginKit
import PluginSupport

/// The way for gateways whose Admin API is closed: the file that they read, a reload, and a look at what they run then. Where
/// the operator's own script restarts the gateway, the file is all: the script follows, and health looks.
struct FileWay<Host: KongHost> {
    private let call: StageCall
    private let options: Options
    private let host: Host
    private let target: String

    init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
        target = options.declarativeFile ?? ""
    }

    /// - Parameter mark: set once the gateway has been reloaded.
    func deploy(_ payload: Payload, _ beginning: Beginning<Host>, _ mark: ReloadMark) throws -> StageResult {
        let there = try Files.read(target)
        let isWritten = there == Array(payload.text.utf8)
        // Asked before the deployment begins.
        let runs = isWritten ? runs(payload) : nil
        let isProven = call.store.current == payload.hash
        let before = there.map { Payload(text: String(decoding: $0, as: UTF8.self), ending: "yaml") } ?? .empty
        try beginning.begin(running: there == nil ? nil : before.hash) { before }
        if runs == true {
            if !isProven, let refusal = verify(payload) { return refusal }
            return .noChange("the gateway runs this configuration already (\(payload.short))")
        }
        // A deployment that was killed may have written it, and never reloaded the gateway.
        if status == nil, isWritten, isProven {
            return .noChange("\(target) holds this configuration already (\(payload.short))")
        }
        return try put(payload, mark)
    }

    /// Makes a configuration live that was live before.
    func putBack(_ payload: Payload) throws -> StageResult {
        if try Files.read(target) == Array(payload.text.utf8), runs(payload) == true {
            if let refusal = verify(payload) { return refusal }
            return .noChange("the gateway runs \(payload.short) as before")
        }
        return try put(payload, nil)
    }

    /// Writes, reloads and verifies.
    private func put(_ payload: Payload, _ mark: ReloadMark?) throws -> StageResult {
        // What is there needs no room on the disk.
        if try Files.read(target) != Array(payload.text.utf8) {
            try Files.replace(target, with: Array(payload.text.utf8))
            host.log("\(target) holds \(payload.short)")
        }
        if call.isRestartedElsewhere {
            return .ok("\(target) holds \(payload.short); the operator's own script restarts the gateway")
        }
        let reloader = Reloader(options, host)
        if let refusal = try reloader.reload() { return refusal }
        let isReloaded = reloader.arguments != nil
        if isReloaded { try mark?.set() }
        guard status != nil else {
            let end = isReloaded ? "and the gateway reloaded" : "and nobody was asked to reload the gateway"
            return .ok("\(target) is written \(end); without 'status_url' nobody asked what it runs")
        }
        return verify(payload) ?? .ok("the gateway runs \(payload.short) in every worker")
    }

    /// Waits until every worker runs it.
    ///
    /// - Returns: why they do not; nil when they do, or nobody can be asked.
    func verify(_ payload: Payload) -> StageResult? {
        guard let asked else { return nil }
        switch Loader(host, asked).wait(for: payload, endsWhenEmpty: false) {
        case .loaded, .unchanged: return nil
        case let outcome: return StageRun.result(of: outcome, nil, host)
        }
    }

    /// Who can be asked what the gateway runs; nil when nobody can.
    var status: Options.Endpoint? {
        guard let url = options.status else { return nil }
        var endpoint = options.admin
        endpoint.url = url
        return endpoint
    }

    private var asked: Options? {
        guard let status else { return nil }
        var asked = options
        asked.admin = status
        return asked
    }

    /// nil when nobody can be asked, or nobody answers.
    private func runs(_ payload: Payload) -> Bool? {
        guard let asked, let found = try? Loader(host, asked).current() else { return nil }
        return found.hash == payload.gatewayHash
    }
}
