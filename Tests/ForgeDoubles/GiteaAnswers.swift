import Model

/// What Gitea answers.
struct GiteaAnswers: Sendable {
    let state: SharedRepository
    let name: String

    private static let repo = "/repos/{owner}/{repo}"
    static let operations: [Operation] = [
        Operation(
            "GET", repo + "/pulls",
            query: [
                "state": .string(of: ["open", "closed", "all"]),
                "sort": .string(of: [
                    "oldest", "recentupdate", "leastupdate", "mostcomment", "leastcomment", "priority",
                ]),
                "milestone": .integer, "labels": .integer, "page": .integer, "limit": .integer,
            ]),
        Operation(
            "POST", repo + "/pulls",
            body: .object([
                "head!": .string(), "base!": .string(), "title!": .string(most: 255), "body": .string(),
                "assignee": .string(),
                "assignees": .array(.string()), "milestone": .integer, "labels": .array(.integer),
                "due_date": .string(),
            ])),
        Operation("GET", repo + "/pulls/{number}"),
        Operation(
            "PATCH", repo + "/pulls/{number}",
            body: .object([
                "title": .string(most: 255), "body": .string(), "base": .string(), "assignee": .string(),
                "assignees": .array(.string()), "milestone": .integer, "labels": .array(.integer),
                "state": .string(of: ["open", "closed"]), "due_date": .string(), "unset_due_date": .boolean,
            ])),
        Operation("POST", repo + "/issues/{number}/comments", body: .object(["body!": .string()])),
        Operation("POST", repo + "/issues/{number}/labels", body: .object(["labels": .array(.integer)])),
        Operation("GET", repo + "/labels", query: ["page": .integer, "limit": .integer]),
        Operation(
            "POST", repo + "/labels",
            body: .object([
                "name!": .string(), "color!": .string(), "exclusive": .boolean, "description": .string(),
                "priority": .string(),
            ])),
        Operation("GET", repo + "/branches/{branch*}"), Operation("DELETE", repo + "/branches/{branch*}"),
        Operation(
            "POST", repo + "/statuses/{sha}",
            body: .object([
                "state": .string(of: ["pending", "success", "error", "failure", "warning"]), "target_url": .string(),
                "description": .string(), "context": .string(),
            ])),
    ]

    private func error(_ status: Int, _ message: String) -> DoubleReply {
        DoubleReply(status, .object(["message": text(message), "url": text("https://gitea.example/api/swagger")]))
    }

    func answer(_ operation: Operation, _ request: DoubleRequest) -> DoubleReply {
        guard request.header("authorization") == "token \(GiteaDouble.token)" else {
            return error(401, "token is required")
        }
        guard "\(request.variables["owner"] ?? "")/\(request.variables["repo"] ?? "")" == name else {
            return DoubleReply(404, .object(["errors": .null, "message": text("not found"), "url": text("x")]))
        }
        return state.change { act(operation, request, &$0) }
    }

    private func act(_ operation: Operation, _ request: DoubleRequest, _ repository: inout DoubleRepository)
        -> DoubleReply
    {
        let body = request.body ?? .null
        let index = repository.index(request.variables["number"])
        switch "\(operation.method) \(operation.path.split(separator: "/").last ?? "")" {
        case "GET pulls": return list(request, repository)
        case "POST pulls": return open(body, &repository)
        case "GET {number}":
            guard let index else { return error(404, "pull request does not exist") }
            return DoubleReply(200, document(repository.requests[index], repository))
        case "PATCH {number}":
            guard let index else { return error(404, "pull request does not exist") }
            if let title = body["title"]?.string, !title.isEmpty { repository.requests[index].title = title }
            if let text = body["body"]?.string { repository.requests[index].body = text }
            if let state = body["state"]?.string {
                guard !repository.requests[index].isMerged else {
                    return error(412, "cannot change state of this pull request, it was already merged")
                }
                repository.requests[index].isOpen = state == "open"
            }
            return DoubleReply(201, document(repository.requests[index], repository))
        case "POST comments":
            guard let index else { return error(404, "issue does not exist") }
            repository.requests[index].comments.append(body["body"]?.string ?? "")
            return DoubleReply(201, .object(["id": number(repository.id()), "body": body["body"] ?? .null]))
        case "POST labels" where operation.path.contains("/issues/"):
            guard let index, case .array(let ids)? = body["labels"] else { return error(404, "issue does not exist") }
            for case .integer(let id) in ids {
                guard let name = repository.labels.first(where: { $0.value == Int(id) })?.key else {
                    return error(404, "label does not exist")
                }
                if !repository.requests[index].labels.contains(name) { repository.requests[index].labels.append(name) }
            }
            return DoubleReply(
                200, .array(repository.requests[index].labels.map { label($0, repository.labels[$0] ?? 0) }))
        case "GET labels":
            let all = repository.labels.sorted { $0.value < $1.value }.map { label($0.key, $0.value) }
            return page(request, all)
        case "POST labels":
            let (name, color) = (body["name"]?.string ?? "", body["color"]?.string ?? "")
            guard color.count == 7, color.hasPrefix("#"), UInt32(color.dropFirst(), radix: 16) != nil else {
                return error(422, "bad color code: \(color)")
            }
            let id = repository.id()
            repository.labels[name] = id
            return DoubleReply(201, label(name, id))
        case "GET {branch*}":
            guard let branch = request.variables["branch"], let commit = repository.branches[branch] else {
                return error(404, "branch does not exist")
            }
            return DoubleReply(
                200,
                .object(["name": text(branch), "commit": .object(["id": text(commit)]), "protected": .bool(false)]))
        case "DELETE {branch*}":
            guard let branch = request.variables["branch"], repository.branches[branch] != nil else {
                return error(404, "branch does not exist")
            }
            guard !repository.protected.contains(branch) else { return error(403, "branch protected") }
            repository.branches[branch] = nil
            return DoubleReply(204)
        case "POST {sha}":
            repository.statuses.append((request.variables["sha"] ?? "", body))
            return DoubleReply(
                201,
                .object([
                    "id": number(repository.id()), "status": body["state"] ?? .null,
                    "context": body["context"] ?? .null,
                ]))
        default: return error(404, "not found")
        }
    }

    private func page(_ request: DoubleRequest, _ items: [JSONValue]) -> DoubleReply {
        let size = min(50, max(1, request.parameter("limit").flatMap { Int($0) } ?? 30))
        let page = max(1, request.parameter("page").flatMap { Int($0) } ?? 1)
        var headers: [(String, String)] = [("X-Total-Count", "\(items.count)")]
        if items.count > page * size {
            let others = request.query.filter { $0.name != "page" }.map { "\($0.name)=\($0.value)&" }.joined()
            headers.append(
                (
                    "Link",
                    "<http://\(request.header("host") ?? "")\(request.path)?\(others)page=\(page + 1)>; rel=\"next\""
                ))
        }
        return DoubleReply(200, .array(Array(items.dropFirst((page - 1) * size).prefix(size))), headers: headers)
    }

    private func list(_ request: DoubleRequest, _ repository: DoubleRepository) -> DoubleReply {
        var found = repository.requests
        switch request.parameter("state") ?? "open" {
        case "open": found = found.filter(\.isOpen)
        case "closed": found = found.filter { !$0.isOpen }
        default: break
        }
        if request.parameter("sort") != "oldest" { found.reverse() }
        return page(request, found.map { document($0, repository) })
    }

    private func open(_ body: JSONValue, _ repository: inout DoubleRepository) -> DoubleReply {
        let (branch, base) = (body["head"]?.string ?? "", body["base"]?.string ?? "")
        guard repository.branches[branch] != nil, repository.branches[base] != nil else {
            return error(404, "The target couldn't be found.")
        }
        if repository.requests.contains(where: {
            $0.branch == branch && $0.base == base && $0.isOpen && $0.source == name
        }) {
            return error(
                409,
                "pull request already exists for these targets [id: 1, issue_id: 1, head_repo_id: 1, base_repo_id: 1, head_branch: \(branch), base_branch: \(base)]"
            )
        }
        let made = repository.open(
            title: body["title"]?.string ?? "", body: body["body"]?.string, branch: branch, base: base, isDraft: false)
        return DoubleReply(201, document(made, repository))
    }

    private func label(_ name: String, _ id: Int) -> JSONValue {
        .object([
            "id": number(id), "name": text(name), "exclusive": .bool(false), "color": text("5319e7"),
            "description": text(""), "url": text("x"),
        ])
    }

    private func document(_ request: DoubleRepository.Request, _ repository: DoubleRepository) -> JSONValue {
        // Of a branch that is gone the head is the pull request's own ref, and of a fork that is gone there is no repository.
        let isThere = request.source == name && repository.branches[request.branch] != nil
        return .object([
            "id": number(request.number + 300), "url": text("https://gitea.example/\(name)/pulls/\(request.number)"),
            "number": number(request.number),
            "user": .object(["id": number(1), "login": text("deployer")]), "title": text(request.title),
            "body": text(request.body ?? ""),
            "labels": .array(request.labels.map { label($0, repository.labels[$0] ?? 0) }),
            "state": text(request.isOpen ? "open" : "closed"),
            "is_locked": .bool(false), "comments": number(request.comments.count),
            "html_url": text("https://gitea.example/\(name)/pulls/\(request.number)"),
            "mergeable": .bool(true), "merged": .bool(request.isMerged),
            "merged_at": request.isMerged ? text("2026-11-01T00:00:00Z") : .null,
            "merge_commit_sha": request.isMerged ? text(request.mergeCommit) : .null,
            "merge_base": text(DoubleRepository.commit(1)),
            "base": .object([
                "label": text(request.base), "ref": text(request.base), "sha": text(DoubleRepository.commit(1)),
                "repo_id": number(1), "repo": .object(["full_name": text(name)]),
            ]),
            "head": .object([
                "label": text(request.branch),
                "ref": text(isThere ? request.branch : "refs/pull/\(request.number)/head"), "sha": text(request.head),
                "repo_id": number(request.source == name ? 1 : request.source == nil ? -1 : 2),
                "repo": request.source.map { .object(["full_name": text($0)]) } ?? .null,
            ]),
            "created_at": text("2026-11-01T00:00:00Z"), "updated_at": text("2026-11-01T00:00:00Z"), "closed_at": .null,
            "due_date": .null,
        ])
    }
}
