package import Model
import PluginKit
import PluginSupport

/// The releases of one service on the disk.
///
/// | name | what it is |
/// |---|---|
/// | `releases/<revision>-<digest>/` | a release: `files/` as they were in the commit, with the file that pins its images, and `release.json` |
/// | `current` | symbolic link to the one that is live |
/// | `project/` | where the stack's relative paths start: the live release's files, and what containers wrote beside them |
/// | `project.json` | which files of `project/` are ours |
/// | `order.json` | names of the releases, the oldest first |
/// | `changing.json` | a change of the containers is under way |
///
/// A release gets its name by one rename once it is whole, and `current` is replaced by one rename.
package struct ReleaseStore: Sendable {
    package let directory: String
    package init(directory: String) { self.directory = directory }

    private var folder: String { "\(directory)/releases" }
    private var link: String { "\(directory)/current" }
    package func path(_ name: String) -> String { "\(folder)/\(name)" }
    package func files(_ name: String) -> String { "\(folder)/\(name)/files" }

    package static func isReleaseName(_ name: some StringProtocol) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 2 && [40, 64].contains(parts[0].count) && parts[1].count == 16
            && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }

    /// What a release says of itself; nil when it is not there or not whole.
    package func record(of name: String) -> ReleaseRecord? {
        guard let bytes = try? Files.read("\(path(name))/\(ReleaseRecord.fileName)", limit: 4 << 20) else { return nil }
        return ReleaseRecord(bytes)
    }

    /// Name of the live release; nil when there is none.
    package var current: String? {
        guard let target = Files.destination(ofLink: link),
            let name = target.split(separator: "/").last.map(String.init),
            Self.isReleaseName(name), record(of: name) != nil
        else { return nil }
        return name
    }

    /// What the live release says of itself; nil when there is none.
    package var live: ReleaseRecord? { current.flatMap { record(of: $0) } }

    /// Every whole release, the oldest first.
    package func releases() throws -> [(name: String, record: ReleaseRecord)] {
        let places = Dictionary(order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
        return try Files.names(in: folder).filter { Self.isReleaseName($0) }
            .compactMap { name in record(of: name).map { (name, $0) } }
            .sorted { (places[$0.name] ?? -1, $0.name) < (places[$1.name] ?? -1, $1.name) }
    }

    /// Apart from the releases, so that the same sources make the same release whenever they are deployed.
    private var order: [String] {
        let bytes = (try? Files.read("\(directory)/order.json")).flatMap { $0 }
        return bytes.flatMap { try? PluginJSON(parsing: $0) }?.strings ?? []
    }

    private func append(_ name: String) throws(Failure) {
        let names = order.filter { $0 != name && record(of: $0) != nil } + [name]
        let json = PluginJSON.array(names.map(PluginJSON.string))
        try Files.write(Array(json.text.utf8), to: "\(directory)/order.next")
        try Files.move("\(directory)/order.next", to: "\(directory)/order.json")
    }

    /// Copies the sources into a folder that is not yet a release. One that a kill left is removed first.
    ///
    /// - Returns: its absolute path.
    package func begin(copying sources: String) throws(Failure) -> String {
        let incoming = "\(folder)/.incoming"
        try Files.remove(incoming)
        try Files.createFolder("\(incoming)/files")
        for name in try Files.names(in: sources) where name != ".git" {
            // A path of ours that somebody committed would be taken for ours.
            guard !StackFiles.isOwn(name) else { continue }
            try Files.copy("\(sources)/\(name)", to: "\(incoming)/files/\(name)")
        }
        return incoming
    }

    /// Makes what `begin` has begun a release. The same content again is the release that is there.
    package func finish(_ record: ReleaseRecord, in incoming: String) throws(Failure) -> String {
        var digest = Digest()
        digest.add(record.identity)
        digest.add(try Digest.of(path: "\(incoming)/files") ?? "")
        let name = "\(record.revision)-\(digest.hex)"
        if self.record(of: name) != nil {
            try Files.remove(incoming)
            return name
        }
        try Files.remove(path(name))
        try Files.write(record.bytes, to: "\(incoming)/\(ReleaseRecord.fileName)")
        try Files.synchronize(folder: incoming)
        try append(name)
        try Files.move(incoming, to: path(name))
        try Files.synchronize(folder: folder)
        return name
    }

    package func flip(to name: String) throws(Failure) {
        guard record(of: name) != nil else { throw Failure(.releaseMissing, "release \(name) is not in \(folder)") }
        let next = "\(directory)/.current-next"
        try Files.removeFile(next)
        try Files.link(next, to: "releases/\(name)")
        try Files.move(next, to: link)
        try Files.synchronize(folder: directory)
    }

    /// Takes `current` away: nothing is live any more.
    package func unlinkCurrent() throws(Failure) { try Files.removeFile(link) }

    /// Removes the oldest releases beyond a number, never the named ones.
    package func prune(keep: Int, always kept: Set<String>) throws -> [ReleaseRecord] {
        var removed: [ReleaseRecord] = []
        let all = try releases()
        var surplus = all.count - keep
        for (name, record) in all where surplus > 0 && !kept.contains(name) {
            try Files.remove(path(name))
            removed.append(record)
            surplus -= 1
        }
        return removed
    }
}
