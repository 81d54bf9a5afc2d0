import Git
package import Model
import Stages

/// What `host plugin verify` says of one plugin.
package struct PluginVerification: Hashable, Sendable, Codable {
    package var id: String
    package var url: String
    package var path: String
    package var commit: String
    package var digest: String?
    /// What is wrong; empty when all is as it should be.
    package var problems: [String]
    package var facts: [String]
}

extension PluginStore {
    /// Compares lock, record and installed files with each other.
    ///
    /// - Parameter rebuilds: builds the pinned commits again and compares with what is installed.
    package func verify(rebuilds: Bool) async throws(Failure) -> [PluginVerification] {
        try await alone { (journal) throws(Failure) in
            let lock = try lock()
            var found: [PluginVerification] = []
            for pin in lock.pins {
                var verification = check(pin, journal)
                if rebuilds, verification.problems.isEmpty {
                    do throws(Failure) {
                        try await rebuild(pin, &verification, journal)
                    } catch {
                        verification.problems.append("it cannot be built again: \(error)")
                    }
                }
                found.append(verification)
            }
            for library in journal.record.installed where lock.pin(at: library.place) == nil {
                found.append(
                    PluginVerification(
                        id: library.id, url: library.place.url, path: library.place.path, commit: library.commit,
                        digest: journal.digest(of: library.file),
                        problems: [
                            "it is installed here, and plugins.lock does not have it: `host plugin sync` removes it"
                        ],
                        facts: []))
            }
            return found
        }
    }

    private func check(_ pin: PluginPin, _ journal: StoreJournal) -> PluginVerification {
        var result = PluginVerification(
            id: pin.id, url: pin.url, path: pin.path ?? "", commit: pin.commit, digest: nil, problems: [], facts: [])
        guard let library = journal.record.installed(at: pin.place) else {
            result.problems.append(
                journal.record.agreement(for: pin.place) == nil
                    ? "nobody on this machine agreed to it: `host plugin sync`"
                    : "it is not installed here: `host plugin sync`")
            return result
        }
        let digest = journal.digest(of: library.file)
        result.digest = digest
        if library.id != pin.id || library.commit != pin.commit {
            result.problems.append("installed is '\(library.id)' at \(library.commit.prefix(12)): `host plugin sync`")
        }
        if digest == nil {
            result.problems.append("'\(places.library(library.file))' is gone: `host plugin sync` puts it back")
        } else if digest != library.digest {
            result.problems.append(
                "'\(places.library(library.file))' is not what was installed (\(library.digest.prefix(12))): "
                    + "someone replaced it; it is not loaded")
        } else {
            result.facts.append(
                digest == pin.digest
                    ? "the library is, bit for bit, the one that was pinned"
                    : "built here from the pinned commit; where it was pinned its digest was \(pin.digest.prefix(12))")
        }
        return result
    }

    /// A compiler need not write the same bytes twice: where it does not, everything is compared that a library shows.
    private func rebuild(
        _ pin: PluginPin, _ verification: inout PluginVerification, _ journal: StoreJournal
    ) async throws(Failure) {
        guard let agreement = journal.record.agreement(for: pin.place),
            let library = journal.record.installed(at: pin.place),
            let bytes = LibrarySearch.read(places.library(library.file)), let old = LibraryFile(bytes)
        else { return }
        let source = try pin.source(relativeTo: nil)
        let prepared = try await withFolder(for: pin.place) { (folder) throws(Failure) in
            try await prepare(
                source, pinned: pin, in: folder, isOnline: isOnline || agreement.isOnline, journal)
        }
        if prepared.proposal.digest == library.digest {
            verification.facts.append("a rebuild gives the same library, bit for bit")
            return
        }
        var differences = prepared.proposal.declaration.changes(from: pin.declaration)
        differences += Self.difference("exports", old.exports, prepared.library.exports)
        differences += Self.difference("needs", Set(old.needed), Set(prepared.library.needed))
        guard differences.isEmpty else {
            verification.problems.append("a rebuild differs: \(differences.joined(separator: ", "))")
            return
        }
        verification.facts.append(
            "a rebuild has other bytes (\(prepared.proposal.digest.prefix(12))); what it declares, exports and needs is the same"
        )
    }

    private static func difference(_ name: String, _ old: Set<String>, _ new: Set<String>) -> [String] {
        new.subtracting(old).sorted().map { "\(name) + \($0)" }
            + old.subtracting(new).sorted().map { "\(name) - \($0)" }
    }
}
