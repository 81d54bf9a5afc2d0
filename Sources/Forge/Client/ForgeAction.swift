/// What a request is for, in the words of its failure.
struct ForgeAction: Sendable {
    /// Completes `could not …`.
    let words: String
    let right: Right
    /// What to do when the forge does not accept who asks; nil where it is a token that somebody made.
    var whenRefused: String?

    /// What a token must allow for it.
    enum Right: Sendable { case pullRequests, comments, labels, branches, statuses, checks, installation }

    init(_ words: String, _ right: Right, whenRefused: String? = nil) {
        self.words = words
        self.right = right
        self.whenRefused = whenRefused
    }

    /// An imperative sentence on how the token gets that right.
    func remedy(_ kind: ForgeKind) -> String {
        switch kind {
        case .github: "Give the token or App \(github), in the settings of the token or of the App's permissions."
        case .gitlab:
            "Give the token the scope 'api' and at least the role Developer in the project (Maintainer for protected branches)."
        case .gitea: "Give the token the scope '\(gitea)', and its user the right to write to the repository."
        case .pagure: "Give the API key the rights \(pagure), and its user commit access to the project."
        }
    }

    private var github: String {
        switch right {
        case .pullRequests: "'Pull requests: read and write' (a classic token: the scope 'repo')"
        case .comments, .labels:
            "'Pull requests: read and write' and 'Issues: read and write' (a classic token: the scope 'repo')"
        case .branches: "'Contents: read and write' (a classic token: the scope 'repo')"
        case .statuses: "'Commit statuses: read and write' (a classic token: the scope 'repo:status')"
        case .checks: "'Checks: read and write', which only an App can have,"
        case .installation: "an installation in this repository"
        }
    }

    private var gitea: String {
        switch right {
        case .comments, .labels: "write:issue"
        default: "write:repository"
        }
    }

    private var pagure: String {
        switch right {
        case .comments: "'pull_request_comment'"
        case .statuses, .checks: "'commit_flag'"
        case .branches: "'commit'"
        default: "'pull_request_create', 'pull_request_update' and 'pull_request_close'"
        }
    }
}
