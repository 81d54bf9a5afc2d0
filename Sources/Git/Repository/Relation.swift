/// How one commit stands to another in history.
package enum Relation: Hashable, Sendable {
    case same
    /// It holds the other one and this many commits more: following it is a fast-forward.
    case ahead(Int)
    /// The other one holds it and this many commits more.
    case behind(Int)
    /// Each has commits that the other one has not: what a force push leaves behind.
    case diverged(ahead: Int, behind: Int)
    /// They have no common ancestor.
    case unrelated
}
