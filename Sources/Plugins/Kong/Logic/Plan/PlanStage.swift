import Documents
import Model
package import PluginKit
import PluginSupport

/// Says what a deployment would change at the gateway; changes nothing.
package struct PlanStage<Host: KongHost> {
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
        let findings = FileCheck.findings(in: file)
        host.report(findings, in: file.name)
        if findings.contains(where: \.isError) { return .failed("\(file.name) is not valid: it would not be deployed") }
        guard let root = file.root, let payload = Payload(file) else {
            host.plan([])
            return .noChange("\(file.name) holds nothing but comments")
        }
        let (there, hash) = try running()
        if hash == (options.way == .file ? payload.hash : payload.gatewayHash) {
            host.plan([])
            return .noChange("the gateway runs this configuration (\(payload.short))")
        }
        let isDrift = call.store.current == payload.hash
        let changes = Difference(file: root, gateway: there).changes(isDrift: isDrift)
        host.plan(changes)
        for change in changes { host.log("\(change.action.rawValue) \(change.subject): \(change.reason)") }
        if changes.isEmpty { return .ok("the text differs, the entities do not") }
        let count = "\(changes.count) entit\(changes.count == 1 ? "y" : "ies")"
        return .ok(isDrift ? "\(count) differ from what was deployed" : "would change \(count)")
    }

    /// What the gateway runs, and its hash; nil where it runs nothing.
    private func running() throws -> (DocumentNode?, String?) {
        if options.way == .file {
            let bytes = try Files.read(options.declarativeFile ?? "") ?? []
            return (try read(bytes), MD5.hex(bytes))
        }
        let client = AdminClient(host, options.admin)
        guard let status = GatewayStatus(try client.send(.status)) else {
            throw PluginFailure(
                "kong.status", "the gateway's /status gives no sensible answer: is 'admin_token' right?")
        }
        let answer = try client.send(.configuration)
        guard answer.status == 200, let text = answer.json?["config"]?.string else {
            throw PluginFailure(
                "kong.answer", "what the gateway runs cannot be read: \(answer.status) \(LoadOutcome.words(answer))")
        }
        return (try read(Array(text.utf8)), status.hash)
    }

    private func read(_ bytes: [UInt8]) throws -> DocumentNode? {
        do throws(DocumentProblems) {
            return try DeclarativeFile(name: "gateway.yaml", bytes: bytes).root
        } catch {
            throw PluginFailure(
                "kong.answer", "what the gateway runs cannot be read: \(error.problems.map(\.description))")
        }
    }
}
