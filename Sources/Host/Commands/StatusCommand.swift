import ArgumentParser
import Git
import History
import Logs
import Model
import PluginStore
import Settings
import Stages

struct StatusCommand: AsyncParsableCommand, PrintingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what is deployed, what failed and why, and what is being done.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let invocation = try common.invocation()
        let document = try await Self.document(invocation)
        try HistoryOutput.show(document, json: output.json) { $0.status(document) }
    }

    static func document(_ invocation: Invocation) async throws(Failure) -> StatusDocument {
        let layout = invocation.layout
        let repository = try await GitRepository.open(layout.root)
        let (store, settings, _) = try await invocation.configuration(of: repository)
        let configured = store.current.services(settings)
        var names = configured.map(\.name)
        var warnings = store.problems.map { $0.problems.map(\.description) } ?? []
        let tracking = try await repository.revision(of: "refs/remotes/\(settings.remote)/\(settings.branch)")
        if let tracking, let objection = try await MachineFiles.objection(to: tracking, of: repository) {
            warnings.append("the checkout is not brought to origin's commit: \(objection)")
        }
        if let note = await checkoutNote(repository, tracking) { warnings.append(note) }
        let revision = try await invocation.revision(in: repository, branch: settings.branch, under: store)
        warnings += await PinKeeper.notes(invocation, repository, at: revision, named: store.current.plugins).map(
            \.text)
        let history: HistoryStore
        do throws(Failure) {
            history = try await HistoryStore.openReadOnly(at: layout.history)
        } catch {
            guard error.code.rawValue == "history.none" else { throw error }
            return StatusDocument(
                workspace: layout.root, daemonRunning: false, revision: tracking, names: names, states: [:],
                warnings: warnings + ["nothing was deployed here yet; start with `host run`"])
        }
        // Without names in the file, those of the last plan: the plugins are not asked for a look.
        let planned = try await ServiceRegister.planned(history)
        if !store.current.namesServices { names = planned ?? [] }
        var groups: [ServiceName: String] = [:]
        for service in configured { groups[service.name] = service.group }
        if !store.current.namesServices {
            // A service that was deployed before its folder held more has the folder's own name.
            let folders = Set(names.compactMap(\.folder))
            for name in names { groups[name] = name.folder ?? (folders.contains(name.text) ? name.text : nil) }
        }
        let isRunning = await HistoryOutput.isDaemonRunning(layout)
        var running: [ServiceName: StatusDocument.Running] = [:]
        if isRunning {
            for stage in try await history.interrupted().flatMap(\.stages) {
                running[stage.service] = .init(stage: stage.stage, startedAt: stage.startedAt)
            }
        }
        let waits = try await FeedbackWaits(history: history).all()
        let feedback = try await history.feedbackOpen().map {
            StatusDocument.FeedbackItem(
                id: $0.id, phase: $0.phase.name, receivedAt: $0.receivedAt, waits: waits[$0.file]?.reason,
                retryAt: waits[$0.file]?.until)
        }
        let control = ServiceControl(
            supervisor: invocation.binaries.supervisor, directory: layout.services, logs: layout.logs)
        // What a supervisor does not answer is not known, and nothing that the rest would have to wait for.
        let processes = Dictionary(grouping: (try? await control.list()) ?? [:], by: \.key.service)
        let lastCycle = HistoryOutput.settled(try await history.lastCycle(), isRunning: isRunning)
        if let refusal = try await history.value(for: CycleEngine.refusalKey) { warnings.append(refusal) }
        let states = try await history.states()
        let crashes = try await CrashWatch(history: history).standing(states)
        warnings += crashes.values.sorted { $0.service < $1.service }.map(\.warning)
        let overview = RepairOverview(history: history, settings: settings, configuration: store.current)
        let repairs = try await overview.entries(of: Set(crashes.keys).union(states.filter { $1.failure != nil }.keys))
        var document = StatusDocument(
            workspace: layout.root, daemonRunning: isRunning, revision: tracking, names: names,
            areNamesComplete: store.current.namesServices || planned != nil,
            states: states, running: running,
            held: HeldServices(text: try await history.value(for: HeldServices.key)).reasons, groups: groups,
            warned: try await history.warnings(),
            processes: processes.compactMapValues { StatusDocument.Process($0.map(\.value.state)) },
            lastCycle: lastCycle, feedback: feedback, warnings: warnings)
        document.proposals = try await ProposalCases.shown(history)
        if !repairs.isEmpty { document.repairs = repairs }
        await history.close()
        return document
    }

    /// Why the operator's checkout is not at origin's commit, where it is not.
    private static func checkoutNote(_ repository: GitRepository, _ tracking: Revision?) async -> String? {
        guard let tracking,
            let status = try? await repository.checkoutStatus(
                comparedTo: tracking, limit: 5, ignoring: RevisionFollower.ownFolders)
        else {
            return nil
        }
        if !status.isClean {
            return "the checkout has \(status.changedCount) changed file(s) and is left as it is: "
                + status.changed.joined(separator: ", ")
        }
        switch status.relation {
        case .ahead(let count):
            return "the checkout is \(count) commit(s) ahead of origin: push them to have them deployed"
        case .diverged, .unrelated: return "the checkout has commits that origin has not"
        case .same, .behind, nil: return nil
        }
    }
}

struct HistoryCommand: AsyncParsableCommand, PrintingCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the cycles, the newest first.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "Only cycles that had to do with this service.")
    var service: String?
    @Option(name: .shortAndLong, help: "How many.")
    var limit = 20
    @Option(help: "Only cycles before this one.")
    var before: Int64?
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes 1 to 10000") }
        if let service, ServiceName(service) == nil { throw ValidationError("'\(service)' is no service name") }
    }

    func run() async throws {
        let layout = try common.invocation().layout
        let history = try await HistoryStore.openReadOnly(at: layout.history)
        let records = try await history.cycles(
            limit: limit, before: before, service: service.flatMap { ServiceName($0) })
        await history.close()
        let document = HistoryDocument(records, limit: limit)
        try HistoryOutput.show(document, json: output.json) { $0.history(document) }
    }
}

struct ShowCommand: AsyncParsableCommand, PrintingCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one cycle with its stages, errors and failed tests.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The cycle's number; the newest when it is left out.")
    var cycle: Int64?
    @OptionGroup var output: JSONOption

    func run() async throws {
        let layout = try common.invocation().layout
        let history = try await HistoryStore.openReadOnly(at: layout.history)
        let found = if let cycle { try await history.cycle(cycle) } else { try await history.lastCycle() }
        await history.close()
        let isRunning = await HistoryOutput.isDaemonRunning(layout)
        guard let found = HistoryOutput.settled(found, isRunning: isRunning) else {
            throw Failure(
                .init(cycle == nil ? "history.no-cycle" : "usage.cycle"),
                cycle.map { "there is no cycle \($0)" } ?? "there was no cycle yet",
                remedy: "`host history` lists them")
        }
        let document = CycleDocument(found)
        try HistoryOutput.show(document, json: output.json) { $0.show(document) }
    }
}

extension StatusDocument.Process {
    /// What several processes of a service come to; nil where none was ever kept running.
    fileprivate init?(_ states: [SupervisedStatus.State]) {
        let known = states.filter { $0 != .unknown }
        guard !known.isEmpty else { return nil }
        self = known.contains(.backoff) ? .crashing : known.allSatisfy { $0 == .running } ? .running : .stopped
    }
}
