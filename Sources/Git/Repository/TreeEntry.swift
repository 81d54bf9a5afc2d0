package import Model

/// One name in a tree.
package struct TreeEntry: Hashable, Sendable {
    /// Relative to the root of the repository.
    package var path: String
    package var mode: FileMode
    package var id: ObjectID
    package init(path: String, mode: FileMode, id: ObjectID) {
        self.path = path
        self.mode = mode
        self.id = id
    }
}

/// A difference between two trees.
package struct ChangedPath: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case added, modified, deleted, typeChanged }
    package var path: String
    package var kind: Kind
    /// Nil for an added path.
    package var old: TreeEntry?
    /// Nil for a deleted path.
    package var new: TreeEntry?
}

/// One step of a change to a tree in memory; paths are relative to the root.
package enum TreeEdit: Hashable, Sendable {
    /// Writes a file, and the folders above it. `mode` nil keeps the mode of the file that is there (a new one is `file`).
    case write(path: String, content: [UInt8], mode: FileMode? = nil)
    /// Puts an object that exists already at a path: a blob, or a whole tree with mode `tree`.
    case place(path: String, id: ObjectID, mode: FileMode)
    /// Removes a file or a whole folder. Removing what is not there is an error.
    case delete(path: String)
    case move(from: String, to: String)
}
