import Model
package import PluginKit

/// Says what a deployment would change; builds and changes nothing.
package struct PlanStage<Host: StageHost> {
    package let call: StageCall
    package let options: Options
    package let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        let (result, changes) = try plan()
        if let changes { host.plan(changes) }
        return result
    }

    /// How the stage ends, and what would change; nil where that cannot be said.
    package func plan() throws -> (result: StageResult, changes: [PlanChange]?) {
        if let refusal = Package.missing(in: call, stage: .plan, host: host) { return (refusal, nil) }
        let store = call.store
        let live = store.current.flatMap { name in store.record(of: name).map { (name, $0) } }
        host.output("revision", call.revision.hex)
        if let (name, record) = live {
            host.output("live-release", store.path(name))
            host.output("live-revision", record.revision.hex)
        }
        let products =
            options.products?.joined(separator: ", ")
            ?? live.map { $0.1.contents.joined(separator: ", ") } ?? "its executables and dynamic libraries"
        host.output("products", products)
        if let (_, record) = live, record.revision == call.revision {
            return (.noChange("release \(record.revision.short) is live already, with \(products)"), [])
        }
        let isKept = try store.release(of: call.revision) != nil
        let kept = isKept ? "build and take up again" : "build and install"
        let runner = options.systemdUnit.map { "; systemd restarts \($0)" } ?? ""
        let replaced = live.map { "in place of \($0.1.revision.short)" } ?? "as the first release"
        let how = isKept ? "it is kept and taken up again" : "it is built and installed"
        let change = PlanChange(
            live == nil ? .create : .update, "release \(call.revision.short)",
            reason: "\(how) \(replaced): \(products)\(runner)")
        return (.ok("would \(kept) \(call.revision.short) \(replaced): \(products)\(runner)"), [change])
    }
}
