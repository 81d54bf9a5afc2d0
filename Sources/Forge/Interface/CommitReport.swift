/// What was found out about a commit, for the forge to show beside it.
package struct CommitReport: Hashable, Sendable {
    package enum State: String, Hashable, Sendable { case pending, success, failure, error }

    /// Names the series: `codex-deployer/api`. A later report of the same name takes the place of the earlier one.
    package var name: String
    package var state: State
    /// One line.
    package var title: String
    /// Markdown; shown where the forge has room for it (GitHub's checks).
    package var summary: String
    /// Where to read more.
    package var url: String?
    package var annotations: [Annotation]

    package init(
        name: String, state: State, title: String, summary: String = "", url: String? = nil,
        annotations: [Annotation] = []
    ) {
        self.name = name
        self.state = state
        self.title = title
        self.summary = summary
        self.url = url
        self.annotations = annotations
    }
}

/// What the forge took of a report.
package struct ReportReceipt: Hashable, Sendable {
    package enum Form: Hashable, Sendable {
        /// With annotations in the files (GitHub, with an App).
        case check
        /// A state, a line and a link.
        case status
    }
    package var form: Form
    /// How many annotations are shown; the rest, and all of them with a status, only the report itself holds.
    package var annotations: Int
    package init(form: Form, annotations: Int) {
        self.form = form
        self.annotations = annotations
    }
}
