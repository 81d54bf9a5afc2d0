import ArgumentParser
import Git
import History
import Model
import Settings
import Stages

struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Stop a service that is no longer configured, and forget it.",
        discussion: "Its releases stay under .deployer/releases until they are removed by hand.")

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
            try Leave.ask(name, layout)
            return print("'\(name)' is stopped and forgotten when the running daemon looks at origin the next time")
        }
        let leave = Leave(
            layout: layout, history: history,
            supervise: ServiceControl(
                supervisor: invocation.binaries.supervisor, directory: layout.services, logs: layout.logs))
        let result = await Result { () async throws(Failure) in try await leave.take(of: name) }
        await history.close()
        try result.get()
        print("'\(name)' is stopped and forgotten; its releases stay in \(layout.releases(name))")
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
