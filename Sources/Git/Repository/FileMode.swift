/// The modes git knows for an entry of a tree.
package enum FileMode: UInt32, Hashable, Sendable {
    case tree = 0o040000
    case file = 0o100644
    case executable = 0o100755
    case symbolicLink = 0o120000
    /// A submodule: the commit of another repository.
    case commit = 0o160000

    /// Old trees hold other permission bits; git reads them all as one of these five.
    init(raw: UInt32) {
        switch raw & 0o170000 {
        case 0o040000: self = .tree
        case 0o120000: self = .symbolicLink
        case 0o160000: self = .commit
        default: self = raw & 0o100 != 0 ? .executable : .file
        }
    }
}
