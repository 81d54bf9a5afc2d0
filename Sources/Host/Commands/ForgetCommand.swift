import ArgumentParser
import Git
import History
import Model
import Settings
import Stages

struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Forget a service that is no longer configured, and stop what is kept running for it.",
        discussion: """
            Processes that the deployer keeps running are ended. What a plugin only deployed - containers, a systemd unit, a \
            gateway's routes - runs on; the answer says which it was. Releases stay under .deployer/releases until they are \
            removed by hand.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The service, as `host status` lists it.")
    var service: String

    func validate() throws {
        guard ServiceName(service) != nil else { throw ValidationError("'\(service)' is no service name") }
    }

    func run() async throws {
        guard let name = ServiceName(service) else { return }
        let invocation = try common.invocation()
        let layout = invocation.layout
        try await Self.examine(name, invocation)
        let history: HistoryStore
        do throws(Failure) {
            history = try await HistoryStore.open(at: layout.history)
        } catch {
            guard error.code.rawValue == "history.in-use" else { throw error }
            let reader = try await HistoryStore.openReadOnly(at: layout.history)
            let leave = Self.leave(invocation, reader)
            let prospect = await Result { () async throws(Failure) in try await leave.prospect(of: name) }
            await reader.close()
            try Leave.ask(name, layout)
            print("'\(name)' \(try prospect.get().text(isDone: false))")
            return print("the running daemon does it when it looks at origin the next time")
        }
        let leave = Self.leave(invocation, history)
        let result = await Result { () async throws(Failure) in try await leave.take(of: name) }
        await history.close()
        print("'\(name)' \(try result.get().text())")
    }

    private static func leave(_ invocation: Invocation, _ history: HistoryStore) -> Leave {
        let layout = invocation.layout
        return Leave(
            layout: layout, history: history,
            supervise: ServiceControl(
                supervisor: invocation.binaries.supervisor, directory: layout.services, logs: layout.logs),
            restart: RestartCommand(
                folder: layout.commands, logs: layout.logs,
                processes: ProcessRunner(groups: .none, entrance: invocation.binaries.supervisor)))
    }

    /// One that is configured would be deployed anew at once, and one that nobody knows was misspelt.
    private static func examine(_ name: ServiceName, _ invocation: Invocation) async throws(Failure) {
        let repository = try await GitRepository.open(invocation.layout.root)
        let (store, settings, _) = try await invocation.configuration(of: repository)
        let history = try await HistoryStore.openReadOnly(at: invocation.layout.history)
        let known = await Result { () async throws(Failure) in
            (
                planned: try await ServiceRegister.planned(history) ?? [],
                states: try await history.states()
            )
        }
        await history.close()
        let (planned, states) = try known.get()
        let configured = store.current.namesServices ? store.current.services(settings).map(\.name) : planned
        guard !configured.contains(name) else {
            throw Failure(
                .init("usage.configured"), "'\(name)' is configured, and would be deployed again",
                remedy: "take it out of deployer.yaml, or remove its folder, push that, and let a cycle see it")
        }
        guard states[name] != nil else {
            throw Failure(
                .init("usage.unknown"), "nothing is known of a service '\(name)'",
                remedy: "`host status` lists what there is")
        }
    }
}

extension Result where Failure == Model.Failure {
    fileprivate init(_ body: () async throws(Model.Failure) -> Success) async {
        do throws(Model.Failure) { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
