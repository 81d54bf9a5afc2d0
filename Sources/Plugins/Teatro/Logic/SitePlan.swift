import Diagnostics
import Model
package import PluginKit
package import SwiftBuildLogic

/// Says which published files a deployment would change. Where the engine is built from these very sources it renders and
/// compares; else it says what will be rendered anew: a plan builds nothing.
package struct SitePlan<Host: StageHost> {
    package let call: StageCall
    package let options: TeatroOptions
    package let host: Host

    package func run() throws -> StageResult {
        let (result, release) = try PlanStage(call, options.swift, host).plan()
        guard var changes = release else { return result }
        let views = try ViewList.views(options, in: call.sourceDirectory)
        let title = options.title ?? call.service
        let live = call.store.current.flatMap { RenderedSite(recordedIn: call.store.path($0)) }
        switch try rendered(views, title: title) {
        case .result(let failure)?: return failure
        case .site(let site)?: changes += Self.changes(from: live, to: site)
        case nil: changes += Self.expectations(from: live, views, title: title)
        }
        host.plan(changes)
        let count = changes.count - (release?.count ?? 0)
        if changes.isEmpty { return .noChange("release \(call.revision.short) is live already, with the same files") }
        return .ok("\(count) published files would change; \(result.summary)")
    }

    /// nil when the engine is not there as these sources have it.
    private func rendered(_ views: [View], title: String) throws -> Renderer<Host>.Outcome? {
        let staged = StagedSite(call)
        let stamp = try StagedSite.Stamp(call, views, title: title)
        let products = Toolchain(options.swift, call: call).products(of: options.swift.configuration)
        guard staged.stamp?.engine == stamp.engine,
            let engine = try? Engine(in: products, call: call, options: options)
        else { return nil }
        let outcome = try Renderer(engine, options, stage: .plan, host: host).render(
            views, into: staged.proof, title: title)
        try staged.removeProof()
        return outcome
    }

    package static func changes(from live: RenderedSite?, to site: RenderedSite) -> [PlanChange] {
        let old = Dictionary((live?.files ?? []).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(site.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        return Set(old.keys).union(new.keys).sorted().compactMap { path in
            switch (old[path], new[path]) {
            case (nil, let file?):
                PlanChange(.create, "page '\(path)'", reason: "it is new", detail: "\(file.bytes) bytes")
            case (_?, nil): PlanChange(.remove, "page '\(path)'", reason: "no view is rendered to it any more")
            case (let before?, let after?) where before != after:
                PlanChange(
                    .update, "page '\(path)'", reason: "it is rendered differently",
                    detail: "\(before.bytes) bytes become \(after.bytes)")
            default: nil
            }
        }
    }

    /// What can be said without an engine.
    static func expectations(from live: RenderedSite?, _ views: [View], title: String) -> [PlanChange] {
        let index = Array(IndexPage(title: title, views: views).text.utf8)
        let page = RenderedSite.File(path: IndexPage.file, digest: SHA256.hex(of: index), bytes: index.count)
        let known = Dictionary((live?.files ?? []).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        let paths = Set(views.flatMap { view in view.formats.map(view.file) } + [page.path])
        return paths.union(known.keys).sorted().compactMap { path in
            if known[path] == nil { return PlanChange(.create, "page '\(path)'", reason: "it is new") }
            guard paths.contains(path) else {
                return PlanChange(.remove, "page '\(path)'", reason: "no view is rendered to it any more")
            }
            if path == page.path {
                return known[path] == page ? nil : PlanChange(.update, "page '\(path)'", reason: "it lists other files")
            }
            return PlanChange(
                .update, "page '\(path)'", reason: "the engine has to be built anew; the page may come out as it is")
        }
    }
}
