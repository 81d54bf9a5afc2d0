import Model
package import PluginKit

/// Files, server and the last deployment looked at together: what a deployment would do. Changes nothing.
package struct Preparation {
    package let definitions: Definitions
    package let version: ServerVersion
    package let store: ResourceStore
    package let collections: [CollectionPlan]
    package let resources: ResourcePlan
    /// What the server has of each topic that is looked at, by name.
    package let live: [SourceLayout.Topic: [String: PluginJSON]]
    /// Collections that were deployed and are declared no longer.
    package let abandoned: [String]

    /// - Throws: `typesense.version` when the server does not have what the files declare; the diagnostics say where.
    package init(_ work: Work, _ definitions: Definitions) throws {
        self.definitions = definitions
        version = try work.version()
        let live = work.collections
        var plans: [CollectionPlan] = []
        for collection in definitions.collections {
            let target = try live.target(of: collection.name)
            let schema = try live.live(target ?? collection.name)
            let declared = Self.completed(collection, definitions, version, schema, work.record)
            let added = SchemaDifference(declared: declared.schema, live: schema ?? ["fields": []]).addedFields
            let hasDefaults = added.contains { work.options.defaults[collection.name]?[$0] != nil }
            plans.append(
                CollectionPlan(
                    declared, current: schema == nil ? nil : target ?? collection.name, isAlias: target != nil,
                    live: schema, entry: work.record?.collections[collection.name], hasDefaults: hasDefaults))
        }
        collections = plans
        let behind = plans.compactMap { plan in plan.current.map { (plan.collection.name, $0) } }
        store = ResourceStore(
            server: work.server, version: version,
            collections: Dictionary(behind, uniquingKeysWith: { first, _ in first }))
        (resources, self.live) = try Self.resources(work, definitions, store, version)
        let names = Set(definitions.collections.map(\.name))
        abandoned = (work.record?.collections.keys.sorted() ?? []).filter { !names.contains($0) }
    }

    package var isEmpty: Bool {
        resources.steps.isEmpty && collections.allSatisfy { $0.action == .keep }
    }

    package var changes: [PlanChange] {
        collections.flatMap(\.changes) + resources.changes
            + abandoned.map {
                PlanChange(
                    .drift, "collection '\($0)'",
                    reason: "it is declared no longer; the deployer leaves it and its documents alone")
            }
    }

    /// A set of synonyms belongs to the collection of its name, where the server knows sets. Sets of curation are named by
    /// searches: the API's description knows no member of collections for them. A set whose file is gone is removed, so the
    /// collection must not name it any more.
    private static func completed(
        _ collection: Definitions.Collection, _ definitions: Definitions, _ version: ServerVersion,
        _ live: PluginJSON?, _ record: DeploymentRecord?
    ) -> Definitions.Collection {
        guard version.hasSets, var schema = collection.schema.object else { return collection }
        var sets = schema["synonym_sets"]?.strings
        if definitions.synonyms[collection.name] != nil {
            if sets?.contains(collection.name) != true { sets = (sets ?? []) + [collection.name] }
        } else if sets == nil, record?.resources[.synonyms]?[collection.name] != nil,
            let named = live?["synonym_sets"]?.strings, named.contains(collection.name)
        {
            sets = named.filter { $0 != collection.name }
        }
        schema["synonym_sets"] = sets.map { .array($0.map(PluginJSON.string)) }
        var completed = collection
        completed.schema = .object(schema)
        return completed
    }

    /// A schema in which naming no set is as saying nothing of sets.
    package static func comparable(_ schema: PluginJSON) -> PluginJSON {
        var members = schema.object ?? [:]
        for key in ["synonym_sets", "curation_sets"] where members[key] == [] { members[key] = nil }
        return .object(members)
    }

    private static func resources(
        _ work: Work, _ definitions: Definitions, _ store: ResourceStore, _ version: ServerVersion
    ) throws -> (ResourcePlan, [SourceLayout.Topic: [String: PluginJSON]]) {
        var plan = ResourcePlan()
        var all: [SourceLayout.Topic: [String: PluginJSON]] = [:]
        var missing: [PluginDiagnostic] = []
        for topic in SourceLayout.Topic.allCases where topic != .documents {
            var declared = definitions.resources(topic)
            let recorded = work.record?.resources[topic] ?? [:]
            guard !declared.isEmpty || !recorded.isEmpty else { continue }
            guard var live = try store.read(topic, of: Set(declared.keys).union(recorded.keys).sorted()) else {
                guard !declared.isEmpty else { continue }
                for name in declared.keys.sorted() {
                    var diagnostic = PluginDiagnostic(
                        .error, code: Failure.Code.version.rawValue,
                        summary:
                            "Typesense \(version) has no \(topic == .analytics ? "analytics rules" : topic.rawValue)",
                        at: definitions.file(topic, name).map { .init(file: $0) })
                    diagnostic.detail = "Use a later version, or take the file away."
                    missing.append(diagnostic)
                }
                continue
            }
            all[topic] = live
            if topic == .aliases {
                // Compared by what is behind the names.
                declared = declared.mapValues { value in
                    let target = value["collection_name"]?.string ?? ""
                    return ["collection_name": .string(store.collections[target] ?? target)]
                }
                plan.add(
                    topic, declared: declared, recorded: recorded.filter { definitions.aliases[$0.key] == nil },
                    live: live)
                continue
            }
            if topic == .keys { live = live.mapValues { Self.withoutDefaults($0) } }
            plan.add(topic, declared: declared, recorded: recorded, live: live)
        }
        guard missing.isEmpty else {
            throw PluginFailure(
                .failed("Typesense \(version) does not have everything that the files declare"), diagnostics: missing)
        }
        for index in plan.steps.indices {
            let step = plan.steps[index]
            plan.steps[index].declared = definitions.resources(step.topic)[step.name]
        }
        return (plan, all)
    }

    /// A key without an end has one in the year 4021.
    private static func withoutDefaults(_ key: PluginJSON) -> PluginJSON {
        var members = key.object ?? [:]
        if members["expires_at"]?.integer ?? 0 > 64_000_000_000 { members["expires_at"] = nil }
        return .object(members)
    }
}

extension Definitions {
    /// What is declared of a topic, by name, in the form in which servers are compared with it.
    package func resources(_ topic: SourceLayout.Topic) -> [String: PluginJSON] {
        switch topic {
        case .aliases: aliases.mapValues { ["collection_name": .string($0)] }
        case .synonyms: synonyms.mapValues { .array($0) }
        case .overrides: overrides.mapValues { .array($0) }
        case .stopwords: stopwords
        case .presets: presets
        case .analytics: rules
        case .keys:
            Dictionary(
                keys.values.map { ($0["description"]?.string ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        case .documents: [:]
        }
    }

    func file(_ topic: SourceLayout.Topic, _ name: String) -> String? {
        files["\(topic.rawValue)/\(name)"]
            ?? (topic == .keys
                ? keys.first { $0.value["description"]?.string == name }.flatMap { files["keys/\($0.key)"] } : nil)
    }
}
