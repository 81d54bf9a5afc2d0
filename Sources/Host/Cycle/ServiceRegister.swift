import History
import Model
import Pipeline

/// Writes down which services there are and what their names stand for, and notices those that are no longer.
actor ServiceRegister {
    private let history: HistoryStore
    private let narrator: Narrator
    private let leave: Leave
    private var told: Set<ServiceName> = []
    private var keptNames: String?
    private var keptMeanings: String?

    init(history: HistoryStore, narrator: Narrator, leave: Leave) {
        self.history = history
        self.narrator = narrator
        self.leave = leave
    }

    private static let namesKey = "services"

    /// The services of the last plan; nil before the first one.
    static func planned(_ history: HistoryStore) async throws(Failure) -> [ServiceName]? {
        try await history.value(for: namesKey)?.split(separator: "\n").compactMap { ServiceName($0) }
    }

    /// To be called before a plan is carried out: after a kill, what runs is found by what is written here.
    func note(_ prospect: CycleEngine.Prospect) async throws(Failure) {
        let names = prospect.plan.items.map(\.service.name)
        let text = names.map(\.text).joined(separator: "\n")
        if text != keptNames {
            try await history.setValue(text, for: Self.namesKey)
            keptNames = text
        }
        var removed = Set(prospect.states.keys).subtracting(names)
        if let listing = prospect.listing {
            // A plugin that did not answer may know the service the next time.
            if listing.isComplete { removed.subtract(try await forget(removed, prospect)) }
            try await keep(prospect, listing)
        }
        for name in removed.subtracting(told).sorted() {
            narrator.say(
                LogLine(
                    "no longer configured; what runs of it runs on. `host forget \(name)` stops what the deployer keeps "
                        + "running, and says what it cannot stop", level: .warning, service: name))
        }
        told = removed
    }

    private func keep(_ prospect: CycleEngine.Prospect, _ listing: ServiceCatalog.Listing)
        async throws(Failure)
    {
        let companions = Set(listing.entries.filter(\.isCompanion).map(\.service.name))
        let meanings = prospect.known.meanings(
            after: prospect.plan.items.map { ($0, companions.contains($0.service.name)) },
            states: Set(prospect.states.keys))
        let text = KnownServices.text(meanings)
        guard text != keptMeanings else { return }
        try await history.setValue(text, for: KnownServices.key)
        keptMeanings = text
    }

    /// Of what was only built and tested nothing runs, nor of what never came up: there is nothing to take leave of.
    /// Returns what is forgotten.
    private func forget(_ removed: Set<ServiceName>, _ prospect: CycleEngine.Prospect) async throws(Failure)
        -> Set<ServiceName>
    {
        var gone: Set<ServiceName> = []
        for name in removed.sorted() {
            let isUnused = !prospect.known.inUse.contains(name)
            guard isUnused || prospect.known.meanings[name]?.isCompanion == true else { continue }
            // Of one that was rolled back a supervisor is left, with nothing to watch.
            _ = try await leave.take(of: name)
            narrator.say(LogLine("no longer configured, and nothing of it runs: it is forgotten", service: name))
            gone.insert(name)
        }
        return gone
    }
}
