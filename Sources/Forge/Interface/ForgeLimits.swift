/// What a forge has room for, and what it does not offer.
package struct ForgeLimits: Hashable, Sendable {
    /// Characters of a pull request's text, and of a comment.
    package var text: Int
    package var hasDrafts: Bool
    package var hasLabels: Bool
    /// Whether diagnostics are shown in the files.
    package var hasAnnotations: Bool
    /// Whether a branch can be deleted through the interface; git can always do it.
    package var deletesBranches: Bool
    package init(text: Int, hasDrafts: Bool, hasLabels: Bool, hasAnnotations: Bool, deletesBranches: Bool) {
        self.text = text
        self.hasDrafts = hasDrafts
        self.hasLabels = hasLabels
        self.hasAnnotations = hasAnnotations
        self.deletesBranches = deletesBranches
    }
}
