package import Model
import PluginSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ReleaseStore {
    /// Runs `body` while no other process changes these releases.
    ///
    /// - Throws: `Failure` with code `swift-build.busy`, to be retried, when another process is at it; what `body`
    ///   throws. The lock ends with the process, however it ends.
    package func locked<Result>(_ body: () throws -> Result) throws -> Result {
        try Files.createFolder(directory)
        let lock = path(".lock")
        let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Files.failure("open", lock) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .busy, "another process is changing the releases in \(directory)", scheduling: .retry)
        }
        return try body()
    }

    /// Removes what killed deployments left behind.
    package func sweep() throws {
        for name in try Files.names(in: directory)
        where name.hasPrefix(".incoming-") || name.hasPrefix(".outgoing-") || name == ".current-next" {
            try Files.remove(path(name))
        }
        try reached(.swept)
    }

    /// Removes the oldest releases until `keep` are left. The live one and the one that it replaced always stay, and
    /// so does `previous`.
    ///
    /// - Returns: the names of what was removed, the oldest first.
    package func prune(keep: Int, previous: String? = nil) throws -> [String] {
        let releases = try releases()
        guard let live = current else { return [] }
        let protected = Set([live, record(of: live)?.previous, previous].compactMap { $0 })
        var surplus = releases.count - max(keep, 1)
        var removed: [String] = []
        for (name, _) in releases where surplus > 0 && !protected.contains(name) {
            // Renamed first: a folder that is half removed must not pass for a release.
            let outgoing = path(".outgoing-\(name)")
            try Files.move(path(name), to: outgoing)
            try reached(.outgoing)
            try Files.remove(outgoing)
            try reached(.removed)
            try Files.remove(crashes(of: name))
            surplus -= 1
            removed.append(name)
        }
        return removed
    }

    /// An empty folder for the crash reports of a release's next run.
    package func prepareCrashFolder(of name: String) throws -> String {
        let folder = crashes(of: name)
        try Files.remove(folder)
        try Files.createFolder(folder)
        return folder
    }

    /// The release to go back to when `revision` must not be live.
    package enum Return: Hashable, Sendable {
        /// `revision` is not live; this release is.
        case alreadyAt(String)
        case to(String)
        /// There is no earlier release.
        case nowhere
    }

    /// Finds where a rollback of `revision` leads: the release of the checkpoint, else the one that the live release
    /// replaced, else the newest of the previous revision. Each only if it is whole and not the live one itself.
    package func target(
        ofRollbackFrom revision: Revision, checkpoint: DeployCheckpoint?, previousRevision: Revision?
    ) throws -> Return {
        guard let live = current, let record = record(of: live) else {
            // Nothing is live. A checkpoint still names what was; without one nobody knows what is good.
            if let release = checkpoint?.release, checkpoint?.revision != revision, self.record(of: release) != nil {
                return .to(release)
            }
            return .nowhere
        }
        guard record.revision == revision else { return .alreadyAt(live) }
        let ofRevision = try previousRevision.flatMap { $0 == revision ? nil : try release(of: $0) }
        var candidates: [String?] = []
        if let checkpoint {
            // The checkpoint of the live release itself: go to the one before. Of an earlier one: go to that.
            candidates.append(checkpoint.release == live ? checkpoint.previous : checkpoint.release)
        }
        candidates += [record.previous, ofRevision]
        for case let candidate? in candidates where candidate != live && self.record(of: candidate) != nil {
            return .to(candidate)
        }
        return .nowhere
    }
}
