package import Model
import SupervisorCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The libraries that crashed, hung or talked nonsense while they were described: kept out by digest, over restarts, until
/// an operator clears them.
package struct Quarantine: Sendable {
    package struct Entry: Sendable, Hashable, Codable {
        /// What it did, for people.
        package var reason: String
        /// Where it lay then.
        package var path: String
        package var since: Timestamp
    }

    private let file: String
    /// What could not be written down; it holds for this run of the daemon.
    private var unsaved: [String: Entry] = [:]
    package private(set) var entries: [String: Entry]

    /// Reads the file; one that is damaged is set aside, and nothing is in quarantine.
    init(file: String) {
        self.file = file
        entries = [:]
        reload()
    }

    /// Takes over what others have written meanwhile: the command line lets libraries out while the daemon runs.
    ///
    /// Where the file is gone or cannot be read, what was known stands: what misbehaved is not let in by a full disk.
    mutating func reload() {
        guard let content = Files.read(file) else { return }
        do {
            entries = try JSONDecoder().decode([String: Entry].self, from: Data(content))
            entries.merge(unsaved) { _, own in own }
        } catch {
            rename(file, "\(file).damaged")
        }
    }

    /// The reason and what to do about it.
    func sentence(_ digest: String) -> String? {
        entries[digest].map { "\($0.reason); to try it again: host plugin clear \(digest.prefix(12))" }
    }

    mutating func add(_ digest: String, _ entry: Entry) {
        reload()
        entries[digest] = entry
        unsaved[digest] = save() ? nil : entry
    }

    /// Lets libraries in again.
    ///
    /// - Parameter prefix: a digest, or enough of its beginning (8 digits at least) to mean one.
    /// - Returns: the digest.
    mutating func clear(_ prefix: String) throws(Failure) -> String {
        reload()
        let wanted = prefix.lowercased()
        let found = entries.keys.filter { $0.hasPrefix(wanted) }
        guard wanted.utf8.count >= 8, found.count == 1, let digest = found.first else {
            throw Failure(
                .init("plugin.not-quarantined"),
                found.count > 1 && wanted.utf8.count >= 8
                    ? "'\(prefix)' means \(found.count) quarantined plugins" : "no plugin '\(prefix)' is in quarantine",
                remedy: "take a digest from 'host list-plugins', at least 8 digits of it")
        }
        entries[digest] = nil
        unsaved[digest] = nil
        _ = save()
        return digest
    }

    private func save() -> Bool {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let content = try? encoder.encode(entries) else { return false }
        return Files.replace(file, with: content)
    }
}

private func rename(_ old: String, _ new: String) {
    _ = Files.read(old).map { Files.replace(new, with: $0) }
}
