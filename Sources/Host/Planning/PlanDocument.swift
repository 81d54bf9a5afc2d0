import Logs
import Model
import Pipeline
import PluginStore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
        /// Services of the same folder that come first.
        var after: [String]?
        /// What its plugin's stage `plan` answered; absent where there is none, or it was not asked.
        var plan: Answer?
    }
    struct Answer: Codable, Sendable {
        /// As stages end: `ok`, `no-change`, `failed`, `unavailable`, `timed-out` …
        var status: String
        var summary: String
        var changes: [PlannedChange]
        var diagnostics: [CycleDocument.DiagnosticEntry]?
    }
    struct Folder: Codable, Sendable {
        struct Claim: Codable, Sendable {
            var kind: String
            var plugin: String
            /// 0 to 100.
            var confidence: Int
            var evidence: String
            /// `service`, `companion`, `idle` (a companion that nobody asked for), `refined` (one service with another kind) or
            /// `unsure`.
            var use: String
            var service: String?
            var note: String?
        }
        var path: String
        var claims: [Claim]
        var note: String?
    }

    var schema = 1
    var revision: String
    var services: [Entry]
    /// What is amiss with the plugins that the commit pins or `deployer.yaml` names.
    var plugins: [PinNote]
    /// What was recognised under `repos/`; absent where deployer.yaml names the services.
    var folders: [Folder]?
    /// The text for deployer.yaml that leaves everything as it is, to be changed from there; absent as `folders` is.
    var overrule: String?

    /// - Parameter changes: how the stage `plan` of services ended.
    init(
        _ prospect: CycleEngine.Prospect, changes: [ServiceName: StageOutcome] = [:], pins: [PinNote] = []
    ) {
        plugins = pins
        let plan = prospect.plan
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
                reasons: reasons, evidence: item.service.evidence, revision: item.revision.hex,
                after: item.service.after.isEmpty ? nil : item.service.after.map(\.text),
                plan: changes[item.service.name].map(Answer.init))
        }
        guard let recognised = prospect.listing?.folders else { return }
        folders = recognised.map(Folder.init)
        overrule = PlanOverrule(recognised).text
        remarkable = Set(recognised.filter(\.isRemarkable).map(\.path))
        advice = PlanOverrule(recognised.filter(\.isRemarkable)).lines
    }

    /// For people only.
    private(set) var remarkable: Set<String> = []
    private(set) var advice: [String] = []

    private enum CodingKeys: String, CodingKey { case schema, revision, services, plugins, folders, overrule }
}

extension PlanDocument.Answer {
    init(_ outcome: StageOutcome) {
        status = outcome.status.rawValue
        summary = outcome.summary
        changes = []
        diagnostics =
            outcome.diagnostics.isEmpty ? nil : outcome.diagnostics.map(CycleDocument.DiagnosticEntry.init)
        guard outcome.status.allowsProgress, let text = outcome.outputs["plan"] else { return }
        do {
            changes = try JSONDecoder().decode([PlannedChange].self, from: Data(text.utf8))
        } catch {
            status = StageStatus.failed.rawValue
            summary = "its output 'plan' is not the list that plugins are to give (see WritingAPlugin.md)"
        }
    }
}

extension PlanDocument.Folder {
    init(_ folder: FolderServices) {
        path = folder.path
        note = folder.note ?? folder.entries.first { $0.service.kind == FolderNaming.unknown }?.obstacle
        claims = folder.claims.map {
            Claim(
                kind: $0.detection.kind, plugin: $0.detection.plugin, confidence: $0.detection.confidence,
                evidence: $0.detection.evidence, use: $0.use.rawValue, service: $0.service?.text, note: $0.note)
        }
    }
}
