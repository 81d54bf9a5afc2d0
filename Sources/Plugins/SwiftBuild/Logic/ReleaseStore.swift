package import Model
import PluginSupport

/// The releases of one service on the disk.
///
/// | name | what it is |
/// |---|---|
/// | `<revision>`, `<revision>.2` … | a release; the number tells apart different builds of one revision |
/// | `current` | symbolic link to the one that is live |
/// | `.incoming-…` | being copied; a leftover of a killed deployment |
/// | `.outgoing-…` | being removed; likewise |
/// | `.crashes/<release>/` | crash reports of its runs |
/// | `.lock` | held while a release is installed, made live or removed |
///
/// A folder gets its release name by one rename once all of it is on the disk, and `current` is replaced by one rename:
/// whatever kills a deployment at whatever moment, each release is whole and `current` leads to one. Nothing is
/// cleaned up on the way out, therefore; the next deployment sweeps.
package struct ReleaseStore {
    /// Moments between two changes of the disk, in the order of a first deployment.
    package enum Step: CaseIterable, Sendable {
        case swept, copying, copied, recorded, named, linked, flipped, outgoing, removed
    }

    /// Something to install: a file or folder and its name in the release.
    package struct Item: Hashable, Sendable {
        package var name: String
        package var source: String
        package init(name: String, source: String) {
            self.name = name
            self.source = source
        }
    }

    package let directory: String
    /// Called at each step; what it throws stops the work there, as a kill would. For tests.
    package var reached: (Step) throws -> Void = { _ in }

    package init(directory: String) { self.directory = directory }

    package func path(_ name: String) -> String { "\(directory)/\(name)" }
    package var currentLink: String { path("current") }
    package func crashes(of release: String) -> String { path(".crashes/\(release)") }

    /// A revision, or a revision and the number of a further build of it.
    package static func isReleaseName(_ name: some StringProtocol) -> Bool { revision(of: name) != nil }

    static func revision(of name: some StringProtocol) -> Revision? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let revision = Revision(parts[0]) else { return nil }
        guard parts.count == 2 else { return revision }
        return Int(parts[1]).map { $0 >= 2 && String($0) == parts[1] } == true ? revision : nil
    }

    /// Name of the live release; nil when there is none, or `current` leads to nothing whole.
    package var current: String? {
        guard let name = Files.destination(ofLink: currentLink), Self.isReleaseName(name), record(of: name) != nil
        else { return nil }
        return name
    }

    /// What a release says of itself; nil when it is not there or not whole.
    package func record(of name: String) -> ReleaseRecord? {
        guard let bytes = try? Files.read(path("\(name)/\(ReleaseRecord.fileName)"), limit: 1 << 20) else { return nil }
        return ReleaseRecord(bytes)
    }

    /// Every whole release, the oldest first.
    package func releases() throws -> [(name: String, record: ReleaseRecord)] {
        try Files.names(in: directory).filter { Self.isReleaseName($0) }
            .compactMap { name in record(of: name).map { (name, $0) } }
            .sorted { ($0.record.installedAt, $0.name) < ($1.record.installedAt, $1.name) }
    }

    /// The newest release of a revision.
    package func release(of revision: Revision) throws -> String? {
        try releases().last { $0.record.revision == revision }?.name
    }

    /// Brings a release onto the disk, not yet live.
    ///
    /// - Returns: its name, and whether it was there before with the very same content.
    package func install(
        _ items: [Item], revision: Revision, executables: [String], run: String?, launch: LaunchDescription? = nil
    ) throws -> (name: String, wasThere: Bool) {
        let contents = items.map(\.name).sorted()
        var name = revision.hex
        var number = 1
        while Files.kind(path(name)) != nil {
            if let record = record(of: name), try holds(name, items, contents, record, executables, run) {
                try note(launch, in: record, of: name)
                return (name, true)
            }
            number += 1
            name = "\(revision.hex).\(number)"
        }
        let incoming = path(".incoming-\(name)")
        try Files.createFolder(incoming)
        for item in items {
            try reached(.copying)
            try Files.copy(item.source, to: "\(incoming)/\(item.name)")
        }
        try reached(.copied)
        let record = ReleaseRecord(
            revision: revision, previous: current, executables: executables, run: run, launch: launch,
            contents: contents)
        try Files.write(record.bytes, to: "\(incoming)/\(ReleaseRecord.fileName)")
        try Files.synchronize(folder: incoming)
        try reached(.recorded)
        try Files.move(incoming, to: path(name))
        try Files.synchronize(folder: directory)
        try reached(.named)
        return (name, false)
    }

    /// Writes down that a release which was there before is run in another way from now on.
    private func note(_ launch: LaunchDescription?, in record: ReleaseRecord, of name: String) throws {
        guard record.launch != launch else { return }
        var record = record
        record.launch = launch
        let draft = path(".incoming-record")
        try Files.remove(draft)
        try Files.write(record.bytes, to: draft)
        try Files.move(draft, to: path("\(name)/\(ReleaseRecord.fileName)"))
    }

    private func holds(
        _ name: String, _ items: [Item], _ contents: [String], _ record: ReleaseRecord, _ executables: [String],
        _ run: String?
    ) throws -> Bool {
        guard record.contents == contents, record.executables == executables, record.run == run else { return false }
        for item in items where try !Files.areEqual(item.source, path("\(name)/\(item.name)")) { return false }
        return true
    }

    /// Makes a release the live one in a single step: who looks sees the old one or the new one, never none.
    package func flip(to name: String) throws {
        guard record(of: name) != nil else {
            throw Failure(.releaseMissing, "release \(name) is not in \(directory)")
        }
        let link = path(".current-next")
        try Files.remove(link)
        try Files.link(link, to: name)
        try reached(.linked)
        try Files.move(link, to: currentLink)
        try Files.synchronize(folder: directory)
        try reached(.flipped)
    }

    /// Takes `current` away: nothing is live any more.
    package func unlinkCurrent() throws {
        try Files.removeFile(currentLink)
        try Files.synchronize(folder: directory)
    }
}
