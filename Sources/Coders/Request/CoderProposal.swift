/// What a coder came up with. Nothing of it is believed: the guard, the locator and the verification decide.
package struct CoderProposal: Sendable, Codable, Hashable {
    /// One text with changes, in a dialect that is found out by its content.
    package struct Patch: Sendable, Codable, Hashable {
        package var text: String
        /// The service, folder or file that its paths start from; nil: the paths say it.
        package var target: String?
        package init(_ text: String, target: String? = nil) {
            self.text = text
            self.target = target
        }
    }

    package enum Change: Sendable, Codable, Hashable {
        case patches([Patch])
        /// The working tree that was given was changed; its difference is the patch.
        case workingTree
    }

    package var change: Change
    /// A commit message: one subject, cleaned, and a body where there is one. Nil where the coder gave none.
    package var message: String?
    /// A line for CHANGELOG.md, where the coder gave one.
    package var changelog: String?
    /// What is worth telling people about how it came about.
    package var notes: [String]
    package var usage: TokenUsage

    package init(
        change: Change, message: String? = nil, changelog: String? = nil, notes: [String] = [],
        usage: TokenUsage = TokenUsage()
    ) {
        self.change = change
        self.message = message
        self.changelog = changelog
        self.notes = notes
        self.usage = usage
    }
}
