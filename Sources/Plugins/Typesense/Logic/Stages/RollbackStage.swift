import Model
import PluginKit

/// Makes live what the last successful deployment left.
///
/// Aliases flip back in one call each. A collection that was altered in place loses the fields it gained. What was written in
/// the meantime stays where it was written: the server keeps no history, and this says so.
struct RollbackStage {
    let work: Work
    init(_ work: Work) { self.work = work }

    func run() throws -> StageResult {
        let reader = try? DefinitionReader(work.context.sourceDirectory)
        guard let record = work.record else { return try takeAway(reader?.definitions) }
        let version = try work.version()
        var behind: [String: String] = [:]
        var failures: [String] = []
        for (name, entry) in record.collections.sorted(by: { $0.key < $1.key }) {
            behind[name] = entry.live
            if let problem = try restore(name, entry) { failures.append(problem) }
        }
        let store = ResourceStore(server: work.server, version: version, collections: behind)
        try restoreResources(record, store, reader?.definitions)
        try removeNew(record, reader?.definitions)
        guard failures.isEmpty else {
            return .failed(
                "\(failures.count) of \(record.collections.count) collections could not be rolled back: \(failures[0])")
        }
        return .ok("what was live before is live again")
    }

    /// Returns what could not be undone.
    private func restore(_ name: String, _ entry: DeploymentRecord.Entry) throws -> String? {
        if !entry.isAlias, let current = try work.collections.target(of: name) {
            return try unadopt(name, entry, from: current)
        }
        guard let live = try work.collections.live(entry.live) else {
            let text = "'\(entry.live)', which was live as '\(name)', is gone"
            work.report(
                .error, Failure.Code.state.rawValue, text, "Restore it from a snapshot, or deploy the revision anew.")
            return text
        }
        let current = try work.collections.target(of: name)
        if entry.isAlias, current != entry.live {
            if let current, let documents = try work.collections.live(current)?["num_documents"]?.integer {
                let old = live["num_documents"]?.integer ?? 0
                work.report(
                    .note, "typesense.rollback",
                    "'\(name)' leads from '\(current)' (\(documents) documents) back to '\(entry.live)' (\(old))",
                    "What was written since the flip is in '\(current)' only, until the next deployment removes it.")
            }
            try work.collections.point(name, to: entry.live)
        }
        let difference = SchemaDifference(declared: entry.echo, live: live, unheeded: Set(entry.unheeded))
        let gained = difference.changes.compactMap {
            if case .removed(let field) = $0 { field } else { nil as String? }
        }
        guard !gained.isEmpty else { return nil }
        work.context.log("collection '\(name)': the fields \(gained.joined(separator: ", ")) are taken back")
        let types = (live["fields"]?.array ?? []).reduce(into: [String: PluginJSON]()) { types, field in
            if let name = field["name"]?.string { types[name] = field["type"] }
        }
        let drops = gained.map { PluginJSON.object(["name": .string($0), "type": types[$0] ?? "auto", "drop": true]) }
        let timeLeft = max(work.context.timeLeft - .seconds(2), .seconds(1))
        let reply = try work.collections.alter(entry.live, ["fields": .array(drops)], timeout: timeLeft)
        guard reply.isSuccess else {
            let text = "the fields \(gained.joined(separator: ", ")) of '\(name)' stay: \(reply.message)"
            work.report(.error, Failure.Code.refused.rawValue, text, nil)
            return text
        }
        work.report(
            .note, "typesense.rollback",
            "documents of '\(name)' keep what they hold under \(gained.joined(separator: ", "))",
            "The server indexes it no longer; it is part of the stored documents.")
        return nil
    }

    /// A name that was a collection's own and has become an alias: the documents lie where the deployment moved them before
    /// it changed anything. The name stays an alias.
    private func unadopt(_ name: String, _ entry: DeploymentRecord.Entry, from current: String) throws -> String? {
        let moved = CollectionDeployment.adoptedName(name, entry.echo)
        guard try work.collections.live(moved) != nil else {
            let text = "'\(moved)', to which the documents of '\(name)' were moved, is gone"
            work.report(
                .error, Failure.Code.state.rawValue, text, "Restore it from a snapshot, or deploy the revision anew.")
            return text
        }
        if current != moved { try work.collections.point(name, to: moved) }
        work.report(
            .note, "typesense.rollback", "'\(name)' leads from '\(current)' to '\(moved)', which holds what it held",
            "It was a collection of its own before; it stays an alias.")
        return nil
    }

    private func restoreResources(_ record: DeploymentRecord, _ store: ResourceStore, _ failed: Definitions?) throws {
        for topic in SourceLayout.Topic.allCases where topic != .documents {
            let wanted = record.resources[topic] ?? [:]
            let began = failed?.resources(topic) ?? [:]
            guard !wanted.isEmpty || !began.isEmpty else { continue }
            guard let live = try store.read(topic, of: Set(wanted.keys).union(began.keys).sorted()) else { continue }
            var plan = ResourcePlan()
            let resolved =
                topic == .aliases
                ? wanted.mapValues { value in
                    let target = value["collection_name"]?.string ?? ""
                    return PluginJSON.object(["collection_name": .string(store.collections[target] ?? target)])
                } : wanted
            plan.add(topic, declared: resolved, recorded: began, live: live)
            for step in plan.steps {
                work.context.log("\(step.topic.singular) '\(step.name)': taken back")
                if step.action == .remove {
                    try store.remove(topic, step.name, step.value)
                } else {
                    try store.put(topic, step.name, step.value)
                }
            }
        }
    }

    /// Collections that only the failed deployment had.
    private func removeNew(_ record: DeploymentRecord, _ failed: Definitions?) throws {
        for collection in failed?.collections ?? [] where record.collections[collection.name] == nil {
            try removeMade(collection.name)
        }
    }

    private func takeAway(_ definitions: Definitions?) throws -> StageResult {
        guard let definitions else { return .noChange("nothing had been deployed") }
        let version = try work.version()
        let store = ResourceStore(server: work.server, version: version, collections: [:])
        var kept: [String] = []
        for topic in SourceLayout.Topic.allCases where topic != .documents && !definitions.resources(topic).isEmpty {
            // Without a record nobody knows what was there before; only what the deployment made itself goes with its collection.
            if try store.read(topic, of: []) != nil { kept.append(topic.rawValue) }
        }
        for collection in definitions.collections { try removeMade(collection.name) }
        if !kept.isEmpty {
            work.context.log(
                "\(kept.joined(separator: ", ")) stay as they are: it is not known what was there before the first deployment",
                level: .warning)
        }
        return .ok("what the first deployment began is taken away")
    }

    /// Only what carries a name that was made here: a collection that was there before is somebody's.
    private func removeMade(_ name: String) throws {
        guard let target = try work.collections.target(of: name), VersionedName.isOne(target, of: name) else { return }
        let job = try work.desk.job(target: target)
        guard job?.replacesName != true else { return }
        work.context.log("collection '\(name)': '\(target)' and the alias are taken away")
        try work.collections.deleteAlias(name)
        try work.collections.delete(target)
    }
}
