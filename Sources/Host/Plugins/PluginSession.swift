import ArgumentParser
import Git
import Model
import PluginStore
import Settings
import Stages
import SupervisorCore

/// One `host plugin` command: the store as this workspace's settings make it, and how its results are told.
struct PluginSession: Sendable {
    let store: PluginStore
    let invocation: Invocation
    let configuration: DeployerConfiguration
    let settings: DaemonSettings

    static func open(_ common: CommonOptions, _ build: BuildOptions, _ consent: ConsentOptions, json: Bool)
        async throws(Failure) -> PluginSession
    {
        // A build runs as the same user.
        KernelControl.hideFromOthers()
        let invocation = try common.invocation()
        try Folder.make(invocation.layout.own)
        try Folder.make(invocation.layout.plugins)
        let repository = try await GitRepository.open(invocation.layout.root)
        let (store, settings, _) = try await invocation.configuration(of: repository)
        let options = DaemonOptions(settings)
        let origin = try await repository.url(ofRemote: options.remote)
        let say: @Sendable (String) -> Void = { Terminal.note($0) }
        let parts = PluginStoreParts(
            invocation: invocation, options: options, deadline: settings.timeout(of: .build),
            home: try origin.map { (text) throws(Failure) in try RemoteURL(text, relativeTo: invocation.layout.root) },
            groups: ControlGroups.detect())
        return PluginSession(
            store: try parts.store(
                consent: TerminalConsent(isYes: consent.yes, digests: Set(consent.agree)), isOnline: build.allowNetwork,
                requiresSandbox: build.requireSandbox, usesSandbox: !build.noSandbox,
                show: build.verbose ? say : nil,
                others: { () throws(Failure) in await (try await Registry.open(invocation)).list() }, say: say),
            invocation: invocation, configuration: store.current, settings: settings)
    }

    /// Opens a session, does `body`, prints what changed. Exit code 1 when something was refused or failed.
    static func with(
        _ common: CommonOptions, _ build: BuildOptions, _ consent: ConsentOptions, json: Bool,
        _ body: (PluginSession) async throws(Failure) -> [PluginChange]
    ) async throws {
        let session = try await open(common, build, consent, json: json)
        let changes = try await body(session)
        if json {
            try JSONOutput.print(PluginChangeDocument(changes: changes))
        } else {
            print(PluginText.changes(changes, lock: session.invocation.layout.root))
        }
        if changes.contains(where: \.isBad) { throw ExitCode(1) }
    }

    /// What the `deployer.yaml` in force names.
    func named() throws(Failure) -> [PluginSource] {
        try PluginStoreParts.sources(configuration.plugins, root: invocation.layout.root)
    }

    /// Services of some kinds, as they are configured or recognised.
    func services(of kinds: Set<String>) async -> [String] {
        if configuration.namesServices {
            return configuration.services(settings).filter { kinds.contains($0.kind) }.map(\.name.text)
        }
        // Whoever cannot be asked now names none.
        let found = try? await Planning(invocation: invocation, asksPlugins: false, warn: { _ in }).plan()
        return (found?.prospect.plan.items ?? []).map(\.service).filter { kinds.contains($0.kind) }.map(\.name.text)
    }
}

/// `host plugin add|update|remove|sync --json`.
struct PluginChangeDocument: Codable, Sendable {
    var schema = 1
    var changes: [PluginChange]
}

/// `host plugin verify --json`.
struct PluginVerificationDocument: Codable, Sendable {
    var schema = 1
    var plugins: [PluginVerification]
}
