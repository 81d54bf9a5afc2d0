import Model
import PluginKit
import PluginSupport

/// Brings the server to what the files declare.
///
/// Collections first, each made live by one call; then what refers to them. What a kill interrupts is found by the next
/// deployment: a copy under way goes on, one that was being made live is made live to the end.
struct DeployStage {
    let work: Work
    init(_ work: Work) { self.work = work }

    func run() throws -> StageResult {
        try work.ledger.begin(work.record)
        let reader = try DefinitionReader(work.context.sourceDirectory)
        for problem in reader.errors { work.context.diagnostic(problem.diagnostic) }
        if let refusal = BuildStage.refusal(reader) { return refusal }
        let progress = Progress(work)
        try FlipRecovery(work, progress).run()
        let preparation = try Preparation(work, reader.definitions)
        // A flip that arrived only now is part of what was just read.
        try FlipRecovery(work, progress).run()
        for change in preparation.changes where change.action == .drift {
            work.context.log("\(change.subject): \(change.reason)", level: .warning)
        }
        let seeds = Self.seeds(preparation, work.record)
        if preparation.isEmpty, seeds.isEmpty, let record = work.record, !isOutdated(record, preparation) {
            try work.ledger.settle(record)
            try tidy(record)
            return .noChange("the server has what the files declare")
        }
        try work.context.checkCancellation()
        return try carryOut(reader.definitions, preparation, seeds, progress)
    }

    private func carryOut(
        _ definitions: Definitions, _ preparation: Preparation, _ seeds: [(name: String, seed: Definitions.Seed)],
        _ progress: Progress
    ) throws -> StageResult {
        // Sets must be there before a collection names them.
        var steps = preparation.resources.steps
        try work.ledger.write { content in
            for step in steps { content.find(step.topic, step.name, preparation.live[step.topic]?[step.name]) }
        }
        if preparation.version.hasSets {
            try carryOut(
                steps.filter { $0.action != .remove && [.synonyms, .overrides].contains($0.topic) }, preparation.store,
                progress)
            steps.removeAll { $0.action != .remove && [.synonyms, .overrides].contains($0.topic) }
        }
        var record = DeploymentRecord()
        var behind: [String: String] = [:]
        for plan in preparation.collections {
            let entry = try CollectionDeployment(work, plan, preparation, progress).run()
            record.collections[plan.collection.name] = entry
            behind[plan.collection.name] = entry.live
        }
        let store = ResourceStore(server: work.server, version: preparation.version, collections: behind)
        try carryOut(steps, store, progress)
        try followAliases(definitions, store, progress)
        for (name, seed) in seeds {
            try progress.announce()
            try SeedImport(work, seed).run(into: behind[name] ?? name)
        }
        for topic in SourceLayout.Topic.allCases { record.resources[topic] = definitions.resources(topic) }
        for collection in definitions.collections {
            record.collections[collection.name]?.seed = collection.seed?.digest
            let count = try work.collections.live(behind[collection.name] ?? collection.name)?["num_documents"]?.integer
            record.collections[collection.name]?.documents = count ?? 0
            work.context.output("documents:\(collection.name)", "\(count ?? 0)")
        }
        try progress.finish(record)
        try tidy(record)
        return .ok(Self.summary(preparation, seeds.count))
    }

    /// Files of documents that are new to a collection, or to the server.
    static func seeds(
        _ preparation: Preparation, _ record: DeploymentRecord?
    ) -> [(name: String, seed: Definitions.Seed)] {
        preparation.collections.compactMap { plan in
            guard let seed = plan.collection.seed else { return nil }
            let isKnown = record?.collections[plan.collection.name]?.seed == seed.digest
            return isKnown && plan.action != .create ? nil : (plan.collection.name, seed)
        }
    }

    /// What the files say was deployed already, but the record says something else (a file went that changed nothing).
    private func isOutdated(_ record: DeploymentRecord, _ preparation: Preparation) -> Bool {
        preparation.collections.contains { plan in
            guard let entry = record.collections[plan.collection.name] else { return true }
            return entry.live != plan.current
                || Preparation.comparable(entry.schema) != Preparation.comparable(plan.collection.schema)
        }
            || SourceLayout.Topic.allCases.contains {
                preparation.definitions.resources($0) != record.resources[$0] ?? [:]
            }
            || !preparation.abandoned.isEmpty
    }

    private func carryOut(_ steps: [ResourcePlan.Step], _ store: ResourceStore, _ progress: Progress) throws {
        for step in steps {
            try work.context.checkCancellation()
            work.context.log("\(step.topic.singular) '\(step.name)': \(step.action) (\(step.reason))")
            try progress.announce()
            switch step.action {
            case .create, .update: try store.put(step.topic, step.name, step.value)
            case .remove: try store.remove(step.topic, step.name, step.value)
            }
            try progress.note {
                $0.resources[step.topic, default: [:]][step.name] = step.action == .remove ? nil : step.declared
            }
        }
    }

    /// Further aliases of a collection that has been replaced follow it.
    private func followAliases(_ definitions: Definitions, _ store: ResourceStore, _ progress: Progress) throws {
        guard !definitions.aliases.isEmpty else { return }
        let live = try work.collections.aliases()
        for (alias, name) in definitions.aliases.sorted(by: { $0.key < $1.key }) {
            let target = store.collections[name] ?? name
            guard live[alias] != target else { continue }
            try work.ledger.write {
                $0.find(.aliases, alias, live[alias].map { ["collection_name": .string($0)] })
            }
            try progress.announce()
            try work.collections.point(alias, to: target)
        }
    }

    /// What cannot be removed now is removed another day; what is live is as it should be.
    private func tidy(_ record: DeploymentRecord) throws {
        do {
            try Retention(work).run(record)
        } catch let failure as Failure where failure.code != .cancelled {
            work.context.log(
                "what no release needs any more is not removed yet, the next deployment does that: \(failure)",
                level: .warning)
        }
    }

    private static func summary(_ preparation: Preparation, _ seeds: Int) -> String {
        func count(_ action: CollectionPlan.Action) -> Int {
            preparation.collections.filter { $0.action == action }.count
        }
        var parts: [String] = []
        for (action, text) in [
            (CollectionPlan.Action.create, "created"), (.alter, "altered in place"), (.rebuild, "rebuilt"),
        ] {
            if count(action) > 0 { parts.append("\(count(action)) collections \(text)") }
        }
        if !preparation.resources.steps.isEmpty {
            parts.append("\(preparation.resources.steps.count) other things changed")
        }
        if seeds > 0 { parts.append("\(seeds) files of documents upserted") }
        return parts.isEmpty ? "the server has what the files declare" : parts.joined(separator: ", ")
    }
}
