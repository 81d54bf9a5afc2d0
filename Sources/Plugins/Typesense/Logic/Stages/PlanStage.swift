import PluginKit

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
