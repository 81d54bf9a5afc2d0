package import Model

/// What HEAD of a repository points at.
package enum HeadState: Hashable, Sendable {
    /// On a branch (`main`, without `refs/heads/`) that has commits.
    case branch(String, Revision)
    /// On a branch that has no commit yet, as in a fresh repository or the clone of an empty one.
    case unborn(String)
    /// On no branch.
    case detached(Revision)

    package var revision: Revision? {
        switch self {
        case .branch(_, let revision), .detached(let revision): revision
        case .unborn: nil
        }
    }

    package var branch: String? {
        switch self {
        case .branch(let name, _), .unborn(let name): name
        case .detached: nil
        }
    }
}

/// What kind of repository this is; everything the daemon has to know before it works with it.
package struct RepositoryFacts: Hashable, Sendable {
    package var head: HeadState
    package var isBare: Bool
    /// Its history was cut off when it was cloned: merges and ancestry may be unanswerable.
    package var isShallow: Bool
    /// No reference yet.
    package var isEmpty: Bool
    /// A merge, rebase or the like that somebody has begun and not finished: `merge`, `rebase`; nil when there is none.
    package var operationInProgress: String?
}
