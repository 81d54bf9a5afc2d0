import ArgumentParser
import Git
import Logs
import Model
import Net
import PluginStore
import Settings
import Stages

struct ListPluginsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list-plugins", abstract: "Show every plugin that was found, and why one is not used.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let invocation = try common.invocation()
        let plugins = await (try await Registry.open(invocation)).list()
        let pins = try await Self.pins(invocation)
        if output.json {
            return try JSONOutput.print(PluginListDocument(plugins: plugins.map(PluginDocument.init), pins: pins))
        }
        if plugins.isEmpty {
            print("no plugins; looked in \(invocation.layout.plugins) and \(invocation.binaries.plugins)")
        }
        for plugin in plugins.map(PluginDocument.init) { print(plugin.text) }
        for pin in pins { print(TerminalText.neutralised(pin.text)) }
    }
}

extension ListPluginsCommand {
    /// What is amiss with the set that the followed commit pins.
    private static func pins(_ invocation: Invocation) async throws(Failure) -> [PinNote] {
        let repository = try await GitRepository.open(invocation.layout.root)
        let (store, settings, _) = try await invocation.configuration(of: repository)
        let revision = try await invocation.revision(in: repository, branch: settings.branch, under: store)
        return await PinKeeper.notes(invocation, repository, at: revision, named: store.current.plugins)
    }
}

/// `host list-plugins --json`.
struct PluginListDocument: Codable, Sendable {
    var schema = 1
    var plugins: [PluginDocument]
    /// What is amiss with plugins that are pinned or named, and with those that were installed from git.
    var pins: [PinNote]
}

struct PluginDocument: Codable, Sendable {
    var id: String
    var version: String
    var kinds: [String]
    var stages: [String]
    var abi: String
    var path: String
    var digest: String
    /// `ready`, `refused` or `quarantined`.
    var state: String
    var reason: String?

    init(_ info: PluginInfo) {
        id = info.id
        version = info.version
        kinds = info.kinds
        stages = info.stages.map(\.rawValue)
        abi = info.abi
        path = info.path
        digest = info.digest
        (state, reason) =
            switch info.state {
            case .ready: ("ready", nil)
            case .refused(let why): ("refused", why)
            case .quarantined(let why): ("quarantined", why)
            }
    }

    var text: String {
        var lines = ["\(id) \(version.isEmpty ? "" : version + " ")- \(state)"]
        if let reason { lines.append("  why     \(reason)") }
        if !kinds.isEmpty { lines.append("  kinds   \(kinds.joined(separator: ", "))") }
        if !stages.isEmpty { lines.append("  stages  \(stages.joined(separator: ", "))") }
        if !abi.isEmpty { lines.append("  abi     \(abi)") }
        lines.append("  path    \(path)")
        if !digest.isEmpty { lines.append("  digest  \(digest)") }
        // A file's name and a plugin's own words may hold anything.
        return lines.map(TerminalText.neutralised).joined(separator: "\n")
    }
}

/// The registry as the daemon would see it.
enum Registry {
    static func open(_ invocation: Invocation) async throws(Failure) -> PluginRegistry {
        try Folder.make(invocation.layout.own)
        try Folder.make(invocation.layout.plugins)
        let repository = try await GitRepository.open(invocation.layout.root)
        let settings = try await invocation.configuration(of: repository).settings
        let options = DaemonOptions(settings)
        let tracked = TrackedPlugins(root: invocation.layout.root)
        await tracked.refresh(repository, references: ["HEAD", "refs/remotes/\(options.remote)/\(options.branch)"])
        let transport = HTTPTransport()
        let narrator = Narrator(folder: invocation.layout.logs, show: { _ in })
        let stages = Result { () throws(Failure) in
            try StageParts(
                invocation, narrator: narrator, masker: SecretMasker(), groups: .none, options: options,
                transport: transport, tracked: tracked, settings: settings)
        }
        await transport.shutdown()
        return try stages.get().registry
    }
}
