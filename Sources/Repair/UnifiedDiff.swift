/// A patch in unified format, read: what `diff -u` and `git diff` write.
///
/// Format: POSIX diff, "Diff -u or -U Output Format", and git's extended headers (git-diff, "Generating patch text").
package struct UnifiedDiff: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package enum Kind: Hashable, Sendable { case context, deletion, addition }
        package var kind: Kind
        /// Without the leading sign, with the line end; without one where the patch says so.
        package var bytes: [UInt8]
    }

    package struct Hunk: Hashable, Sendable {
        /// From 1; 0 for an empty file.
        package var oldStart: Int
        package var newStart: Int
        package var lines: [Line]
        /// Where the hunk stands in the patch, for messages; from 1.
        package var patchLine: Int

        package var old: [[UInt8]] { lines.filter { $0.kind != .addition }.map(\.bytes) }
        package var new: [[UInt8]] { lines.filter { $0.kind != .deletion }.map(\.bytes) }
    }

    package struct FilePatch: Hashable, Sendable {
        /// nil: the file is new.
        package var oldPath: String?
        /// nil: the file is removed.
        package var newPath: String?
        package var hunks: [Hunk]
        /// `100644`, `100755`, `120000`, where the patch names one.
        package var newMode: String?
        package var oldMode: String?
        package var patchLine: Int

        package var isCreation: Bool { oldPath == nil }
        package var isDeletion: Bool { newPath == nil }
        package var isRename: Bool { oldPath != nil && newPath != nil && oldPath != newPath }
    }

    package var files: [FilePatch]
}
