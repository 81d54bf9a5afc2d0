package import Model

/// The result of merging trees without a checkout.
package enum MergeOutcome: Hashable, Sendable {
    case clean(tree: ObjectID)
    case conflicts([MergeConflict])
}

/// A path that both sides changed in ways that don't go together.
package struct MergeConflict: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case bothModified, bothAdded, deletedByOurs, deletedByTheirs, fileAndFolder
    }
    package var path: String
    package var kind: Kind
}

/// The result of taking commits over to another base.
package enum RebaseOutcome: Hashable, Sendable {
    /// The new tip. Equals the new base when it held every change already.
    case rebased(Revision)
    /// Nothing was written; `commit` is the first one that does not apply.
    case conflicts(commit: Revision, [MergeConflict])
}
