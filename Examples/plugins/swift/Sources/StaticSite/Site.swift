import PluginKit

/// The stages of one site: a release folder for each revision, and a link `current` to the one that is live.
struct Site {
    private let context: StageContext
    private let source: String
    private let keepReleases: Int
    private let tree: Tree
    private let releases: Releases
    /// The release that the last successful deployment made live.
    private let before: String?

    init(_ context: StageContext, folder: String, keepReleases: Int) throws {
        self.context = context
        self.keepReleases = keepReleases
        source = folder == "." ? context.sourceDirectory : "\(context.sourceDirectory)/\(folder)"
        tree = Tree { context.isCancelled }
        releases = Releases(folder: context.releaseDirectory, tree: tree)
        before = context.state.map { String(decoding: $0, as: UTF8.self) }
        if let before, !Releases.isName(before) {
            throw PluginFailure("site.state", "the checkpoint is not one of this plugin's")
        }
    }

    /// Nothing to build: what is published is looked at, so that a mistake is found before anything live is touched.
    func build() throws -> StageResult {
        try checkIndex()
        let files = try tree.differences(from: "/nowhere", to: source).map(\.subject)
        let odd = files.filter { Tree.kind("\(source)/\($0)") != .file }
        for path in odd {
            context.diagnostic(
                PluginDiagnostic(
                    .error, code: "site.not-a-file",
                    summary: "'\(path)' is neither a file nor a folder: links are not published", at: .init(file: path))
            )
        }
        return odd.isEmpty ? .ok("\(files.count) files to publish") : .failed("\(odd.count) files cannot be published")
    }

    func deploy() throws -> StageResult {
        try checkIndex()
        try releases.sweep()
        let live = releases.live
        let (name, wasThere) = try releases.install(source, revision: context.revision)
        // What is live now: the next rollback is given it, if this deployment ends well.
        context.checkpoint(Array(name.utf8))
        context.output("release", releases.path(name))
        if wasThere, live == name { return .noChange("\(name.prefix(12)) is live already") }
        try releases.flip(to: name)
        for removed in try releases.prune(keep: keepReleases, kept: before) {
            context.log("removed release \(removed)")
        }
        return .ok("\(name.prefix(12)) is live")
    }

    func health() throws -> StageResult {
        let live = releases.path("current/.")
        guard Tree.kind("\(live)/index.html") == .file else {
            throw PluginFailure("site.not-live", "there is no \(releases.path("current"))/index.html")
        }
        let changes = try tree.differences(from: live, to: source)
        guard let first = changes.first else { return .ok("what is live equals the sources") }
        throw PluginFailure(
            "site.differs",
            "what is live differs from the sources in \(changes.count) files; the first is \(first.subject)")
    }

    func rollback() throws -> StageResult {
        try releases.sweep()
        guard let before else {
            // The first deployment failed: what it began is taken away.
            try releases.flip(to: nil)
            return .ok("there was nothing before: nothing is live")
        }
        guard Tree.kind("\(releases.path(before))/index.html") == .file else {
            throw PluginFailure(
                "site.release-missing", "the release to go back to is not there: \(releases.path(before))")
        }
        try releases.flip(to: before)
        return .ok("\(before.prefix(12)) is live again")
    }

    func plan() throws -> StageResult {
        let changes = try tree.differences(from: releases.path("current/."), to: source)
        context.plan(changes)
        return changes.isEmpty ? .noChange("nothing would change") : .ok("\(changes.count) files would change")
    }

    private func checkIndex() throws {
        if Tree.kind("\(source)/index.html") == .file { return }
        var problem = PluginDiagnostic(
            .error, code: "site.no-index", summary: "there is no index.html in \(source)", at: .init(file: "index.html")
        )
        problem.detail = "The option 'folder' says which folder is published."
        throw PluginFailure(.failed(problem.summary), diagnostics: [problem])
    }
}
