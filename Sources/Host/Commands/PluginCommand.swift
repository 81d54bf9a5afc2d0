import ArgumentParser
import Model
import PluginStore
import Settings
import Stages
import SupervisorCore

struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Bring in plugins from git, and keep them as they were agreed to.",
        discussion: """
            The sources are fetched, built and put through the test harness; what the plugin is and asks for is shown, and \
            installed only with consent. plugins.lock pins what was agreed to; commit it, and `host plugin sync` brings \
            another machine to the same set. A build runs code of the repository: Documentation/Plugins.md says as whom and \
            within which bounds.
            """,
        subcommands: [
            PluginAddCommand.self, PluginUpdateCommand.self, PluginRemoveCommand.self, PluginVerifyCommand.self,
            PluginSyncCommand.self, PluginClearCommand.self, PluginExamineCommand.self,
        ])
}

/// What every command that builds takes.
struct BuildOptions: ParsableArguments {
    @Flag(help: "Let a build that is shut in use the network, for dependencies that its package manager fetches.")
    var allowNetwork = false
    @Flag(help: "Build only where bubblewrap shuts the build in.")
    var requireSandbox = false
    @Flag(help: "Do not use bubblewrap: for toolchains that it keeps out of sight.")
    var noSandbox = false
    @Flag(help: "Show what builds print.")
    var verbose = false

    func validate() throws {
        guard !(requireSandbox && noSandbox) else {
            throw ValidationError("--require-sandbox and --no-sandbox contradict each other")
        }
    }
}

/// How consent is given where nobody sits at a terminal.
struct ConsentOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Agree to whatever comes out.")
    var yes = false
    @Option(
        help: ArgumentHelp(
            "Agree to the library with this SHA-256 digest; may be given several times.", valueName: "digest"))
    var agree: [String] = []

    func validate() throws {
        guard agree.allSatisfy(TerminalConsent.isDigest) else {
            throw ValidationError("--agree takes a SHA-256 digest: 64 lower-case hexadecimal digits")
        }
    }
}

struct PluginAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Fetch, build, prove and, with consent, install a plugin.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption
    @OptionGroup var build: BuildOptions
    @OptionGroup var consent: ConsentOptions
    @Argument(
        help:
            "Address of the repository: a path, file://, http(s):// or ssh; @NAME behind it takes a branch, tag or commit."
    )
    var url: String
    @Option(help: "Branch, tag or commit; then nothing is taken off the address.")
    var revision: String?
    @Option(help: "Folder of its Package.swift, Cargo.toml or Makefile.")
    var path: String?

    func run() async throws {
        let source = try PluginSource(
            argument: url, revision: revision, path: path, relativeTo: Folder.current)
        try await PluginSession.with(common, build, consent, json: output.json) { (session) throws(Failure) in
            [try await session.store.add(source)]
        }
    }
}

struct PluginUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Move plugins to the newest commit of what they follow.",
        discussion:
            "One that asks for more than was agreed to needs consent again. The old library stays until the new one is proven."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption
    @OptionGroup var build: BuildOptions
    @OptionGroup var consent: ConsentOptions
    @Argument(help: "Ids of plugins, or the addresses they come from; all when none is given.")
    var plugins: [String] = []

    func run() async throws {
        try await PluginSession.with(common, build, consent, json: output.json) { (session) throws(Failure) in
            try await session.store.update(plugins)
        }
    }
}

struct PluginRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take a plugin out of plugins.lock and plugins/, and withdraw the consent.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption
    @Argument(help: "Id of the plugin, or the address it comes from.")
    var plugin: String

    func run() async throws {
        try await PluginSession.with(common, BuildOptions.none, ConsentOptions.none, json: output.json) {
            (session) throws(Failure) in
            let kinds = try session.store.kinds(of: plugin)
            let left = await session.services(of: Set(kinds))
            var change = try await session.store.remove(plugin)
            change.details += left.map { "the service '\($0)' has no plugin any more; what runs of it runs on" }
            return [change]
        }
    }
}

struct PluginSyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Bring this machine to the set of plugins.lock and deployer.yaml.",
        discussion: """
            Pinned commits are built and installed; what was installed from git and is pinned no more is removed. Plugins that \
            deployer.yaml names and plugins.lock does not pin are pinned. Places that nobody on this machine agreed to are asked \
            about before they are built.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption
    @OptionGroup var build: BuildOptions
    @OptionGroup var consent: ConsentOptions
    @Flag(help: "Take only libraries that are, bit for bit, those that were pinned.")
    var exact = false

    func run() async throws {
        try await PluginSession.with(common, build, consent, json: output.json) { (session) throws(Failure) in
            var options = PluginStore.SyncOptions()
            options.named = try session.named()
            options.isExact = exact
            return try await session.store.sync(options)
        }
    }
}

struct PluginVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compare plugins.lock, what was agreed to and the installed libraries.",
        discussion: "Exit code 1 when one of them is not as it should be.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption
    @OptionGroup var build: BuildOptions
    @Flag(help: "Build the pinned commits again, and compare what comes out.")
    var rebuild = false

    func run() async throws {
        let session = try await PluginSession.open(common, build, ConsentOptions.none, json: output.json)
        let found = try await session.store.verify(rebuilds: rebuild)
        if output.json {
            try JSONOutput.print(PluginVerificationDocument(plugins: found))
        } else {
            print(PluginText.verifications(found))
        }
        if found.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(1) }
    }
}

struct PluginClearCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Take a plugin out of quarantine; it is looked at anew.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The plugin's digest, or its first digits, as list-plugins shows it.")
    var digest: String

    func run() async throws {
        let registry = try await Registry.open(try common.invocation())
        try await registry.clear(digest)
        for plugin in await registry.list() where plugin.digest.hasPrefix(digest) {
            print(PluginDocument(plugin).text)
        }
    }
}

/// `host plugin` asks this of itself, in the confinement of a build.
struct PluginExamineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: PluginExamination.command, shouldDisplay: false)
    @Argument var folder: String
    @Argument var cache: String

    func run() async throws {
        try JSONOutput.print(
            try await PluginExamination.look(in: folder, cache: cache, worker: Binaries.ofThisProgram.worker))
    }
}

extension BuildOptions {
    static var none: BuildOptions { (try? BuildOptions.parse([])) ?? BuildOptions() }
}

extension ConsentOptions {
    static var none: ConsentOptions { (try? ConsentOptions.parse([])) ?? ConsentOptions() }
}
