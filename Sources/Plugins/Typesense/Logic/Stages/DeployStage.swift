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
        let reader = try DefinitionReader(work.context.sourceDirectory)
        for problem in reader.errors { work.context.diagnostic(problem.diagnostic) }
        if let refusal = BuildStage.refusal(reader) { return refusal }
        try finishFlips()
        let preparation = try Preparation(work, reader.definitions)
        for change in preparation.changes where change.action == .drift {
            work.context.log("\(change.subject): \(change.reason)", level: .warning)
        }
        let seeds = Self.seeds(preparation, work.record)
        if preparation.isEmpty, seeds.isEmpty, let record = work.record, !isOutdated(record, preparation) {
            try tidy(record)
            return .noChange("the server has what the files declare")
        }
        try work.context.checkCancellation()

        // Sets must be there before a collection names them.
        var steps = preparation.resources.steps
        if preparation.version.hasSets {
            try carryOut(
                steps.filter { $0.action != .remove && [.synonyms, .overrides].contains($0.topic) }, preparation.store)
            steps.removeAll { $0.action != .remove && [.synonyms, .overrides].contains($0.topic) }
        }
        var record = DeploymentRecord()
        var behind: [String: String] = [:]
        for plan in preparation.collections {
            let deployment = CollectionDeployment(work, plan, preparation)
            let entry = try deployment.run()
            record.collections[plan.collection.name] = entry
            behind[plan.collection.name] = entry.live
        }
        let store = ResourceStore(server: work.server, version: preparation.version, collections: behind)
        try carryOut(steps, store)
        try followAliases(reader.definitions, store)
        for (name, seed) in seeds {
            try SeedImport(work, seed).run(into: behind[name] ?? name)
        }
        for topic in SourceLayout.Topic.allCases { record.resources[topic] = reader.definitions.resources(topic) }
        for collection in reader.definitions.collections {
            record.collections[collection.name]?.seed = collection.seed?.digest
            let count = try work.collections.live(behind[collection.name] ?? collection.name)?["num_documents"]?.integer
            record.collections[collection.name]?.documents = count ?? 0
            work.context.output("documents:\(collection.name)", "\(count ?? 0)")
        }
        work.context.checkpoint(try record.checkpoint(folder: work.context.releaseDirectory))
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

    /// A copy that was complete when its deployment ended is made live to the end.
    private func finishFlips() throws {
        for var job in try work.desk.jobs where job.phase == .flipping {
            work.context.log("the copy of '\(job.source)' to '\(job.target)' was complete; it is made live")
            if let target = try work.collections.live(job.target) {
                let source = try work.collections.live(job.source)
                job.transform = DocumentTransform(
                    from: source?["fields"]?.array ?? [], to: target["fields"]?.array ?? [],
                    given: work.options.defaults[job.name] ?? [:])
                var copy = CollectionCopy(work, job)
                try copy.flip()
            } else {
                try work.desk.forget(job.target)
            }
        }
    }

    /// What the files say was deployed already, but the record says something else (a file went that changed nothing).
    private func isOutdated(_ record: DeploymentRecord, _ preparation: Preparation) -> Bool {
        preparation.collections.contains { plan in
            guard let entry = record.collections[plan.collection.name] else { return true }
            return entry.live != plan.current || entry.schema != plan.collection.schema
        }
            || SourceLayout.Topic.allCases.contains {
                preparation.definitions.resources($0) != record.resources[$0] ?? [:]
            }
            || !preparation.abandoned.isEmpty
    }

    private func carryOut(_ steps: [ResourcePlan.Step], _ store: ResourceStore) throws {
        for step in steps {
            try work.context.checkCancellation()
            work.context.log("\(step.topic.singular) '\(step.name)': \(step.action) (\(step.reason))")
            switch step.action {
            case .create, .update: try store.put(step.topic, step.name, step.value)
            case .remove: try store.remove(step.topic, step.name, step.value)
            }
        }
    }

    /// Further aliases of a collection that has been replaced follow it.
    private func followAliases(_ definitions: Definitions, _ store: ResourceStore) throws {
        guard !definitions.aliases.isEmpty else { return }
        let live = try work.collections.aliases()
        for (alias, name) in definitions.aliases.sorted(by: { $0.key < $1.key }) {
            let target = store.collections[name] ?? name
            if live[alias] != target { try work.collections.point(alias, to: target) }
        }
    }

    private func tidy(_ record: DeploymentRecord) throws {
        try Retention(work).run(record)
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
