/// How a coder is spoken to.
package struct PromptOptions: Sendable, Hashable {
    /// The dialect that the answer's patches are to be in.
    package enum Dialect: Sendable, Hashable, CaseIterable {
        case unifiedDiff
        case searchReplace
        /// The envelope of Codex: `*** Begin Patch`.
        case envelope
    }

    /// For everything that is told, the instructions included.
    package var tokens: Int
    package var dialect: Dialect
    /// Whether a line for CHANGELOG.md is asked for.
    package var wantsChangelog: Bool

    package init(tokens: Int = 24_000, dialect: Dialect = .searchReplace, wantsChangelog: Bool = false) {
        self.tokens = tokens
        self.dialect = dialect
        self.wantsChangelog = wantsChangelog
    }
}
