package import Model

/// How the operator's checkout stands to the commit the daemon would like to see there.
package struct CheckoutStatus: Hashable, Sendable {
    package var head: HeadState
    /// Tracked paths with changes, staged or not; at most `limit`, and how many there are.
    package var changed: [String]
    package var changedCount: Int
    /// How HEAD stands to the commit asked about; nil while HEAD is unborn.
    package var relation: Relation?
    package var operationInProgress: String?
    /// No tracked path differs from HEAD. Untracked and ignored files are no dirt.
    package var isClean: Bool { changedCount == 0 && operationInProgress == nil }
}

/// What became of the attempt to bring the operator's checkout up to date.
package enum FastForward: Hashable, Sendable {
    case upToDate
    /// `from` is nil when the branch had no commit yet.
    case forwarded(from: Revision?, to: Revision)
    /// Nothing was changed.
    case left(Obstacle)

    package enum Obstacle: Hashable, Sendable, CustomStringConvertible {
        case changed(paths: [String], count: Int)
        /// Untracked or ignored files lie where the new commit has files.
        case inTheWay([String])
        case ahead(Int)
        case diverged(ahead: Int, behind: Int)
        case detached
        case otherBranch(String)
        case operationInProgress(String)
        case bare

        package var description: String {
            switch self {
            case .changed(let paths, let count):
                "it has changes that are not committed (\(Self.list(paths, of: count)))"
            case .inTheWay(let paths): "untracked files are in the way (\(Self.list(paths, of: paths.count)))"
            case .ahead(let count): "it is \(count) commit\(count == 1 ? "" : "s") ahead of origin"
            case .diverged(let ahead, let behind):
                "it has diverged from origin (\(ahead) commit(s) of its own, \(behind) behind)"
            case .detached: "its HEAD is on no branch"
            case .otherBranch(let name): "it is on the branch '\(name)'"
            case .operationInProgress(let name): "a \(name) is in progress there"
            case .bare: "it is a bare repository"
            }
        }

        private static func list(_ paths: [String], of count: Int) -> String {
            let shown = paths.prefix(5).joined(separator: ", ")
            return count > min(5, paths.count) ? "\(shown) and \(count - min(5, paths.count)) more" : shown
        }
    }
}
