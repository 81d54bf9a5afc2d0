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

    /// - Returns: file names (`report-api.json`) and documents.
    func make(
        _ result: CycleDriver.Result, cycle: Int64, plan: Plan, states: [ServiceName: ServiceState]
    ) async -> [String: [UInt8]] {
        var documents: [String: [UInt8]] = [:]
        for service in result.services where service.outcome == .failed || service.outcome == .rolledBack {
            guard let item = plan.items.first(where: { $0.service.name == service.service }),
                let report = await report(
                    service, item: item, cycle: cycle, lastGood: states[service.service]?.deployed)
            else { continue }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(report) else { continue }
            documents["report-\(service.service.fileName).json"] = Array(data)
        }
        return documents
    }

    private func report(_ result: ServiceResult, item: Plan.Item, cycle: Int64, lastGood: Release?) async
        -> FailureReport?
    {
        var context = ReportBuilder.Context(service: result.service, revision: item.revision)
        context.cycle = cycle
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
