import ArgumentParser
import Git
import History
import Logs
import Model
import Net
import PluginStore
import Settings
import Stages

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say what a cycle would do, and why. Deploys nothing.",
        discussion:
            "Asks origin where its branch is and fetches it; the checkout and everything that runs stay as they are.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let invocation = try common.invocation()
        let (plan, isConfigured, pins) = try await Planning.plan(invocation) { Terminal.complain($0) }
        if output.json {
            try JSONOutput.print(PlanDocument(plan, pins: pins))
        } else {
            print(PlanDocument(plan, pins: pins).text)
        }
        // What is wrong with the file was said above; the plan is that of the last good one.
        if !isConfigured { throw ExitCode(2) }
    }
}

/// `host plan --json`: stable names, one object a service.
struct PlanDocument: Codable, Sendable {
    struct Entry: Codable, Sendable {
        var service: String
        var kind: String
        var path: String
        /// It goes live together with the others of this group.
        var group: String?
        /// `deploy`, `up-to-date` or `held`.
        var decision: String
        var reasons: [String]
        /// What a plugin recognised it by.
        var evidence: String?
        var revision: String
    }
    var schema = 1
    var revision: String
    var services: [Entry]
    /// What is amiss with the plugins that the commit pins or `deployer.yaml` names.
    var plugins: [PinNote]

    init(_ plan: Plan, pins: [PinNote] = []) {
        plugins = pins
        revision = plan.revision.hex
        services = plan.items.map { item in
            let (decision, reasons): (String, [String]) =
                switch item.decision {
                case .deploy(let reasons): ("deploy", reasons.map(\.text))
                case .upToDate: ("up-to-date", [])
                case .held(let why): ("held", [why])
                }
            return Entry(
                service: item.service.name.text, kind: item.service.kind, path: item.service.path,
                group: item.service.group, decision: decision,
                reasons: reasons, evidence: item.service.evidence, revision: item.revision.hex)
        }
    }

    var text: String { ([serviceText] + plugins.map { TerminalText.neutralised($0.text) }).joined(separator: "\n") }

    private var serviceText: String {
        guard !services.isEmpty else {
            return "\(revision.prefix(12)): no services; name some in deployer.yaml or put their folders under repos/"
        }
        let width = services.map(\.service.count).max() ?? 0
        let lines = services.map { entry in
            let name = entry.service + String(repeating: " ", count: width - entry.service.count)
            let evidence = entry.evidence.map { " [\(entry.kind): \($0)]" } ?? " [\(entry.kind)]"
            let why = entry.reasons.isEmpty ? "" : ": " + entry.reasons.joined(separator: "; ")
            let group = entry.group.map { " (group '\($0)')" } ?? ""
            return "  \(name)  \(entry.decision)\(why)\(evidence)\(group)"
        }
        let due = services.count { $0.decision == "deploy" }
        return (["\(revision.prefix(12)): \(due) of \(services.count) service(s) would be deployed"] + lines).joined(
            separator: "\n")
    }
}

/// Plans beside a daemon that may be running: reads its history, and looks at unknown folders in a worktree of its own.
enum Planning {
    /// - Returns: the plan in force, whether the configuration of that commit could be used for it, and what is amiss with its
    ///   plugins.
    static func plan(_ invocation: Invocation, warn: @escaping @Sendable (String) -> Void) async throws(Failure) -> (
        plan: Plan, isConfigured: Bool, pins: [PinNote]
    ) {
        let layout = invocation.layout
        try Folder.make(layout.own)
        try Folder.make(layout.plugins)
        // Before the first cycle there is no history; an empty one answers the same.
        let empty = "\(layout.own)/plan-\(getpid()).sqlite"
        let history: HistoryStore
        do throws(Failure) {
            history = try await HistoryStore.openReadOnly(at: layout.history)
        } catch {
            guard error.code.rawValue == "history.none" else { throw error }
            history = try await HistoryStore.open(at: empty)
        }
        let narrator = Narrator(
            folder: layout.logs, show: { if $0.level == .warning || $0.level == .error { warn($0.text) } })
        let around = Generation.Surroundings(
            invocation: invocation, history: history, narrator: narrator, masker: SecretMasker(), groups: .none,
            transport: HTTPTransport())
        let result: Result<(plan: Plan, isConfigured: Bool, pins: [PinNote]), Failure>
        do throws(Failure) {
            result = .success(try await plan(around))
        } catch {
            result = .failure(error)
        }
        await around.transport.shutdown()
        await history.close()
        for suffix in ["", "-wal", "-shm", "-lock", ".lock"] { try? Folder.remove(empty + suffix) }
        return try result.get()
    }

    private static func plan(_ around: Generation.Surroundings) async throws(Failure) -> (
        plan: Plan, isConfigured: Bool, pins: [PinNote]
    ) {
        let look = "\(around.invocation.layout.worktrees)/plan-\(getpid())"
        let generation = try await Generation.make(around, detection: look)
        let result: Result<Plan, Failure>
        do throws(Failure) {
            result = .success(try await generation.engine.plan())
            for note in await generation.parts.planMaker.options.notes {
                generation.parts.narrator.say(LogLine(note, level: .warning))
            }
        } catch {
            result = .failure(error)
        }
        await generation.parts.catalog.looks.discard()
        let plan = try result.get()
        let configuration = generation.parts.configuration
        let pins = await generation.parts.pins.notes(at: plan.revision, named: configuration.plugins)
        return (plan, configuration.problems == nil, pins)
    }
}
