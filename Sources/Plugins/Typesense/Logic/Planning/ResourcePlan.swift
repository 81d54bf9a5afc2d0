package import PluginKit

/// What becomes of the things beside collections: aliases, stopwords, presets, rules, keys, synonyms, overrides.
package struct ResourcePlan: Sendable {
    package enum Action: Hashable, Sendable { case create, update, remove }
    package struct Step: Sendable {
        package var topic: SourceLayout.Topic
        package var name: String
        package var action: Action
        package var value: PluginJSON
        package var reason: String
        /// As in the file, where `value` is what it comes to on this server.
        package var declared: PluginJSON?
    }
    package var steps: [Step] = []
    package var drift: [PlanChange] = []

    package init() {}

    /// - Parameters:
    ///   - declared, recorded: as in files, now and at the last deployment.
    ///   - live: as the server has them, in the same form.
    package mutating func add(
        _ topic: SourceLayout.Topic, declared: [String: PluginJSON], recorded: [String: PluginJSON],
        live: [String: PluginJSON]
    ) {
        for (name, value) in declared.sorted(by: { $0.key < $1.key }) {
            let before = live[name]
            let isSame = before.map { Self.covers($0, value, topic) } ?? false
            if let old = recorded[name], old == value, !isSame {
                let what = before == nil ? "was taken away" : "was changed"
                drift.append(
                    PlanChange(
                        .drift, "\(topic.singular) '\(name)'", reason: "\(what) by hand; the deployment takes it back"))
            }
            if isSame { continue }
            steps.append(
                Step(
                    topic: topic, name: name, action: before == nil ? .create : .update, value: value,
                    reason: before == nil ? "there is none" : Self.reason(before, value)))
        }
        for (name, value) in recorded.sorted(by: { $0.key < $1.key }) where declared[name] == nil && live[name] != nil {
            steps.append(Step(topic: topic, name: name, action: .remove, value: value, reason: "its file is gone"))
        }
    }

    package var changes: [PlanChange] {
        drift
            + steps.map { step in
                let action: PlanChange.Action =
                    switch step.action {
                    case .create: .create
                    case .update: .update
                    case .remove: .remove
                    }
                return PlanChange(action, "\(step.topic.singular) '\(step.name)'", reason: step.reason)
            }
    }

    private static func reason(_ before: PluginJSON?, _ after: PluginJSON) -> String {
        let names = (after.object ?? [:]).filter { name, value in
            before?[name].map { !covers($0, value, nil) } ?? true
        }.keys.sorted()
        return names.isEmpty ? "it is different" : "different: \(names.joined(separator: ", "))"
    }

    /// Whether the server has what is declared; what it says beyond that are its own defaults.
    static func covers(_ live: PluginJSON, _ declared: PluginJSON, _ topic: SourceLayout.Topic?) -> Bool {
        switch (live, declared) {
        case (.object(let live), .object(let declared)):
            return declared.allSatisfy { name, value in
                // The server never shows a key again.
                if topic == .keys, name == "value" { return true }
                return live[name].map { covers($0, value, topic) } ?? (value == .null)
            }
        case (.array(let live), .array(let declared)):
            guard live.count == declared.count else { return false }
            // A set of words has no order.
            if topic == .stopwords { return Set(live) == Set(declared) }
            if topic == .synonyms || topic == .overrides, live.allSatisfy({ $0["id"] != nil }) {
                let (left, right) = (byID(live), byID(declared))
                return right.allSatisfy { id, item in left[id].map { covers($0, item, nil) } ?? false }
            }
            return zip(live, declared).allSatisfy { covers($0, $1, topic) }
        case (.integer(let live), .number(let declared)): return Double(live) == declared
        case (.number(let live), .integer(let declared)): return live == Double(declared)
        default: return live == declared
        }
    }

    private static func byID(_ items: [PluginJSON]) -> [String: PluginJSON] {
        Dictionary(items.map { ($0["id"]?.string ?? "", $0) }, uniquingKeysWith: { _, last in last })
    }
}
