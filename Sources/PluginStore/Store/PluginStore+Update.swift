import Git
package import Model

extension PluginStore {
    /// Moves plugins to where their branch or tag is now. What asks for no more than was agreed to needs no new consent.
    ///
    /// - Parameter names: ids or urls; empty means all.
    /// - Returns: one change for each; a plugin that fails keeps its library and its pin.
    package func update(_ names: [String]) async throws(Failure) -> [PluginChange] {
        try await alone { (journal) throws(Failure) in
            let lock = try lock()
            var pins = lock.pins
            if !names.isEmpty {
                pins = []
                for name in names {
                    guard let pin = try Self.find(name, in: lock) else { throw Self.unknown(name) }
                    pins.append(pin)
                }
            }
            var changes: [PluginChange] = []
            for pin in pins {
                do throws(Failure) {
                    changes.append(try await update(pin, &journal))
                } catch {
                    changes.append(Self.failed(error, pin))
                }
            }
            return changes
        }
    }

    static func failed(_ failure: Failure, _ pin: PluginPin) -> PluginChange {
        PluginChange(
            failure.code == .pluginNotAgreed ? .refused : .failed, pin.place, id: pin.id, version: pin.version,
            commit: pin.commit, details: ["\(failure)"])
    }

    private func update(_ pin: PluginPin, _ journal: inout StoreJournal) async throws(Failure) -> PluginChange {
        let source = try pin.source(relativeTo: nil)
        let isHere = journal.record.installed(at: pin.place)?.commit == pin.commit
        guard let reference = pin.reference else {
            return unchanged(pin, "it is pinned to a commit; `host plugin sync` installs it, another one is added anew")
        }
        let tip = try await fetch.tip(of: reference, at: source.url)
        if isHere, tip?.hex == pin.commit { return unchanged(pin, "\(Self.words(reference)) has not moved") }
        let agreement = journal.record.agreement(for: pin.place)
        try await askToBuild(pin, commit: tip?.hex ?? pin.commit, agreement)
        let mayBeOnline = isOnline || agreement?.isOnline == true
        let now = journal
        var prepared = try await withFolder(for: pin.place) { (folder) throws(Failure) -> Prepared? in
            var following = source
            following.revision = reference
            var prepared = try await prepare(following, in: folder, isOnline: mayBeOnline, now)
            prepared.source.revision = pin.revision
            if isHere, prepared.choice.commit.hex == pin.commit { return nil }
            let repository = try await GitRepository.open(folder.repository)
            if let note = await rewritten(from: pin, to: prepared.choice, in: repository) {
                prepared.proposal.notes.append(note)
            }
            return prepared
        }
        guard prepared != nil, var ready = prepared.take() else {
            return unchanged(pin, "\(Self.words(reference)) has not moved")
        }
        ready.proposal.changes = ready.proposal.declaration.changes(from: pin.declaration)
        ready.proposal.changes.insert("commit \(pin.commit.prefix(12)) -> \(ready.proposal.commit.prefix(12))", at: 0)
        try await agree(&ready, agreement)
        try journal.install(ready, pin: ready.pin, isOnline: mayBeOnline)
        return Self.change(.updated, ready.proposal)
    }

    private func unchanged(_ pin: PluginPin, _ why: String) -> PluginChange {
        PluginChange(
            .unchanged, pin.place, id: pin.id, version: pin.version, commit: pin.commit, digest: pin.digest,
            details: [why])
    }

    /// Someone else's tag that moved, or a branch that was rewritten, is worth a word.
    private func rewritten(from pin: PluginPin, to choice: RevisionChoice, in repository: GitRepository) async
        -> String?
    {
        guard let old = ObjectID(pin.commit) else { return nil }
        let isTag = choice.reference?.hasPrefix("refs/tags/") == true
        let isForward = (try? await repository.isAncestor(old, of: choice.commit)) ?? false
        if isTag, old != choice.commit { return "the tag was moved, which tags are not meant to be" }
        return isForward ? nil : "the history was rewritten: \(pin.commit.prefix(12)) is no longer part of it"
    }

    // MARK: agreement

    /// Sources whose place nobody agreed to on this machine are not built.
    func askToBuild(_ pin: PluginPin, commit: String, _ agreement: MachineRecord.Agreement?) async throws(Failure) {
        guard agreement == nil else { return }
        let proposal = BuildProposal(place: pin.place, commit: commit, digest: pin.digest, id: pin.id)
        guard await consent.mayBuild(proposal) else {
            throw Failure(
                .pluginNotAgreed, "'\(pin.id)' is not built: nobody on this machine agreed to \(pin.place)",
                remedy: "agree with `host plugin sync` at the terminal, or with its --agree \(pin.digest)")
        }
    }

    /// Asks unless what was agreed to covers it.
    func agree(_ prepared: inout Prepared, _ agreement: MachineRecord.Agreement?) async throws(Failure) {
        if let agreement {
            prepared.proposal.demands = prepared.proposal.declaration.demands(beyond: agreement.declaration)
            if prepared.proposal.demands.isEmpty { return }
        }
        guard await consent.mayInstall(prepared.proposal) else { throw Self.notAgreed(prepared.proposal) }
    }
}
