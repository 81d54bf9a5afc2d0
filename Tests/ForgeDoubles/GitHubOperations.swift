/// The operations that a deployer needs, as GitHub's description has them.
enum GitHubOperations {
    private static let repo = "/repos/{owner}/{repo}"
    private static let output = Shape.object([
        "title!": .string(), "summary!": .string(most: 65535), "text": .string(most: 65535),
        "annotations": .array(
            .object([
                "path!": .string(), "start_line!": .integer, "end_line!": .integer, "start_column": .integer,
                "end_column": .integer, "annotation_level!": .string(of: ["notice", "warning", "failure"]),
                "message!": .string(), "title": .string(), "raw_details": .string(),
            ]), most: 50),
    ])
    /// `title` is required to make a check and optional to change it; the deployer sends it both times.
    private static let check: KeyValuePairs<String, Shape> = [
        "name": .string(), "details_url": .string(), "external_id": .string(), "started_at": .string(),
        "status": .string(of: ["queued", "in_progress", "completed"]), "conclusion": .string(of: conclusions),
        "completed_at": .string(), "output": output,
    ]
    private static let conclusions = [
        "action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out",
    ]

    static let all: [Operation] = [
        Operation(
            "GET", repo + "/pulls",
            query: [
                "state": .string(of: ["open", "closed", "all"]), "head": .string(), "base": .string(),
                "sort": .string(of: ["created", "updated", "popularity", "long-running"]),
                "direction": .string(of: ["asc", "desc"]), "per_page": .integer, "page": .integer,
            ]),
        Operation(
            "POST", repo + "/pulls",
            body: .object([
                "title": .string(), "head!": .string(), "base!": .string(), "body": .string(),
                "maintainer_can_modify": .boolean, "draft": .boolean, "issue": .integer,
            ])),
        Operation("GET", repo + "/pulls/{number}"),
        Operation(
            "PATCH", repo + "/pulls/{number}",
            body: .object([
                "title": .string(), "body": .string(), "state": .string(of: ["open", "closed"]), "base": .string(),
                "maintainer_can_modify": .boolean,
            ])),
        Operation("POST", repo + "/issues/{number}/comments", body: .object(["body!": .string()])),
        Operation("POST", repo + "/issues/{number}/labels", body: .object(["labels": .array(.string())])),
        Operation(
            "POST", repo + "/labels",
            body: .object(["name!": .string(), "color": .string(), "description": .string(most: 100)])),
        Operation("GET", repo + "/git/ref/{ref*}"),
        Operation("DELETE", repo + "/git/refs/{ref*}"),
        Operation(
            "POST", repo + "/statuses/{sha}",
            body: .object([
                "state!": .string(of: ["error", "failure", "pending", "success"]), "target_url": .string(),
                "description": .string(most: 140), "context": .string(),
            ])),
        Operation(
            "POST", repo + "/check-runs",
            body: .object([
                "name!": .string(), "head_sha!": .string(), "details_url": .string(), "external_id": .string(),
                "started_at": .string(), "status": .string(of: ["queued", "in_progress", "completed"]),
                "conclusion": .string(of: conclusions), "completed_at": .string(), "output": output,
            ])),
        Operation("PATCH", repo + "/check-runs/{id}", body: .object(check)),
        Operation("GET", repo + "/installation"),
        Operation(
            "POST", "/app/installations/{installation}/access_tokens",
            body: .object(["repositories": .array(.string()), "repository_ids": .array(.integer)])),
        // Where a renamed repository's requests are sent.
        Operation("GET", "/repositories/{id}/pulls/{number}"),
    ]
}
