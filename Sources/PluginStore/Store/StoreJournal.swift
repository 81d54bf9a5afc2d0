import Model
import Stages
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The steps of a change, each of which may be the last: the record says first what is to be, then the library is put in
/// its place by one rename, then lock and record follow. What is found half done is finished when the library is there,
/// and undone when it is not.
struct StoreJournal: Sendable {
    let places: PluginPlaces
    private(set) var record: MachineRecord

    // MARK: steps

    /// - Parameter pin: nil leaves the lock as it is.
    mutating func install(_ prepared: PluginStore.Prepared, pin: PluginPin?, isOnline: Bool) throws(Failure) {
        let proposal = prepared.proposal
        let library = MachineRecord.Installed(
            place: proposal.place, id: proposal.declaration.id, commit: proposal.commit, digest: proposal.digest,
            at: Timestamp.now.description)
        let agreement = MachineRecord.Agreement(
            place: proposal.place, declaration: agreed(proposal), commit: proposal.commit, digest: proposal.digest,
            user: geteuid(), at: library.at, isOnline: isOnline)
        record.pending = .install(library, agreement, pin: pin)
        try record.save(places.record)
        try DurableFile.replace(places.library(library.file), with: prepared.bytes, mode: 0o755)
        try finish(library, agreement, pin)
    }

    /// What was agreed to once is not withdrawn by a version that does without.
    private func agreed(_ proposal: PluginProposal) -> PluginDeclaration {
        guard let old = record.agreement(for: proposal.place)?.declaration, proposal.demands.isEmpty else {
            return proposal.declaration
        }
        let new = proposal.declaration
        return PluginDeclaration(
            id: new.id, version: new.version, kinds: Array(Set(new.kinds + old.kinds)), stages: new.stages,
            services: Array(Set(new.services + old.services)),
            permissions: Array(Set(new.permissions + old.permissions)))
    }

    private mutating func finish(
        _ library: MachineRecord.Installed, _ agreement: MachineRecord.Agreement, _ pin: PluginPin?
    ) throws(Failure) {
        if let pin { try write(try PluginStore.lock(at: places).putting(pin)) }
        // A plugin that gave itself another id leaves its old file.
        for old in record.installed where old.place == library.place && old.id != library.id {
            _ = try takeAway(old)
        }
        record.install(library)
        record.agree(agreement)
        record.pending = nil
        try record.save(places.record)
    }

    /// - Returns: what became of a library that is not the one that was installed.
    mutating func remove(_ id: String) throws(Failure) -> String? {
        record.pending = .remove(id: id)
        try record.save(places.record)
        return try finishRemoval(of: id)
    }

    private mutating func finishRemoval(of id: String) throws(Failure) -> String? {
        let note = try record.installed(id: id).flatMap { (library) throws(Failure) in try takeAway(library) }
        let lock = try PluginStore.lock(at: places)
        if lock.pin(id: id) != nil { try write(lock.removing(id)) }
        record.forget(id: id)
        record.pending = nil
        try record.save(places.record)
        return note
    }

    /// Another's library is set aside under a name that is not loaded: with the pin gone it would be the operator's own.
    private func takeAway(_ library: MachineRecord.Installed) throws(Failure) -> String? {
        let path = places.library(library.file)
        guard access(path, F_OK) == 0 else { return nil }
        guard digest(of: library.file) == library.digest else {
            let aside = "\(path).not-installed"
            guard rename(path, aside) == 0 else {
                throw Failure(.pluginFiles, "'\(path)' cannot be set aside", cause: Files.lastError)
            }
            return "'\(path)' was not the library that was installed; it was set aside as '\(aside)'"
        }
        try DurableFile.remove(path)
        return nil
    }

    /// Of a file in `plugins/`; nil where there is none that can be read.
    func digest(of file: String) -> String? { LibrarySearch.read(places.library(file)).map { SHA256.hex(of: $0) } }

    private func write(_ lock: PluginLock) throws(Failure) {
        try DurableFile.replace(places.lock, with: Array(lock.text.utf8), mode: 0o644)
    }

    // MARK: after a kill

    /// Finishes or undoes what a command that was killed had begun.
    ///
    /// - Returns: what was done, for people.
    mutating func recover() throws(Failure) -> String? {
        switch record.pending {
        case nil: return nil
        case .install(let library, let agreement, let pin):
            unlink(DurableFile.draft(of: places.library(library.file)))
            if digest(of: library.file) == library.digest {
                try finish(library, agreement, pin)
                return "an installation of '\(library.id)' that was broken off is finished"
            }
            record.pending = nil
            try record.save(places.record)
            return "an installation of '\(library.id)' that was broken off is undone"
        case .remove(let id):
            _ = try finishRemoval(of: id)
            return "a removal of '\(id)' that was broken off is finished"
        }
    }
}
