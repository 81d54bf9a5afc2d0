import Git
package import Model

extension PluginStore {
    /// How a machine is brought to a set.
    package struct SyncOptions: Sendable {
        /// Plugins that `deployer.yaml` names: those that are not pinned as it says are pinned now.
        package var named: [PluginSource] = []
        /// The library must be, bit for bit, what was built where it was pinned.
        package var isExact = false
        /// The set, where it is not the checkout's.
        package var lock: PluginLock?
        /// Whether libraries that the set no longer has are removed.
        package var removes = true
        package init() {}
    }

    /// Installs what the lock pins, at its commits, and removes what was installed and is pinned no more. One that fails
    /// does not keep the others back.
    package func sync(_ options: SyncOptions = SyncOptions()) async throws(Failure) -> [PluginChange] {
        try await alone { (journal) throws(Failure) in
            var changes: [PluginChange] = []
            for source in options.named {
                do throws(Failure) {
                    if let change = try await pin(source, &journal) { changes.append(change) }
                } catch {
                    changes.append(
                        PluginChange(
                            error.code == .pluginNotAgreed ? .refused : .failed, source.place, details: ["\(error)"]))
                }
            }
            let lock = if let lock = options.lock { lock } else { try lock() }
            let done = Set(changes.map(\.place))
            for pin in lock.pins where !done.contains(pin.place) {
                do throws(Failure) {
                    changes.append(try await bring(pin, isExact: options.isExact, &journal))
                } catch {
                    changes.append(Self.failed(error, pin))
                }
            }
            guard options.removes else { return changes }
            let kept = Set(lock.pins.map(\.place)).union(changes.map(\.place))
            for library in journal.record.installed where !kept.contains(library.place) {
                let note = try journal.remove(library.id)
                changes.append(
                    PluginChange(
                        .removed, library.place, id: library.id, commit: library.commit, digest: library.digest,
                        details: ["it is pinned no more", note].compactMap { $0 }))
            }
            return changes
        }
    }

    /// Pins a plugin that `deployer.yaml` names and the lock has not, or has at another revision.
    private func pin(_ source: PluginSource, _ journal: inout StoreJournal) async throws(Failure) -> PluginChange? {
        let known = try lock().pin(at: source.place)
        if let known, known.revision == source.revision { return nil }
        let agreement = journal.record.agreement(for: source.place)
        if agreement == nil {
            let proposal = BuildProposal(
                place: source.place, commit: source.revision ?? "its default branch", digest: nil, id: known?.id)
            guard await consent.mayBuild(proposal) else {
                throw Failure(
                    .pluginNotAgreed,
                    "\(source.place), which deployer.yaml names, is not built: nobody on this machine agreed to it",
                    remedy: "agree at the terminal, or bring it in with `host plugin add`")
            }
        }
        let mayBeOnline = isOnline || agreement?.isOnline == true
        let now = journal
        var prepared = try await withFolder(for: source.place) { (folder) throws(Failure) in
            try await prepare(source, in: folder, isOnline: mayBeOnline, now)
        }
        if let known { prepared.proposal.changes = prepared.proposal.declaration.changes(from: known.declaration) }
        try await agree(&prepared, agreement)
        try journal.install(prepared, pin: prepared.pin, isOnline: mayBeOnline)
        return Self.change(known == nil ? .installed : .updated, prepared.proposal)
    }

    /// Installs one pin as it stands.
    private func bring(_ pin: PluginPin, isExact: Bool, _ journal: inout StoreJournal) async throws(Failure)
        -> PluginChange
    {
        let present = journal.record.installed(at: pin.place)
        if let present, present.id == pin.id, present.commit == pin.commit,
            journal.digest(of: present.file) == present.digest, !isExact || present.digest == pin.digest
        {
            return PluginChange(
                .unchanged, pin.place, id: pin.id, version: pin.version, commit: pin.commit, digest: present.digest)
        }
        let agreement = journal.record.agreement(for: pin.place)
        try await askToBuild(pin, commit: pin.commit, agreement)
        let source = try pin.source(relativeTo: nil)
        let mayBeOnline = isOnline || agreement?.isOnline == true
        let now = journal
        var prepared = try await withFolder(for: pin.place) { (folder) throws(Failure) in
            try await prepare(source, pinned: pin, in: folder, isOnline: mayBeOnline, now)
        }
        try Self.compare(&prepared, pin, isExact: isExact)
        try await agree(&prepared, agreement)
        try journal.install(prepared, pin: nil, isOnline: mayBeOnline)
        return Self.change(present == nil ? .installed : .updated, prepared.proposal)
    }

    /// The sources are the same, byte for byte; what a compiler makes of them need not be. What the plugin is and asks for
    /// has to be.
    private static func compare(_ prepared: inout Prepared, _ pin: PluginPin, isExact: Bool) throws(Failure) {
        let changes = prepared.proposal.declaration.changes(from: pin.declaration)
        guard changes.isEmpty else {
            throw Failure(
                .pluginDiffers,
                "'\(pin.id)' at \(pin.commit.prefix(12)) is not what plugins.lock says: \(changes.joined(separator: ", "))",
                remedy: "someone edited the lock, or the build depends on more than the sources: pin it anew")
        }
        guard prepared.proposal.digest != pin.digest else {
            prepared.proposal.notes.append("bit for bit the library that was pinned")
            return
        }
        guard !isExact else {
            throw Failure(
                .pluginDiffers,
                "'\(pin.id)' builds here to \(prepared.proposal.digest.prefix(12)), not to the \(pin.digest.prefix(12)) of "
                    + "plugins.lock", remedy: "use the toolchain it was pinned with, or leave out --exact")
        }
        prepared.proposal.notes.append(
            "its digest is another than where it was pinned (\(pin.digest.prefix(12))): same sources, other compiler or place"
        )
    }
}
