import Diagnostics
import Model
package import PluginKit
package import SwiftBuildLogic

/// Builds the package, then renders its views: one that does not render fails before anything live is touched.
package struct RenderingBuild<Host: StageHost> {
    package let call: StageCall
    package let options: TeatroOptions
    package let host: Host

    package func run() throws -> StageResult {
        let built = try BuildStage(call, options.swift, host).run()
        guard built.status == .ok || built.status == .noChange else { return built }
        let views = try ViewList.views(options, in: call.sourceDirectory)
        let products = try Package.products(
            Toolchain(options.swift, call: call), options.swift.configuration, stage: .build, host: host,
            paths: PathMapper(sourceDirectory: call.sourceDirectory))
        let engine = try Engine(in: products, call: call, options: options)
        let title = options.title ?? call.service
        let staged = StagedSite(call)
        // Before the engine runs: it might write into the sources.
        let sources = try EngineSources.digest(call.sourceDirectory, but: views)
        switch try Renderer(engine, options, stage: .build, host: host).render(views, into: staged.draft, title: title)
        {
        case .result(let result): return result
        case .site(var site):
            site.engine = sources
            try staged.stage(site, .init(call, views, title: title))
            let count = site.files.count - 1
            host.log("rendered \(count) files from \(views.count) views")
            return .ok("\(built.summary); \(count) files rendered from \(views.count) views")
        }
    }
}
