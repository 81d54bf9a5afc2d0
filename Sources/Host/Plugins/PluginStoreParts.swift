import Git
import Model
import PluginStore
import Settings
import Stages

/// Puts a plugin store together: for the command line, and for the daemon's own builds.
struct PluginStoreParts: Sendable {
    let invocation: Invocation
    let options: DaemonOptions
    /// Time one build may take.
    let deadline: Duration
    /// The workspace's own remote: whose server may see the token.
    let home: RemoteURL?
    let groups: ControlGroups

    func store(
        consent: any PluginConsent, isOnline: Bool = false, requiresSandbox: Bool = false,
        usesSandbox: Bool = true, show: (@Sendable (String) -> Void)? = nil,
        others: @escaping @Sendable () async throws(Failure) -> [PluginInfo],
        say: @escaping @Sendable (String) -> Void
    ) throws(Failure) -> PluginStore {
        let layout = invocation.layout
        let binaries = invocation.binaries
        var build = PluginBuilder.Options()
        build.deadline = deadline
        build.environment = invocation.environment
        build.requiresSandbox = requiresSandbox
        build.usesSandbox = usesSandbox
        build.show = show
        let options = options
        // Without a remote of its own the workspace has no server whose token this could be.
        let own = if let home { home } else { try RemoteURL(layout.root) }
        return PluginStore(
            places: PluginPlaces(root: layout.root, plugins: layout.plugins, own: layout.own),
            fetch: SourceFetch(
                client: RemoteClient(executable: binaries.transport, deadline: options.gitDeadline),
                longest: options.longestTransfer,
                remote: { (url) throws(Failure) in
                    try options.remote("plugin", at: url, home: own)
                }),
            builder: PluginBuilder(
                build, programs: binaries.folder, groups: groups, entrance: binaries.supervisor),
            examination: PluginExamination(program: binaries.host),
            prover: HarnessProver(program: binaries.host), consent: consent,
            isOnline: isOnline, others: others, say: say)
    }

    /// - Throws: `git.url-invalid`, `git.url-credentials`, `usage.plugin`.
    static func sources(_ named: [NamedPlugin], root: String) throws(Failure) -> [PluginSource] {
        var sources: [PluginSource] = []
        for plugin in named {
            var source = PluginSource(url: try RemoteURL(plugin.url, relativeTo: root), path: plugin.path)
            source.revision = plugin.revision
            sources.append(source)
        }
        return sources
    }
}

/// For builds that nobody attends: what was agreed to holds, and nothing beyond it.
struct NoConsent: PluginConsent {
    func mayBuild(_ proposal: BuildProposal) async -> Bool { false }
    func mayInstall(_ proposal: PluginProposal) async -> Bool { false }
}
