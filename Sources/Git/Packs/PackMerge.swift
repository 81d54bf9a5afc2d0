import CGit2
package import Model

/// What became of an attempt to merge packs.
package enum PackMergeOutcome: Hashable, Sendable {
    /// Too few have gathered.
    case notNeeded(packs: Int, looseObjects: Int)
    /// It cannot be done here, with the reason.
    case skipped(String)
    case merged(PackMergeSummary)
}

package struct PackMergeSummary: Hashable, Sendable {
    package var packsBefore: Int
    package var packsAfter: Int
    package var objects: Int
    package var looseObjectsRemoved: Int
    /// Objects that nothing refers to, younger than the period of grace, in a pack of their own.
    package var unreachableKept: Int
    /// Objects that nothing has referred to for longer than that.
    package var unreachableDropped: Int
}

/// When packs are merged.
package struct PackMergePolicy: Hashable, Sendable {
    package var mostPacks = 32
    package var mostLooseObjects = 5000
    /// How long objects are kept that nothing refers to: commits tried and given up, the past of a force-pushed branch.
    package var grace: Duration = .seconds(2 * 86_400)
    package init() {}
}

extension GitRepository {
    /// Merges the packs of the repository at `path` into one when too many have gathered. Old packs go only after the new one was
    /// written to the disk, read back and found to hold everything. Runs on a thread of its own, opens the repository for itself,
    /// and may take minutes for a large one; `reopen` other handles afterwards.
    /// - Throws: `git.locked` while another process does the same, `git.disk-full`, `git.damaged`; nothing was removed then.
    package static func mergePacks(
        of path: String, policy: PackMergePolicy = PackMergePolicy()
    ) async throws(Failure) -> PackMergeOutcome {
        try await GitThread(label: "git packs \(path)").run {
            Result { () throws(Failure) in
                defer { cgit2_release_memory() }
                var job = try PackMergeJob(path, policy)
                return try job.run()
            }
        }
    }
}
