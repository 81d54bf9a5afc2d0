import Model
package import PluginKit
package import SwiftBuildLogic

/// Installs what was rendered with the package's products as one release, and makes it live.
package struct SiteDeployment<Host: StageHost> {
    package let call: StageCall
    package let options: TeatroOptions
    package let host: Host

    package func run() throws -> StageResult {
        if let refusal = Package.missing(in: call, stage: .deploy, host: host) { return refusal }
        let views = try ViewList.views(options, in: call.sourceDirectory)
        let stamp = StagedSite.Stamp(call, views, title: options.title ?? call.service)
        let (items, site) = try StagedSite(call).items(for: stamp)
        var deployment = DeployStage(call, options.swift, host)
        deployment.additions = items
        let result = try deployment.run()
        if result.status == .ok || result.status == .noChange {
            host.output("artifacts", site.text)
            if let live = call.store.current { host.output("site", "\(call.store.path(live))/\(RenderedSite.folder)") }
        }
        return result
    }
}
