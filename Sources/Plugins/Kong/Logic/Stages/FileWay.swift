import Model
import PluginKit
import PluginSupport

/// The way for gateways whose Admin API is closed: the file that they read, a reload, and a look at what they run then.
struct FileWay<Host: KongHost> {
    private let options: Options
    private let host: Host
    private let target: String

    init(_ options: Options, _ host: Host) {
        self.options = options
        self.host = host
        target = options.declarativeFile ?? ""
    }

    func deploy(_ payload: Payload, _ store: ReleaseStore) throws -> StageResult {
        let there = try Files.read(target)
        if let there, there == Array(payload.text.utf8) {
            try store.keep(payload)
            try store.keepOriginal(payload)
            if try runs(payload) == true {
                return .noChange("the gateway runs this configuration already (\(payload.short))")
            }
            if status == nil { return .noChange("\(target) holds this configuration already (\(payload.short))") }
        } else {
            let before = there.map { Payload(text: String(decoding: $0, as: UTF8.self), ending: "yaml") } ?? .empty
            try store.keepOriginal(before)
            try store.keep(payload)
        }
        return try put(payload)
    }

    /// Writes, reloads and verifies.
    func put(_ payload: Payload) throws -> StageResult {
        try Files.replace(target, with: Array(payload.text.utf8))
        host.log("\(target) holds \(payload.short)")
        if let refusal = try Reloader(options, host).reload() { return refusal }
        guard let status else {
            return .ok("\(target) is written and the gateway reloaded; without 'status_url' nobody asked what it runs")
        }
        var asked = options
        asked.admin = status
        switch Loader(host, asked).wait(for: payload, endsWhenEmpty: false) {
        case .loaded, .unchanged: return .ok("the gateway runs \(payload.short) in every worker")
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

    /// nil when nobody can be asked, or nobody answers.
    private func runs(_ payload: Payload) throws -> Bool? {
        guard let status else { return nil }
        var asked = options
        asked.admin = status
        guard let found = try? Loader(host, asked).current() else { return nil }
        return found.hash == payload.gatewayHash
    }
}
