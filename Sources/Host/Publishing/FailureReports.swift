import Diagnostics
import Git
import Model
import Pipeline

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Makes the report of each service that a cycle left failed: what went wrong, where, and what changed since it was well.
struct FailureReports: Sendable {
    let repository: GitRepository
    let mask: @Sendable (String) -> String
    /// The log lines of a service in the present cycle, head and tail.
    let excerpt: @Sendable (ServiceName) -> LogExcerpt?
    /// Takes each report into the history.
    let keep: @Sendable (FailureReport, _ document: [UInt8]) async -> Void

    /// - Parameters:
    ///   - results: of all services of the cycle.
    ///   - states: as they were before it.
    /// - Returns: file names (`report-api.json`) and documents.
    func make(
        _ results: [ServiceResult], cycle: Int64, plan: Plan, states: [ServiceName: ServiceState]
    ) async -> [String: [UInt8]] {
        var documents: [String: [UInt8]] = [:]
        for service in results where service.outcome == .failed || service.outcome == .rolledBack {
            guard let item = plan.items.first(where: { $0.service.name == service.service }) else { continue }
            let group = Self.group(of: item, results, plan)
            // Rolled back for another member's failure, which has the report.
            if group != nil, !Self.hasFailed(service) { continue }
            guard
                let report = await report(
                    service, item: item, group: group, cycle: cycle, lastGood: states[service.service]?.deployed)
            else { continue }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(report) else { continue }
            await keep(report, Array(data))
            documents["report-\(service.service.fileName).json"] = Array(data)
        }
        return documents
    }

    private static func hasFailed(_ result: ServiceResult) -> Bool {
        result.stages.contains { !$0.status.allowsProgress && $0.status != .cancelled }
    }

    /// What became of those that were to go live with a service; nil where it was on its own.
    private static func group(of item: Plan.Item, _ results: [ServiceResult], _ plan: Plan) -> FailureReport.Group? {
        guard let name = item.service.group else { return nil }
        let names = Set(plan.items.filter { $0.service.group == name }.map(\.service.name))
        let members = results.filter { names.contains($0.service) }
        guard members.count > 1 else { return nil }
        return FailureReport.Group(
            name: name,
            members: members.map { .init(service: $0.service, outcome: $0.outcome.rawValue, note: $0.note) })
    }

    private func report(
        _ result: ServiceResult, item: Plan.Item, group: FailureReport.Group?, cycle: Int64, lastGood: Release?
    ) async -> FailureReport? {
        var context = ReportBuilder.Context(service: result.service, revision: item.revision)
        context.cycle = cycle
        context.group = group
        context.lastGood = lastGood?.revision
        context.log = excerpt(result.service)
        if let lastGood, item.service.remote == nil {
            context.change = try? await repository.diff(
                from: lastGood.revision, to: item.revision, under: item.service.path
            ).text
        }
        let files = Set(result.stages.flatMap(\.diagnostics).compactMap { $0.location?.file })
        var sources: [String: String] = [:]
        for file in files where item.service.remote == nil && !file.hasPrefix("/") {
            let path = item.service.path.isEmpty ? file : "\(item.service.path)/\(file)"
            if let bytes = try? await repository.content(of: path, in: item.revision) {
                sources[file] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return ReportBuilder().report(result.stages, context: context, source: { sources[$0] }, mask: mask)
    }
}
