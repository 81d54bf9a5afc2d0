import Diagnostics
import Logs
import Model

/// What a cycle found out about its revision, for agents: diagnostics whole, with notes and fix-its.
struct CycleFindings: Encodable {
    struct Entry: Encodable {
        var service: String
        var outcome: String
        var note: String?
        var stages: [StageEntry]
    }
    struct StageEntry: Encodable {
        var stage: String
        var status: String
        var summary: String
        var diagnostics: [Diagnostic]
        var fingerprints: [String]
        var tests: CycleDocument.TestEntry?
    }

    var revision: String
    var cycle: Int64
    var outcome: String
    var services: [Entry]
    /// Diagnostics that the limit left out.
    var omitted: Int

    init(_ record: CycleRecord, service: ServiceName?, limit: Int) {
        revision = record.revision.hex
        cycle = record.id
        outcome = record.outcome.rawValue
        var left = limit
        var omitted = 0
        services = record.services.filter { service == nil || $0.service == service }.map { result in
            Entry(
                service: result.service.text, outcome: result.outcome.rawValue, note: result.note,
                stages: result.stages.map { stage in
                    let shown = Array(stage.diagnostics.prefix(left))
                    left -= shown.count
                    omitted += stage.diagnostics.count - shown.count
                    return StageEntry(
                        stage: stage.stage.rawValue, status: stage.status.rawValue, summary: stage.summary,
                        diagnostics: shown, fingerprints: shown.map(\.fingerprint),
                        tests: stage.tests.map(CycleDocument.TestEntry.init))
                })
        }
        self.omitted = omitted
    }
}
