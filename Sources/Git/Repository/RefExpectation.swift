package import Model

/// Where a reference has to be for an update of it to go through: compare and swap.
package enum RefExpectation: Hashable, Sendable {
    case anything
    case absent
    case revision(Revision)
}
