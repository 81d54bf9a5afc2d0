import Model

/// A repository as it stands within GitHub's pull requests.
enum GitHubRepositoryDocument {
    private static let links = [
        "archive_url", "assignees_url", "blobs_url", "branches_url", "collaborators_url", "comments_url", "commits_url",
        "compare_url", "contents_url", "contributors_url", "deployments_url", "downloads_url", "events_url",
        "forks_url",
        "git_commits_url", "git_refs_url", "git_tags_url", "hooks_url", "html_url", "issue_comment_url",
        "issue_events_url", "issues_url", "keys_url", "labels_url", "languages_url", "merges_url", "milestones_url",
        "notifications_url", "pulls_url", "releases_url", "stargazers_url", "statuses_url", "subscribers_url",
        "subscription_url", "tags_url", "teams_url", "trees_url", "url", "clone_url", "git_url", "ssh_url", "svn_url",
    ]
    private static let flags = [
        "fork", "private", "has_downloads", "has_issues", "has_projects", "has_wiki", "has_pages", "archived",
        "disabled",
    ]
    private static let numbers = [
        "id", "forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers",
        "watchers_count",
    ]

    static func make(_ fullName: String, owner: JSONValue, now: JSONValue) -> JSONValue {
        var members: [String: JSONValue] = [
            "full_name": text(fullName), "name": text(fullName.split(separator: "/").last.map(String.init)),
            "node_id": text("n"), "default_branch": text("main"), "owner": owner, "pushed_at": now, "created_at": now,
            "updated_at": now,
        ]
        for name in links { members[name] = text("https://github.example/\(name)") }
        for name in flags { members[name] = .bool(false) }
        for name in numbers { members[name] = number(1) }
        for name in ["description", "homepage", "language", "mirror_url", "license"] { members[name] = .null }
        return .object(members)
    }
}
