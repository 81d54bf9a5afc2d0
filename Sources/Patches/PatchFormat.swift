/// The ways in which a patch is written. The raw value is what a feedback calls it in `format`.
package enum PatchFormat: String, Hashable, Sendable, Codable, CaseIterable {
    /// What `diff -u` and `git diff` write, and what models make of it.
    case unified
    /// `*** Begin Patch` … `*** End Patch`, as Codex's apply_patch takes it.
    case envelope
    /// `<<<<<<< SEARCH` … `=======` … `>>>>>>> REPLACE` below a file's name, as Aider takes it.
    case blocks
    /// The file's new content, whole.
    case file
    /// New lines without the old ones: needs an anchor.
    case snippet
}
