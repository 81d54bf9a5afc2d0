import Model
import PluginKit

/// Brings what is beside collections back to what the last successful deployment left, and what it did not know to what the
/// failed one found.
struct ResourceRollback {
    private let work: Work
    private let store: ResourceStore
    private let recorded: [SourceLayout.Topic: [String: PluginJSON]]
    /// null where there was none.
    private let found: [SourceLayout.Topic: [String: PluginJSON]]

    init(
        _ work: Work, _ store: ResourceStore, _ recorded: [SourceLayout.Topic: [String: PluginJSON]],
        _ found: [SourceLayout.Topic: [String: PluginJSON]]
    ) {
        self.work = work
        self.store = store
        self.recorded = recorded
        self.found = found
    }

    func run(_ topics: [SourceLayout.Topic], removing: Bool) throws {
        for topic in topics where topic != .documents {
            for step in try plan(topic).steps where removing || step.action != .remove {
                if topic == .keys, step.action != .remove, recorded[.keys]?[step.name] == nil {
                    work.report(
                        .warning, "typesense.rollback", "the key '\(step.name)' is not what it was",
                        "It was made by somebody else, and only he knows its value: make it anew.")
                    continue
                }
                work.context.log("\(topic.singular) '\(step.name)': taken back")
                switch step.action {
                case .create, .update: try store.put(topic, step.name, step.value)
                case .remove: try store.remove(topic, step.name, step.value)
                }
            }
        }
    }

    private func plan(_ topic: SourceLayout.Topic) throws -> ResourcePlan {
        var plan = ResourcePlan()
        var wanted = recorded[topic] ?? [:]
        if topic == .aliases {
            wanted = wanted.mapValues { value in
                let target = value["collection_name"]?.string ?? ""
                return ["collection_name": .string(store.collections[target] ?? target)]
            }
        }
        let others = (found[topic] ?? [:]).filter { wanted[$0.key] == nil }
        let names = Set(wanted.keys).union(others.keys).sorted()
        guard !names.isEmpty, let live = try store.read(topic, of: names) else { return plan }
        wanted.merge(others.filter { $0.value != .null }) { known, _ in known }
        plan.add(topic, declared: wanted, recorded: others.filter { $0.value == .null }, live: live)
        return plan
    }
}
