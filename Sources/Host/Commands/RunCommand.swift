import ArgumentParser
import Git
import History
import Logging
import Logs
import Model
import Net
import ServiceLifecycle
import Settings
import Stages
import SupervisorCore
import UnixSignals

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the daemon, or with --once one cycle.",
        discussion: """
            With --once, what lies in feedback/ is decided first, then one cycle runs. Exit code 0 when every due service \
            is deployed and healthy, 1 when one is not, 2 for bad usage or configuration.
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "One cycle, then end. Deployed services run on.")
    var once = false
    @Flag(help: .hidden)
    var welcome = false

    func run() async throws {
        // Scripts of a stage run as the same user.
        KernelControl.hideFromOthers()
        var invocation = try common.invocation()
        invocation.keepsConfiguration = true
        let console = try await Self.console(invocation)
        let narrator = Narrator(
            folder: invocation.layout.logs, show: { console.write($0) },
            stageBegan: { console.stageBegan($0, $1) },
            progress: { console.progress($0, $1, share: $2, message: $3) },
            stageEnded: { console.stageEnded($0, $1) })
        do {
            try await run(invocation, narrator, console)
            await console.close()
        } catch {
            await console.close()
            throw error
        }
    }

    private func run(_ invocation: Invocation, _ narrator: Narrator, _ console: Console) async throws {
        let layout = invocation.layout
        for folder in [layout.own, layout.plugins, layout.scratch, layout.releases, layout.services] {
            try Folder.make(folder)
        }
        // The history's lock makes this the one daemon of the workspace; nothing is mended before it is held.
        let history = try await Self.history(of: layout)
        let result: Result<Bool, any Error>
        do {
            result = .success(try await work(invocation, history, narrator))
        } catch {
            result = .failure(error)
        }
        await history.close()
        guard try result.get() else { throw ExitCode(1) }
    }

    private func work(_ invocation: Invocation, _ history: HistoryStore, _ narrator: Narrator) async throws -> Bool {
        if let recovery = history.recovery { narrator.say(LogLine("\(recovery)", level: .warning)) }
        try await Startup.mendClone(invocation, narrator)
        try await Startup.closeInterrupted(history, narrator)
        let around = Generation.Surroundings(
            invocation: invocation, history: history, narrator: narrator, masker: SecretMasker(),
            groups: ControlGroups.detect(), transport: HTTPTransport())
        let result: Result<Bool, any Error>
        do {
            result = .success(try await once ? Once(around: around).run() : daemon(around))
        } catch {
            result = .failure(error)
        }
        await around.transport.shutdown()
        around.groups.close()
        return try result.get()
    }

    private static func history(of layout: WorkspaceLayout) async throws(Failure) -> HistoryStore {
        var attempts = 0
        while true {
            do throws(Failure) {
                return try await HistoryStore.open(at: layout.history)
            } catch {
                guard error.code.rawValue == "history.in-use" else { throw error }
                attempts += 1
                // `host status` holds the lock for the moment in which it looks for a daemon.
                if attempts < 10 {
                    try? await Task.sleep(for: .milliseconds(50))
                    continue
                }
                throw Failure(
                    .init("usage.running"), "a daemon runs on '\(layout.root)' already",
                    remedy: "ask it with `host status`, or stop it first", cause: error.cause)
            }
        }
    }

    private func daemon(_ around: Generation.Surroundings) async throws -> Bool {
        let layout = around.invocation.layout
        let narrator = around.narrator
        var greeting: (@Sendable () -> Void)?
        if welcome { greeting = { for line in DemoText.welcome(layout) { narrator.say(LogLine(line)) } } }
        let service = DaemonService(around: around, notifier: .fromEnvironment, welcome: greeting)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "deployer") { _ in SwiftLogNoOpLogHandler() }))
        try await group.run()
        narrator.say(LogLine("ended"))
        return true
    }

    /// The terminal's format is itself a setting; it is looked up before anything is said.
    private static func console(_ invocation: Invocation) async throws(Failure) -> Console {
        var settings = try invocation.settings(under: .none)
        if let repository = try? await GitRepository.open(invocation.layout.root) {
            do throws(Failure) {
                settings = try await invocation.configuration(of: repository).settings
            } catch {
                // A clone that a crash damaged is mended a moment later, and complained of there.
                guard error.code.rawValue.hasPrefix("git.") else { throw error }
            }
        }
        let style = ConsoleStyle.detect(
            format: .init(rawValue: settings.logFormat.rawValue) ?? .auto, descriptor: 1,
            environment: invocation.environment)
        return Console(descriptor: 1, style: style)
    }
}
