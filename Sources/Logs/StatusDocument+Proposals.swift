package import Model

extension StatusDocument {
    /// A repair that was proposed as a pull request, or is about to be, and is not over yet.
    package struct ProposalItem: Sendable, Codable, Hashable {
        /// The feedback that it came from.
        package var feedback: String
        package var branch: String
        package var services: [String]
        package var title: String
        /// `waits-for-merge` (no forge is known: somebody merges `branch` by hand), `pushed` (the forge is still to be asked), `open`, `merged` (its deployment is still to be told), `closed` (its
        /// branch is still to go).
        package var state: String
        package var isDraft: Bool
        /// Absent until the forge has it.
        package var number: Int?
        package var url: String?
        package var openedAt: String

        package init(
            feedback: String, branch: String, services: [ServiceName], title: String, state: String, isDraft: Bool,
            number: Int?, url: String?, openedAt: Timestamp
        ) {
            self.feedback = feedback
            self.branch = branch
            self.services = services.map(\.text)
            self.title = title
            self.state = state
            self.isDraft = isDraft
            self.number = number
            self.url = url
            self.openedAt = openedAt.description
        }
    }
}
