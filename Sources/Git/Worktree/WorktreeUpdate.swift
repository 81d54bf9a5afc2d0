package import Model

/// What an update of a worktree did.
package struct WorktreeUpdate: Hashable, Sendable {
    package var revision: Revision
    /// Files written because they are new, differ between the commits or had been changed where they lay.
    package var written = 0
    package var deleted = 0
    /// Files that were looked at because the last update was cut short, or because the caller asked to.
    package var inspected = 0
    /// Why the worktree was looked through as a whole; nil when only the differences were.
    package var repair: Repair?

    package enum Repair: String, Hashable, Sendable {
        case new, interrupted, machineRestarted, administrationDamaged, indexDamaged, oldRevisionMissing
        /// The commit that an update was cut short on cannot be read any more: the worktree was emptied and made anew.
        case pendingUnreadable
    }
}
