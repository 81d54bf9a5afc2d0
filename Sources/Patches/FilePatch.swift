/// What a patch does to one file.
package struct FilePatch: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, Codable {
        case modify, create, delete, rename, copy
        /// The content becomes `content`, whether the file is there or not.
        case whole
        /// `content` are lines for a place that an anchor names; see `SnippetPlacer`.
        case snippet
    }

    package var kind: Kind
    /// The file it reads. nil for `create`, `whole` and `snippet`.
    package var oldPath: String?
    /// The file it writes. nil for `delete`.
    package var newPath: String?
    /// `100644`, `100755`, `120000`, where the patch names one.
    package var oldMode: String?
    package var newMode: String?
    /// The abbreviated id of the blob that the diff was made from, of git's `index` line.
    package var oldBlob: String?
    package var hunks: [Hunk]
    /// Of `whole` and `snippet`.
    package var content: [UInt8]?
    /// A deletion that shows no content takes whatever is there. A diff shows what it deletes, and takes no more.
    package var deletesUnseen: Bool
    /// Where it begins in the patch; from 1.
    package var patchLine: Int

    package init(
        kind: Kind, oldPath: String?, newPath: String?, hunks: [Hunk] = [], content: [UInt8]? = nil, patchLine: Int
    ) {
        self.kind = kind
        self.oldPath = oldPath
        self.newPath = newPath
        self.hunks = hunks
        self.content = content
        self.patchLine = patchLine
        deletesUnseen = false
    }

    /// What to call it in a message.
    package var name: String { newPath ?? oldPath ?? "" }
    package var paths: [String] {
        guard let oldPath, oldPath != newPath else { return [newPath].compactMap { $0 } }
        return [oldPath, newPath].compactMap { $0 }
    }
}
