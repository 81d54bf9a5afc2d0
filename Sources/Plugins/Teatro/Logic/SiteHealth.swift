import Model
package import PluginKit
package import SwiftBuildLogic

/// What is live has to be what was rendered, to the byte; a product that runs has to stay up.
package struct SiteHealth<Host: StageHost> {
    package let call: StageCall
    package let options: TeatroOptions
    package let host: Host

    package func run() throws -> StageResult {
        guard let live = call.store.current else {
            return .noChange("nothing is published, so nothing has to be there")
        }
        let folder = call.store.path(live)
        guard let site = RenderedSite(recordedIn: folder) else {
            return fail([(RenderedSite.record, "is missing")], in: folder)
        }
        let damages = site.damages(in: "\(folder)/\(RenderedSite.folder)")
        guard damages.isEmpty else { return fail(damages, in: folder) }
        let running = try HealthStage(call, options.swift, host).run()
        let summary = "\(site.files.count) published files are as they were rendered"
        switch running.status {
        case .noChange: return .ok(summary)
        case .ok: return .ok("\(summary); \(running.summary)")
        default: return running
        }
    }

    private func fail(_ damages: [(path: String, what: String)], in folder: String) -> StageResult {
        let damages = damages.map { "'\($0.path)' \($0.what)" }
        let more = damages.count > 1 ? ", and \(damages.count - 1) more" : ""
        let message = "what is published is damaged: \(damages[0])\(more)"
        var found = Diagnostic(.error, code: "teatro.damaged", message: message, stage: .health)
        found.detail = "In \(folder):\n\(damages.prefix(50).joined(separator: "\n"))"
        host.report(found)
        return .failed(message)
    }
}
