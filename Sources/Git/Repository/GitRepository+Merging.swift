import CGit2
package import Model

extension GitRepository {
    /// Merges two trees that come from a common one, in memory.
    /// - Parameter ancestor: nil when they have nothing in common.
    package func merge(
        ancestor: ObjectID?, ours: ObjectID, theirs: ObjectID
    ) throws(Failure) -> MergeOutcome {
        try session.merge(ancestor: ancestor, ours: ours, theirs: theirs)
    }

    /// Takes the commits that `tip` has and `upstream` has not over to a new base, oldest first, by merging trees. Authors and
    /// messages stay; a commit whose changes the base holds already is left out. No reference is touched.
    ///
    /// Repairs do not come this way: when main moved, a patch is located on it and verified anew (Decision 11), because a
    /// merge of trees that nobody built is not what was verified.
    /// - Parameters:
    ///   - upstream: where the commits started; usually the old position of the branch `base` is now on.
    ///   - committer: of the new commits.
    /// - Throws: `git.merge-commit` when one of them has several parents.
    package func rebase(
        _ tip: Revision, from upstream: Revision, onto base: Revision, committer: Signature
    ) throws(Failure) -> RebaseOutcome {
        var current = base
        for commit in try commits(from: tip, excluding: upstream) {
            guard commit.parents.count == 1, let parent = commit.parents.first else {
                throw Failure(
                    .gitMergeCommit, "the commit \(commit.id.short) is no simple change and cannot be rebased",
                    remedy: "Merge it by hand.")
            }
            let tree = try ObjectID(try session.tree(of: current))
            let outcome = try session.merge(
                ancestor: try ObjectID(try session.tree(of: parent)), ours: tree, theirs: commit.tree)
            switch outcome {
            case .conflicts(let conflicts): return .conflicts(commit: commit.id, conflicts)
            case .clean(let merged):
                if merged == tree { continue }
                current = try session.write(
                    CommitDraft(
                        tree: merged, parents: [current], message: commit.message, author: commit.author,
                        committer: committer))
            }
        }
        return .rebased(current)
    }
}
