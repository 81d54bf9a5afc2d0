/// The content a service is made of at one revision: what decides whether it is due.
package struct Fingerprint: Hashable, Sendable, Codable {
    /// The OID of the service's subtree.
    package var tree: ObjectID
    /// Each input glob with the digest of everything it matches.
    package var inputs: [String: String]
    /// Digest of the service's own entry in the configuration.
    package var configuration: String
    package init(tree: ObjectID, inputs: [String: String] = [:], configuration: String = "") {
        self.tree = tree
        self.inputs = inputs
        self.configuration = configuration
    }
}

/// Why a service is due; the texts `host plan` prints.
package enum DueReason: Hashable, Sendable, Codable {
    case neverDeployed
    case sourcesChanged(from: ObjectID, to: ObjectID)
    case inputChanged(String)
    case configurationChanged
    case dependencyDeployed(ServiceName)
    /// The last attempt ended in a way that another may mend.
    case retry(String)
    case requested(String)
    /// An attempt at this revision went live and its rollback did not succeed.
    case notRolledBack(Revision)
    /// Its content failed together with its group, and something in the group is different now.
    case releasedWith(ServiceName, group: String)

    package var text: String {
        switch self {
        case .neverDeployed: "never deployed here"
        case .sourcesChanged(let from, let to): "sources changed (\(from.short) -> \(to.short))"
        case .inputChanged(let glob): "input '\(glob)' changed"
        case .configurationChanged: "its configuration changed"
        case .dependencyDeployed(let name): "'\(name)', which it depends on, is deployed in this cycle"
        case .retry(let why): "tried again: \(why)"
        case .requested(let who): "asked for by \(who)"
        case .notRolledBack(let revision): "\(revision.short) failed and could not be rolled back"
        case .releasedWith(let name, let group): "released together with '\(name)' (group '\(group)')"
        }
    }
}

/// What a cycle would do, and why.
package struct Plan: Sendable, Codable, Hashable {
    package enum Decision: Hashable, Sendable, Codable {
        case deploy([DueReason])
        case upToDate
        /// Due, but held back: quarantined, waiting for a retry, no plugin of its kind.
        case held(String)
    }
    package struct Item: Sendable, Codable, Hashable {
        package var service: Service
        package var decision: Decision
        package var fingerprint: Fingerprint
        /// The commit of the repository that holds the service: the workspace's, or its own remote's.
        package var revision: Revision
        package init(service: Service, decision: Decision, fingerprint: Fingerprint, revision: Revision) {
            self.service = service
            self.decision = decision
            self.fingerprint = fingerprint
            self.revision = revision
        }
    }
    package var revision: Revision
    /// In an order that respects `dependsOn`.
    package var items: [Item]
    package init(revision: Revision, items: [Item]) {
        self.revision = revision
        self.items = items
    }
    package var due: [Item] {
        items.filter { if case .deploy = $0.decision { true } else { false } }
    }
}
