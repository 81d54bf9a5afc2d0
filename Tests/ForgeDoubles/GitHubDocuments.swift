import Model

/// GitHub's documents, with every member that its description requires.
extension GitHubAnswers {
    static func time(_ moment: Timestamp) -> String { String(moment.description.prefix(19)) + "Z" }
    /// Always the same: what has not changed must look so.
    private var now: JSONValue { text("2026-11-01T12:00:00Z") }
    private var link: JSONValue { text("https://github.example/x") }

    func error(_ status: Int, _ message: String) -> DoubleReply {
        DoubleReply(
            status, .object(["message": text(message), "documentation_url": text("https://docs.github.com/rest")]))
    }

    var tooLong: DoubleReply { custom("body is too long (maximum is 65536 characters)") }

    func invalid(_ resource: String, _ field: String, _ code: String) -> DoubleReply {
        validation(.object(["resource": text(resource), "field": text(field), "code": text(code)]))
    }

    func custom(_ message: String) -> DoubleReply {
        validation(.object(["resource": text("PullRequest"), "code": text("custom"), "message": text(message)]))
    }

    private func validation(_ problem: JSONValue) -> DoubleReply {
        DoubleReply(
            422,
            .object([
                "message": text("Validation Failed"), "errors": .array([problem]),
                "documentation_url": text("https://docs.github.com/rest"),
            ]))
    }

    private func user(_ login: String) -> JSONValue {
        var members: [String: JSONValue] = [
            "login": text(login), "id": number(1), "node_id": text("n"), "gravatar_id": text(""), "type": text("User"),
            "site_admin": .bool(false),
        ]
        for name in [
            "avatar_url", "url", "html_url", "followers_url", "following_url", "gists_url", "starred_url",
            "subscriptions_url",
            "organizations_url", "repos_url", "events_url", "received_events_url",
        ] { members[name] = link }
        return .object(members)
    }

    private func side(_ branch: String, _ commit: String, _ repository: String?) -> JSONValue {
        .object([
            "label": text("x:\(branch)"), "ref": text(branch), "sha": text(commit), "user": user("fountain"),
            "repo": repository.map { GitHubRepositoryDocument.make($0, owner: user("fountain"), now: now) } ?? .null,
        ])
    }

    func document(_ request: DoubleRepository.Request, isWhole: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": number(request.number + 1000), "node_id": text("n"), "number": number(request.number),
            "state": text(request.isOpen ? "open" : "closed"), "locked": .bool(false), "title": text(request.title),
            "user": user("deployer"), "body": text(request.body), "milestone": .null, "assignee": .null,
            "labels": .array(
                request.labels.map { name in
                    .object([
                        "id": number(1), "node_id": text("n"), "url": link, "name": text(name), "description": text(""),
                        "color": text("5319e7"), "default": .bool(false),
                    ])
                }),
            "created_at": now, "updated_at": now, "closed_at": request.isOpen ? .null : now,
            "merged_at": request.isMerged ? now : .null,
            // Of an open one it is a trial merge.
            "merge_commit_sha": text(request.mergeCommit ?? DoubleRepository.commit(9999)),
            "head": side(request.branch, request.head, request.source),
            "base": side(request.base, DoubleRepository.commit(1), options.repository),
            "author_association": text("MEMBER"), "auto_merge": .null, "draft": .bool(request.isDraft),
            "html_url": text("https://github.example/\(options.repository)/pull/\(request.number)"),
        ]
        let links = ["comments", "commits", "statuses", "html", "issue", "review_comments", "review_comment", "self"]
        members["_links"] = .object(Dictionary(links.map { ($0, .object(["href": link])) }) { $1 })
        for name in [
            "url", "diff_url", "patch_url", "issue_url", "commits_url", "review_comments_url", "review_comment_url",
            "comments_url", "statuses_url",
        ] { members[name] = link }
        guard isWhole else { return .object(members) }
        members["merged"] = .bool(request.isMerged)
        members["mergeable"] = .bool(true)
        members["mergeable_state"] = text("clean")
        members["merged_by"] = .null
        members["maintainer_can_modify"] = .bool(false)
        for name in ["comments", "review_comments", "commits", "additions", "deletions", "changed_files"] {
            members[name] = number(1)
        }
        return .object(members)
    }

    func labelDocument(_ name: String, _ id: Int) -> JSONValue {
        .object([
            "id": number(id), "node_id": text("n"), "url": link, "name": text(name), "description": text(""),
            "color": text("5319e7"), "default": .bool(false),
        ])
    }

    func comment(_ body: String, _ id: Int) -> JSONValue {
        .object([
            "id": number(id), "node_id": text("n"), "url": link, "html_url": link, "issue_url": link,
            "body": text(body),
            "user": user("deployer"), "created_at": now, "updated_at": now, "author_association": text("MEMBER"),
        ])
    }

    func status(_ body: JSONValue, _ id: Int) -> JSONValue {
        .object([
            "url": link, "avatar_url": link, "id": number(id), "node_id": text("n"), "state": body["state"] ?? .null,
            "description": body["description"] ?? .null, "target_url": body["target_url"] ?? .null,
            "context": body["context"] ?? text("default"), "created_at": now, "updated_at": now,
            "creator": user("deployer"),
        ])
    }

    func checkDocument(_ check: DoubleRepository.Check) -> JSONValue {
        .object([
            "id": number(check.id), "node_id": text("n"), "head_sha": text(check.head), "name": text(check.name),
            "url": link, "html_url": link, "details_url": link, "external_id": text(""), "status": text(check.status),
            "conclusion": text(check.conclusion), "started_at": now,
            "completed_at": check.conclusion == nil ? .null : now,
            "check_suite": .object(["id": number(1)]), "app": .null, "pull_requests": .array([]),
            "output": .object([
                "title": text(check.title), "summary": text(check.summary), "text": .null,
                "annotations_count": number(check.annotations.count), "annotations_url": link,
            ]),
        ])
    }

    var installation: JSONValue {
        .object([
            "id": number(options.app?.installation ?? 0), "account": user("fountain"),
            "repository_selection": text("selected"),
            "access_tokens_url": link, "repositories_url": link, "html_url": link, "app_id": number(1),
            "target_id": number(1),
            "target_type": text("Organization"), "permissions": .object(["checks": text("write")]),
            "events": .array([]),
            "created_at": now, "updated_at": now, "single_file_name": .null, "app_slug": text("deployer"),
            "suspended_by": .null, "suspended_at": .null,
        ])
    }
}
