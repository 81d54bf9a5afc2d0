import Git
package import Model

extension PluginStore {
    /// Brings a plugin in: its place was named by the operator, which is the agreement to build it here.
    ///
    /// - Throws: `plugin.not-agreed` when nobody consents to what came of it; nothing is left then.
    package func add(_ source: PluginSource) async throws(Failure) -> PluginChange {
        try await alone { (journal) throws(Failure) in
            if let pin = try lock().pin(at: source.place), journal.record.installed(at: source.place) != nil {
                throw Failure(
                    .pluginPinned, "\(source.place) is pinned already: '\(pin.id)' at \(pin.commit.prefix(12))",
                    remedy: "`host plugin update \(pin.id)` moves it on; for another revision remove it first")
            }
            return try await take(source, &journal, isOnline: isOnline)
        }
    }

    /// From a source to an installed and pinned plugin, with consent in any case.
    func take(_ source: PluginSource, _ journal: inout StoreJournal, isOnline: Bool) async throws(Failure)
        -> PluginChange
    {
        let now = journal
        let prepared = try await withFolder(for: source.place) { (folder) throws(Failure) in
            try await prepare(source, in: folder, isOnline: isOnline, now)
        }
        guard await consent.mayInstall(prepared.proposal) else { throw Self.notAgreed(prepared.proposal) }
        try journal.install(prepared, pin: prepared.pin, isOnline: isOnline)
        return Self.change(.installed, prepared.proposal)
    }

    static func change(_ action: PluginChange.Action, _ proposal: PluginProposal) -> PluginChange {
        PluginChange(
            action, proposal.place, id: proposal.declaration.id, version: proposal.declaration.version,
            commit: proposal.commit, digest: proposal.digest, details: proposal.changes + proposal.notes)
    }

    static func notAgreed(_ proposal: PluginProposal) -> Failure {
        Failure(
            .pluginNotAgreed, "'\(proposal.declaration.id)' is not installed: nobody agreed to it",
            remedy: "agree at the terminal, or with --agree \(proposal.digest)")
    }

    // MARK: removal

    /// Takes a plugin out of lock and folder; its agreement is withdrawn with it.
    package func remove(_ name: String) async throws(Failure) -> PluginChange {
        try await alone { (journal) throws(Failure) in
            let pin = try Self.find(name, in: lock())
            guard let library = try Self.installed(name, in: journal.record) else {
                guard let pin else { throw Self.unknown(name) }
                _ = try journal.remove(pin.id)
                return PluginChange(
                    .removed, pin.place, id: pin.id, version: pin.version, commit: pin.commit, digest: pin.digest,
                    details: ["it was not installed here"])
            }
            let note = try journal.remove(library.id)
            return PluginChange(
                .removed, library.place, id: library.id, version: pin?.version, commit: library.commit,
                digest: library.digest, details: [note].compactMap { $0 })
        }
    }

    /// By id, or by the url it came from. Throws `usage.plugin` for a repository that several came from.
    static func find(_ name: String, in lock: PluginLock) throws(Failure) -> PluginPin? {
        if let pin = lock.pin(id: name) { return pin }
        let found = lock.pins.filter { $0.url == name }
        try refuseSeveral(name, found.map(\.id))
        return found.first
    }

    private static func installed(_ name: String, in record: MachineRecord) throws(Failure) -> MachineRecord.Installed?
    {
        if let library = record.installed.first(where: { $0.id == name }) { return library }
        let found = record.installed.filter { $0.place.url == name }
        try refuseSeveral(name, found.map(\.id))
        return found.first
    }

    private static func refuseSeveral(_ url: String, _ ids: [String]) throws(Failure) {
        guard ids.count > 1 else { return }
        throw Failure(
            .pluginUsage, "several plugins come from \(url): \(ids.sorted().joined(separator: ", "))",
            remedy: "name the one that is meant by its id")
    }

    static func unknown(_ name: String) -> Failure {
        Failure(
            .pluginUnknown, "no plugin '\(name)' is pinned or installed from git",
            remedy: "`host plugin verify` lists those that are")
    }

    /// The kinds of an installed or pinned plugin, for whoever wants to say what its going means.
    package func kinds(of name: String) throws(Failure) -> [String] {
        if let pin = try Self.find(name, in: try lock()) { return pin.kinds }
        let record = try MachineRecord.load(places.record)
        guard let library = try Self.installed(name, in: record) else {
            throw Self.unknown(name)
        }
        return record.agreement(for: library.place)?.declaration.kinds ?? []
    }
}
