package import Model

/// What the names of services stand for on this machine. A name that something is deployed under keeps its meaning: what
/// runs under it must be neither started a second time under another name nor given to another kind.
package struct KnownServices: Sendable, Equatable {
    package struct Meaning: Sendable, Codable, Hashable {
        package var kind: String
        /// Of the folder in the workspace; of a service with a repository of its own, with that before it.
        package var folder: String
        /// It was only built and tested: nothing of it runs.
        package var isCompanion: Bool

        package init(kind: String, folder: String, isCompanion: Bool = false) {
            self.kind = kind
            self.folder = folder
            self.isCompanion = isCompanion
        }

        package init(_ service: Service, isCompanion: Bool) {
            let folder = service.remote.map { "\($0.url)#\(service.path)" } ?? service.path
            self.init(kind: service.kind, folder: folder, isCompanion: isCompanion)
        }
    }

    /// As the last cycles wrote it down. A history from before that knows names without a meaning.
    package var meanings: [ServiceName: Meaning]
    /// Names under which something is deployed, or may be.
    package private(set) var inUse: Set<ServiceName>

    /// - Parameter requested: services that are to be deployed again: their first deployment may have been interrupted.
    package init(
        meanings: [ServiceName: Meaning] = [:], states: [ServiceName: ServiceState] = [:],
        requested: Set<ServiceName> = []
    ) {
        self.meanings = meanings
        inUse = requested.filter { meanings[$0] != nil }
        for (name, state) in states where state.deployed != nil || state.failure?.mayBeLive == true {
            inUse.insert(name)
        }
    }

    /// What is deployed of a folder, by kind.
    func deployed(in folder: String) -> [String: (name: ServiceName, isCompanion: Bool)] {
        var found: [String: (name: ServiceName, isCompanion: Bool)] = [:]
        for name in inUse.sorted() {
            guard let meaning = meaning(of: name, in: folder), meaning.folder == folder else { continue }
            // Of two names for the same, the shorter came first.
            if found[meaning.kind] == nil { found[meaning.kind] = (name, meaning.isCompanion) }
        }
        return found
    }

    /// nil for a name that is free, and for one of which nobody wrote down what it is.
    func meaning(of name: ServiceName, in folder: String) -> Meaning? {
        guard inUse.contains(name) else { return nil }
        if let meaning = meanings[name] { return meaning }
        // `gateway/kong` of an older history says it by itself.
        let parts = name.text.split(separator: "/")
        guard parts.count == 2, folder.hasSuffix("/\(parts[0])") else { return nil }
        return Meaning(kind: String(parts[1]), folder: folder)
    }

    /// What is to be written down before a plan is carried out.
    /// - Parameters:
    ///   - items: of the plan, with whether they are only built and tested.
    ///   - states: of all services that anything is known of.
    package func meanings(
        after items: [(item: Plan.Item, isCompanion: Bool)], states: Set<ServiceName>
    ) -> [ServiceName: Meaning] {
        let names = states.union(items.map(\.item.service.name)).union(inUse)
        var next = meanings.filter { names.contains($0.key) }
        for (item, isCompanion) in items {
            // A service that is held may be held because its plugin is gone: then its kind is not known anew.
            if case .held = item.decision { continue }
            next[item.service.name] = Meaning(item.service, isCompanion: isCompanion)
        }
        return next
    }
}
