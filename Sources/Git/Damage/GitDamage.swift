/// Something broken in a repository, mostly by a machine that stopped while files were being written.
package struct GitDamage: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable {
        case missingFolder, unreadableHead, unreadableConfiguration, emptyReference, unreadableReference
        case truncatedPack, truncatedPackIndex, missingPack, emptyObject, missingObject, unreadableObject
        /// Of the checkout alone: nothing committed is lost; `GitRepository.rebuildIndex` mends it.
        case unreadableIndex
        /// A lock file that has been there for so long that nobody holds it; `GitRepository.removeStaleLocks` mends it.
        case staleLock
    }
    package var kind: Kind
    /// The file, reference or object.
    package var subject: String
    package var detail: String

    /// Only a new clone helps.
    package var needsNewClone: Bool { kind != .unreadableIndex && kind != .staleLock }

    package var description: String { "\(subject): \(detail)" }
}
