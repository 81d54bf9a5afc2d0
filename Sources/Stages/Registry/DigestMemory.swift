import SupervisorCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The digests of libraries that have not changed since they were copied, over restarts: hashing them again costs every
/// start of the daemon time. A library is told by what the system says of its file, the time of its last change included,
/// which nobody but root can set; so is the private copy.
struct DigestMemory: Sendable {
    struct Entry: Sendable, Hashable, Codable {
        var digest: String
        var source: LibraryScan.Signature
        /// nil: none was kept, the library was not wanted.
        var copy: LibraryScan.Signature?

        /// Whether a write at the present moment would show in the signature: clocks of file systems tick slowly.
        ///
        /// - Parameter now: milliseconds since 1970.
        func isSettled(_ now: Int) -> Bool { now - Int(source.changed / 1_000_000) > 2000 }
    }

    private let file: String
    private(set) var entries: [String: Entry]

    /// Reads the file; without one, or with a damaged one, everything is hashed once more.
    init(file: String) {
        self.file = file
        entries = [:]
        if let content = Files.read(file),
            let known = try? JSONDecoder().decode([String: Entry].self, from: Data(content))
        {
            entries = known
        }
    }

    /// Replaces what is known, by path; writes only what is new.
    mutating func set(_ next: [String: Entry]) {
        guard next != entries else { return }
        entries = next
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let content = try? encoder.encode(next) else { return }
        Files.replace(file, with: content)
    }
}
