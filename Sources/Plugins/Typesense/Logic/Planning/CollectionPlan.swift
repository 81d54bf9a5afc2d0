package import PluginKit

/// What becomes of one collection.
package struct CollectionPlan: Sendable {
    package enum Action: Hashable, Sendable {
        case keep
        case create
        /// Fields that are new, and metadata, by PATCH.
        case alter
        /// A new collection, the documents copied, the alias flipped.
        case rebuild
    }
    package var collection: Definitions.Collection
    package var action: Action
    package var difference: SchemaDifference
    /// The collection behind the name; nil when there is none.
    package var current: String?
    package var isAlias: Bool
    package var live: PluginJSON?
    /// What somebody changed since the last deployment.
    package var drift: [String] = []

    package var documents: Int { live?["num_documents"]?.integer ?? 0 }

    /// - Parameters:
    ///   - declared: the collection, its schema completed for this server.
    ///   - entry: what the last deployment left of it.
    package init(
        _ declared: Definitions.Collection, current: String?, isAlias: Bool, live: PluginJSON?,
        entry: DeploymentRecord.Entry?, hasDefaults: Bool
    ) {
        collection = declared
        self.current = current
        self.isAlias = isAlias
        self.live = live
        guard let live else {
            action = .create
            difference = SchemaDifference(declared: ["fields": []], live: ["fields": []])
            if let entry { drift.append("'\(entry.live)' is gone") }
            return
        }
        difference = SchemaDifference(
            declared: declared.schema, live: live, unheeded: Set(entry?.unheeded ?? []))
        if difference.isEmpty {
            action = .keep
        } else if !difference.isAdditive {
            action = .rebuild
        } else if hasDefaults, live["num_documents"]?.integer ?? 0 > 0 {
            // Only documents that are copied can be given a value.
            action = .rebuild
        } else {
            action = .alter
        }
        guard let entry else { return }
        if let current, current != entry.live {
            drift.append("the name leads to '\(current)' instead of '\(entry.live)'")
        }
        let since = SchemaDifference(
            declared: entry.live == current ? entry.echo : entry.schema, live: live, unheeded: Set(entry.unheeded))
        drift += since.changes.map { change in
            switch change {
            case .added(let field): "field '\(field)' was taken away"
            case .removed(let field): "field '\(field)' was added"
            default: change.reason
            }
        }
    }

    /// As `host plan` shows it.
    package var changes: [PlanChange] {
        let subject = "collection '\(collection.name)'"
        var result = drift.map { PlanChange(.drift, subject, reason: "changed by hand: \($0)") }
        switch action {
        case .keep: break
        case .create:
            result.append(PlanChange(.create, subject, reason: "there is none; \(collection.fields.count) fields"))
        case .alter: result.append(PlanChange(.update, subject, reason: "altered in place: \(difference.reason)"))
        case .rebuild:
            var change = PlanChange(.replace, subject, reason: "rebuilt: \(difference.reason)")
            change.detail =
                "a new collection, \(documents) documents copied, then the alias flipped; '\(current ?? "")' is kept for a rollback"
            if !isAlias {
                change.detail =
                    "'\(collection.name)' is no alias: the option 'adopt' must allow that it becomes one; "
                    + "\(documents) documents are copied twice, and what is written to it in the last moment is lost: stop writers"
            }
            result.append(change)
        }
        return result
    }
}
