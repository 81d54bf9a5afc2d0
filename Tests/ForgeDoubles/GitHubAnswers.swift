import Model
import Synchronization

/// What GitHub answers.
struct GitHubAnswers: Sendable {
    let state: GitHubDouble.SharedState
    let options: GitHubDouble.Options

    func limits(_ request: DoubleRequest) -> [(String, String)] {
        let used = state.value.withLock { $0.used }
        return [
            ("X-RateLimit-Limit", "\(options.limit)"), ("X-RateLimit-Remaining", "\(max(0, options.limit - used))"),
            ("X-RateLimit-Reset", "\(Timestamp.now.microseconds / 1_000_000 + 1800)"), ("X-RateLimit-Used", "\(used)"),
            ("X-RateLimit-Resource", "core"), ("X-GitHub-Media-Type", "github.v3; format=json"),
        ]
    }

    func answer(_ operation: Operation, _ request: DoubleRequest) -> DoubleReply {
        let proof = String(request.header("authorization")?.dropFirst("Bearer ".count) ?? "")
        let isAppOnly = operation.path.hasPrefix("/app/") || operation.path.hasSuffix("/installation")
        if isAppOnly {
            guard let app = options.app else { return error(404, "Not Found") }
            if let problem = AppProof.problem(proof, app.id, publicKey: app.publicKey) { return error(401, problem) }
        } else {
            let isKnown = state.value.withLock { proof == options.token || $0.tokens.contains(proof) }
            guard isKnown else { return error(401, "Bad credentials") }
        }
        if let owner = request.variables["owner"], let repo = request.variables["repo"],
            "\(owner)/\(repo)".lowercased() != options.repository.lowercased()
        {
            return error(404, "Not Found")
        }
        let branches = options.branches?()
        return state.value.withLock { state in
            if let branches { state.repository.take(branches) }
            state.used += 1
            guard state.used <= options.limit else {
                return error(403, "API rate limit exceeded for user ID 1.")
            }
            return act(operation, request, &state)
        }
    }

    private func act(_ operation: Operation, _ request: DoubleRequest, _ state: inout GitHubDouble.State) -> DoubleReply
    {
        let number = request.variables["number"]
        let body = request.body ?? .null
        switch "\(operation.method) \(operation.path.split(separator: "/").last ?? "")" {
        case "GET pulls": return list(request, state.repository)
        case "POST pulls": return open(body, &state.repository)
        case "GET {number}":
            guard let index = state.repository.index(number) else { return error(404, "Not Found") }
            return DoubleReply(200, document(state.repository.requests[index], isWhole: true))
        case "PATCH {number}": return change(body, number, &state.repository)
        case "POST comments":
            guard let index = state.repository.index(number) else { return error(404, "Not Found") }
            guard let text = body["body"]?.string, !text.isEmpty else {
                return invalid("IssueComment", "body", "missing_field")
            }
            guard text.utf16.count <= 65_536 else { return tooLong }
            state.repository.requests[index].comments.append(text)
            return DoubleReply(201, comment(text, state.repository.id()))
        case "POST labels" where number != nil: return label(body, number, &state.repository)
        case "POST labels":
            let name = body["name"]?.string ?? ""
            guard state.repository.labels[name] == nil else { return invalid("Label", "name", "already_exists") }
            let id = state.repository.id()
            state.repository.labels[name] = id
            return DoubleReply(201, labelDocument(name, id))
        case "GET {ref*}": return reference(request, state.repository)
        case "DELETE {ref*}": return delete(request, &state.repository)
        case "POST {sha}":
            state.repository.statuses.append((request.variables["sha"] ?? "", body))
            return DoubleReply(201, status(body, state.repository.id()))
        case "POST check-runs", "PATCH {id}": return check(request, body, &state)
        case "GET installation": return DoubleReply(200, installation)
        case "POST access_tokens":
            guard request.variables["installation"] == "\(options.app?.installation ?? 0)" else {
                return error(404, "Not Found")
            }
            let token = "ghs_" + SHA256.hex(of: Array("\(state.repository.id())".utf8)).prefix(36)
            state.tokens.append(token)
            return DoubleReply(
                201,
                .object([
                    "token": .string(token), "expires_at": .string(Self.time(state.tokenEnd)),
                    "repository_selection": text("selected"),
                ]))
        default: return error(404, "Not Found")
        }
    }

    private func list(_ request: DoubleRequest, _ repository: DoubleRepository) -> DoubleReply {
        var found = repository.requests
        switch request.parameter("state") ?? "open" {
        case "open": found = found.filter(\.isOpen)
        case "closed": found = found.filter { !$0.isOpen }
        default: break
        }
        if let base = request.parameter("base") { found = found.filter { $0.base == base } }
        // Without an owner before it the filter is passed over.
        if let head = request.parameter("head"), let colon = head.firstIndex(of: ":") {
            let owner = head[..<colon]
            let branch = head[head.index(after: colon)...]
            found = found.filter { $0.branch == branch && ($0.source ?? "").hasPrefix("\(owner)/") }
        }
        if request.parameter("direction") == "desc" { found.reverse() }
        let size = min(100, max(1, request.parameter("per_page").flatMap { Int($0) } ?? 30))
        let page = max(1, request.parameter("page").flatMap { Int($0) } ?? 1)
        let shown = found.dropFirst((page - 1) * size).prefix(size)
        var headers: [(String, String)] = []
        if found.count > page * size {
            let others = request.query.filter { $0.name != "page" }.map { "\($0.name)=\($0.value)&" }.joined()
            let host = request.header("host") ?? ""
            headers = [
                (
                    "Link",
                    "<http://\(host)\(request.path)?\(others)page=\(page + 1)>; rel=\"next\", <http://\(host)/last>; rel=\"last\""
                )
            ]
        }
        return DoubleReply(200, .array(shown.map { document($0, isWhole: false) }), headers: headers)
    }

    private func open(_ body: JSONValue, _ repository: inout DoubleRepository) -> DoubleReply {
        let (branch, base) = (body["head"]?.string ?? "", body["base"]?.string ?? "")
        guard let title = body["title"]?.string, !title.isEmpty else {
            return invalid("PullRequest", "title", "missing_field")
        }
        guard repository.branches[branch] != nil else { return invalid("PullRequest", "head", "invalid") }
        guard repository.branches[base] != nil else { return invalid("PullRequest", "base", "invalid") }
        guard repository.branches[branch] != repository.branches[base] else {
            return custom("No commits between \(base) and \(branch)")
        }
        guard (body["body"]?.string ?? "").utf16.count <= 65_536 else { return tooLong }
        if repository.requests.contains(where: {
            $0.branch == branch && $0.base == base && $0.isOpen && $0.source == repository.name
        }) {
            return custom("A pull request already exists for \(repository.name.prefix { $0 != "/" }):\(branch).")
        }
        let isDraft = body["draft"] == .bool(true)
        guard options.hasDrafts || !isDraft else {
            return error(422, "Draft pull requests are not supported in this repository.")
        }
        let made = repository.open(
            title: title, body: body["body"]?.string, branch: branch, base: base, isDraft: isDraft)
        return DoubleReply(201, document(made, isWhole: true))
    }

    private func change(_ body: JSONValue, _ number: String?, _ repository: inout DoubleRepository) -> DoubleReply {
        guard let index = repository.index(number) else { return error(404, "Not Found") }
        guard (body["body"]?.string ?? "").utf16.count <= 65_536 else { return tooLong }
        if body["state"]?.string == "open", repository.requests[index].isMerged {
            return custom("state cannot be changed")
        }
        if let title = body["title"]?.string { repository.requests[index].title = title }
        if let text = body["body"]?.string { repository.requests[index].body = text }
        if let state = body["state"]?.string { repository.requests[index].isOpen = state == "open" }
        return DoubleReply(200, document(repository.requests[index], isWhole: true))
    }

    private func label(_ body: JSONValue, _ number: String?, _ repository: inout DoubleRepository) -> DoubleReply {
        guard let index = repository.index(number), case .array(let names)? = body["labels"] else {
            return error(404, "Not Found")
        }
        for name in names.compactMap(\.string) where !repository.requests[index].labels.contains(name) {
            if repository.labels[name] == nil { repository.labels[name] = repository.id() }
            repository.requests[index].labels.append(name)
        }
        let labels = repository.labels
        return DoubleReply(200, .array(repository.requests[index].labels.map { labelDocument($0, labels[$0] ?? 0) }))
    }

    private func reference(_ request: DoubleRequest, _ repository: DoubleRepository) -> DoubleReply {
        let ref = request.variables["ref"] ?? ""
        guard ref.hasPrefix("heads/"), let commit = repository.branches[String(ref.dropFirst(6))] else {
            return error(404, "Not Found")
        }
        return DoubleReply(
            200,
            .object([
                "ref": text("refs/\(ref)"), "node_id": text("n"), "url": text("http://u"),
                "object": .object(["type": text("commit"), "sha": text(commit), "url": text("http://u")]),
            ]))
    }

    private func delete(_ request: DoubleRequest, _ repository: inout DoubleRepository) -> DoubleReply {
        let branch = String((request.variables["ref"] ?? "").dropFirst("heads/".count))
        guard repository.branches[branch] != nil else { return error(422, "Reference does not exist") }
        guard !repository.protected.contains(branch) else { return error(422, "Cannot delete this branch") }
        repository.branches[branch] = nil
        options.deleted(branch)
        // Without its branch no pull request stays open.
        for index in repository.requests.indices where repository.requests[index].branch == branch {
            repository.requests[index].isOpen = false
        }
        return DoubleReply(204)
    }

    private func check(_ request: DoubleRequest, _ body: JSONValue, _ state: inout GitHubDouble.State) -> DoubleReply {
        let proof = String(request.header("authorization")?.dropFirst("Bearer ".count) ?? "")
        guard state.tokens.contains(proof) else {
            return error(403, "You must authenticate via a GitHub App.")
        }
        let output = body["output"] ?? .null
        let (status, conclusion) = (body["status"]?.string ?? "queued", body["conclusion"]?.string)
        guard (status == "completed") == (conclusion != nil) else {
            return custom("a conclusion and completed belong together")
        }
        var new: [JSONValue] = []
        if case .array(let annotations)? = output["annotations"] { new = annotations }
        for annotation in new
        where annotation["start_column"] != nil && annotation["start_line"] != annotation["end_line"] {
            return custom("columns over several lines")
        }
        let index: Int
        if let id = request.variables["id"] {
            guard let found = state.repository.checks.firstIndex(where: { "\($0.id)" == id }) else {
                return error(404, "Not Found")
            }
            index = found
        } else {
            state.repository.checks.append(
                .init(
                    id: state.repository.id(), name: body["name"]?.string ?? "", head: body["head_sha"]?.string ?? "",
                    status: status, title: "", summary: ""))
            index = state.repository.checks.count - 1
        }
        state.repository.checks[index].status = status
        state.repository.checks[index].conclusion = conclusion
        state.repository.checks[index].title = output["title"]?.string ?? state.repository.checks[index].title
        state.repository.checks[index].summary = output["summary"]?.string ?? state.repository.checks[index].summary
        state.repository.checks[index].annotations += new
        return DoubleReply(request.method == "POST" ? 201 : 200, checkDocument(state.repository.checks[index]))
    }
}
