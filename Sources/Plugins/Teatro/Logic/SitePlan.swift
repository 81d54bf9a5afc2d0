import Diagnostics
import Model
package import PluginKit
package import SwiftBuildLogic

/// Says which published files a deployment would change. Where the live release's engine was built from these very sources
/// it renders and compares; else it says what will be rendered anew: a plan builds nothing.
package struct SitePlan<Host: StageHost> {
    package let call: StageCall
    package let options: TeatroOptions
    package let host: Host

    package func run() throws -> StageResult {
        let (result, release) = try PlanStage(call, options.swift, host).plan()
        guard var changes = release else { return result }
        let views = try ViewList.views(options, in: call.sourceDirectory)
        let title = options.title ?? call.service
        let folder = call.store.current.map(call.store.path)
        let live = folder.flatMap { RenderedSite(recordedIn: $0) }
        if let folder, let live { changes += Self.drift(from: live, in: "\(folder)/\(RenderedSite.folder)") }
        switch try rendered(views, title: title, live, in: folder) {
        case .result(let failure)?: return failure
        case .site(let site)?: changes += Self.changes(from: live, to: site)
        case nil: changes += Self.expectations(from: live, views, title: title)
        }
        host.plan(changes)
        let count = changes.count - (release?.count ?? 0)
        if changes.isEmpty { return .noChange("release \(call.revision.short) is live already, with the same files") }
        return .ok("\(count) published files would change; \(result.summary)")
    }

    /// nil when the live release has no engine as these sources have it.
    private func rendered(
        _ views: [View], title: String, _ live: RenderedSite?, in release: String?
    ) throws -> Renderer<Host>.Outcome? {
        guard let release, let live, try live.engine == EngineSources.digest(call.sourceDirectory, but: views),
            let engine = try? Engine(in: release, call: call, options: options)
        else { return nil }
        let staged = StagedSite(call)
        let outcome = try Renderer(engine, options, stage: .plan, host: host).render(
            views, into: staged.proof, title: title)
        try staged.removeProof()
        return outcome
    }

    /// What somebody changed by hand.
    static func drift(from live: RenderedSite, in site: String) -> [PlanChange] {
        live.damages(in: site).map { path, what in
            PlanChange(
                .drift, "page '\(path)'", reason: "it \(what), and not by a deployment; the next one takes that back")
        }
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
