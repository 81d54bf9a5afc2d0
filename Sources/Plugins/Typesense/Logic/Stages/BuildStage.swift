import PluginKit

/// Validates every file, without a server.
struct BuildStage {
    let context: StageContext
    init(_ context: StageContext) { self.context = context }

    func run() throws -> StageResult {
        let reader = try DefinitionReader(context.sourceDirectory)
        for problem in reader.problems { context.diagnostic(problem.diagnostic) }
        if let result = Self.refusal(reader) { return result }
        let definitions = reader.definitions
        if definitions.isEmpty { return .ok("the files declare nothing") }
        let documents = definitions.collections.reduce(0) { $0 + ($1.seed?.count ?? 0) }
        return .ok(
            "\(definitions.collections.count) collections, \(documents) documents to seed and what belongs to them are valid"
        )
    }

    static func refusal(_ reader: DefinitionReader) -> StageResult? {
        let count = reader.errors.count
        return count == 0 ? nil : .failed("\(count) problem\(count == 1 ? "" : "s") in the files")
    }
}

/// Says what a deployment would change, and what somebody changed by hand.
struct PlanStage {
    let work: Work
    init(_ work: Work) { self.work = work }

    func run() throws -> StageResult {
        let reader = try DefinitionReader(work.context.sourceDirectory)
        for problem in reader.errors { work.context.diagnostic(problem.diagnostic) }
        if let refusal = BuildStage.refusal(reader) { return refusal }
        let preparation = try Preparation(work, reader.definitions)
        var changes = preparation.changes
        for seed in DeployStage.seeds(preparation, work.record) {
            changes.append(
                PlanChange(
                    .update, "documents of '\(seed.name)'",
                    reason: "\(seed.seed.count) of '\(seed.seed.file)' are upserted"))
        }
        work.context.plan(changes)
        work.context.output("version", preparation.version.description)
        for plan in preparation.collections {
            work.context.output("documents:\(plan.collection.name)", "\(plan.documents)")
        }
        return changes.isEmpty ? .noChange("the server has what the files declare") : .ok("\(changes.count) changes")
    }
}
