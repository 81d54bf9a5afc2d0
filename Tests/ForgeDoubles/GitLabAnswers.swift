import Model

/// What GitLab answers.
struct GitLabAnswers: Sendable {
    let state: SharedRepository
    let project: String
    let hasFastForwards: Bool

    static let operations: [Operation] = [
        Operation(
            "GET", "/projects/{id}/merge_requests",
            query: [
                "state": .string(of: ["opened", "closed", "locked", "merged", "all"]), "source_branch": .string(),
                "target_branch": .string(),
                "order_by": .string(of: [
                    "created_at", "label_priority", "milestone_due", "merged_at", "popularity", "priority", "title",
                    "updated_at",
                ]),
                "sort": .string(of: ["asc", "desc"]), "per_page": .integer, "page": .integer, "labels": .string(),
            ]),
        Operation(
            "POST", "/projects/{id}/merge_requests",
            body: .object([
                "source_branch!": .string(), "target_branch!": .string(), "title!": .string(most: 255),
                "description": .string(most: 1_048_576), "labels": .string(), "remove_source_branch": .boolean,
                "squash": .boolean, "allow_collaboration": .boolean, "assignee_id": .integer, "milestone_id": .integer,
                "target_project_id": .integer,
            ])),
        Operation("GET", "/projects/{id}/merge_requests/{iid}"),
        Operation(
            "PUT", "/projects/{id}/merge_requests/{iid}",
            body: .object([
                "title": .string(most: 255), "description": .string(most: 1_048_576),
                "state_event": .string(of: ["close", "reopen"]), "labels": .string(), "add_labels": .string(),
                "target_branch": .string(), "remove_source_branch": .boolean, "squash": .boolean,
            ])),
        Operation(
            "POST", "/projects/{id}/merge_requests/{iid}/notes",
            body: .object(["body!": .string(most: 1_000_000), "internal": .boolean])),
        Operation("GET", "/projects/{id}/repository/branches/{branch}"),
        Operation("DELETE", "/projects/{id}/repository/branches/{branch}"),
        Operation(
            "POST", "/projects/{id}/statuses/{sha}",
            body: .object([
                "state!": .string(of: ["pending", "running", "success", "failed", "canceled", "skipped"]),
                "name": .string(),
                "context": .string(), "description": .string(most: 255), "target_url": .string(most: 255),
                "ref": .string(),
                "coverage": .integer, "pipeline_id": .integer,
            ])),
    ]

    private func error(_ status: Int, _ message: String) -> DoubleReply {
        DoubleReply(status, .object(["message": text(message)]))
    }

    func answer(_ operation: Operation, _ request: DoubleRequest) -> DoubleReply {
        guard request.header("private-token") == GitLabDouble.token else { return error(401, "401 Unauthorized") }
        // A path of groups is one component, its slashes escaped.
        guard request.variables["id"] == project else { return error(404, "404 Project Not Found") }
        return state.change { act(operation, request, &$0) }
    }

    private func act(_ operation: Operation, _ request: DoubleRequest, _ repository: inout DoubleRepository)
        -> DoubleReply
    {
        let body = request.body ?? .null
        let index = repository.index(request.variables["iid"])
        switch "\(operation.method) \(operation.path.split(separator: "/").last ?? "")" {
        case "GET merge_requests": return list(request, repository)
        case "POST merge_requests": return open(body, &repository)
        case "GET {iid}":
            guard let index else { return error(404, "404 Not found") }
            return DoubleReply(200, document(repository.requests[index]))
        case "PUT {iid}":
            guard let index else { return error(404, "404 Not found") }
            if let title = body["title"]?.string { repository.requests[index].title = title }
            if let text = body["description"]?.string { repository.requests[index].body = text }
            if let event = body["state_event"]?.string { repository.requests[index].isOpen = event == "reopen" }
            return DoubleReply(200, document(repository.requests[index]))
        case "POST notes":
            guard let index else { return error(404, "404 Not found") }
            let note = body["body"]?.string ?? ""
            // A note of nothing but a quick action is carried out and not kept.
            if note.split(separator: "\n").contains(where: { $0.hasPrefix("/close") }) {
                repository.requests[index].isOpen = false
            }
            repository.requests[index].comments.append(note)
            return DoubleReply(
                201, .object(["id": number(repository.id()), "body": text(note), "system": .bool(false)]))
        case "GET {branch}":
            guard let branch = request.variables["branch"], let commit = repository.branches[branch] else {
                return error(404, "404 Branch Not Found")
            }
            return DoubleReply(
                200,
                .object([
                    "name": text(branch), "commit": .object(["id": text(commit)]),
                    "protected": .bool(repository.protected.contains(branch)),
                ]))
        case "DELETE {branch}":
            guard let branch = request.variables["branch"], repository.branches[branch] != nil else {
                return error(404, "404 Branch Not Found")
            }
            guard !repository.protected.contains(branch) else {
                return error(403, "403 Forbidden - You cannot delete a protected branch")
            }
            repository.branches[branch] = nil
            return DoubleReply(204)
        case "POST {sha}": return status(request, body, &repository)
        default: return error(404, "404 Not Found")
        }
    }

    private func list(_ request: DoubleRequest, _ repository: DoubleRepository) -> DoubleReply {
        var found = repository.requests
        switch request.parameter("state") ?? "all" {
        case "opened": found = found.filter(\.isOpen)
        case "closed": found = found.filter { !$0.isOpen && !$0.isMerged }
        case "merged": found = found.filter(\.isMerged)
        default: break
        }
        if let branch = request.parameter("source_branch") { found = found.filter { $0.branch == branch } }
        if let base = request.parameter("target_branch") { found = found.filter { $0.base == base } }
        if request.parameter("sort") != "asc" { found.reverse() }
        let size = min(100, max(1, request.parameter("per_page").flatMap { Int($0) } ?? 20))
        let page = max(1, request.parameter("page").flatMap { Int($0) } ?? 1)
        var headers: [(String, String)] = [("X-Total", "\(found.count)"), ("X-Page", "\(page)")]
        if found.count > page * size {
            let others = request.query.filter { $0.name != "page" }.map { "\($0.name)=\($0.value)&" }.joined()
            headers += [
                ("X-Next-Page", "\(page + 1)"),
                (
                    "Link",
                    "<http://\(request.header("host") ?? "")\(request.path)?\(others)page=\(page + 1)>; rel=\"next\""
                ),
            ]
        }
        return DoubleReply(200, .array(found.dropFirst((page - 1) * size).prefix(size).map(document)), headers: headers)
    }

    private func open(_ body: JSONValue, _ repository: inout DoubleRepository) -> DoubleReply {
        let (branch, base) = (body["source_branch"]?.string ?? "", body["target_branch"]?.string ?? "")
        guard repository.branches[branch] != nil, repository.branches[base] != nil else {
            return DoubleReply(400, .object(["message": .object(["source_branch": .array([text("does not exist")])])]))
        }
        if let other = repository.requests.first(where: {
            $0.branch == branch && $0.base == base && $0.isOpen && $0.source == project
        }) {
            return DoubleReply(
                409,
                .object([
                    "message": .array([
                        text("Another open merge request already exists for this source branch: !\(other.number)")
                    ])
                ]))
        }
        let title = body["title"]?.string ?? ""
        var made = repository.open(
            title: title, body: body["description"]?.string, branch: branch, base: base,
            isDraft: title.lowercased().hasPrefix("draft:"))
        made.labels = (body["labels"]?.string ?? "").split(separator: ",").map(String.init)
        if let index = repository.index("\(made.number)") { repository.requests[index].labels = made.labels }
        return DoubleReply(201, document(made))
    }

    private func status(_ request: DoubleRequest, _ body: JSONValue, _ repository: inout DoubleRepository)
        -> DoubleReply
    {
        let commit = request.variables["sha"] ?? ""
        guard repository.branches.values.contains(commit) else { return error(404, "404 Commit Not Found") }
        let last = repository.statuses.last { $0.commit == commit && $0.body["name"] == body["name"] }
        // The machine of states knows no way from a state to itself.
        if let last, last.body["state"] == body["state"], let name = body["state"]?.string {
            return error(
                400,
                "Cannot transition status via :\(name == "running" ? "run" : name) from :\(name) (Reason(s): Status cannot transition via \"\(name)\")"
            )
        }
        repository.statuses.append((commit, body))
        return DoubleReply(
            201,
            .object([
                "id": number(repository.id()), "sha": text(commit), "status": body["state"] ?? .null,
                "name": body["name"] ?? text("default"),
            ]))
    }

    private func document(_ request: DoubleRepository.Request) -> JSONValue {
        let isOwn = request.source == project
        return .object([
            "id": number(request.number + 5000), "iid": number(request.number), "project_id": number(1),
            "title": text(request.title),
            "description": text(request.body),
            "state": text(request.isMerged ? "merged" : request.isOpen ? "opened" : "closed"),
            "created_at": text("2026-11-01T00:00:00.000Z"), "updated_at": text("2026-11-01T00:00:00.000Z"),
            "target_branch": text(request.base), "source_branch": text(request.branch),
            "source_project_id": isOwn ? number(1) : number(2),
            "target_project_id": number(1), "labels": .array(request.labels.map { text($0) }),
            "draft": .bool(request.title.lowercased().hasPrefix("draft:")),
            "work_in_progress": .bool(request.title.lowercased().hasPrefix("draft:")),
            "merge_status": text("can_be_merged"), "detailed_merge_status": text("mergeable"),
            "sha": text(request.head),
            "merge_commit_sha": hasFastForwards ? .null : text(request.mergeCommit), "squash_commit_sha": .null,
            "web_url": text("https://gitlab.example/\(project)/-/merge_requests/\(request.number)"),
            "author": .object(["id": number(1), "username": text("deployer")]),
        ])
    }
}
