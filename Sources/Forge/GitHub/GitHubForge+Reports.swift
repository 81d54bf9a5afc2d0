package import Model

extension GitHubForge {
    /// What GitHub takes in one request.
    static let annotationsPerRequest = 50
    /// Ten requests: further ones would help nobody and count against the second limit.
    static let mostAnnotations = 500

    package func report(_ report: CommitReport, on commit: Revision) async throws(Failure) -> ReportReceipt {
        makesChecks ? try await check(report, on: commit) : try await status(report, on: commit)
    }

    private func status(_ report: CommitReport, on commit: Revision) async throws(Failure) -> ReportReceipt {
        var body: [String: JSONValue] = [
            "state": .string(report.state.rawValue), "context": .string(Scrub.line(report.name, most: 255)),
            "description": .string(Scrub.line(report.title, most: 140)),
        ]
        body["target_url"] = report.url.map { .string($0) }
        _ = try await client.send(
            "POST", root + "/statuses/\(commit)", .object(body),
            ForgeAction("set the status of \(commit.short)", .statuses))
        return ReportReceipt(form: .status, annotations: 0)
    }

    /// The first request makes the check, each further one adds annotations, the last one completes it: a check that was cut
    /// off in between stays in progress, and does not pass for complete.
    private func check(_ report: CommitReport, on commit: Revision) async throws(Failure) -> ReportReceipt {
        let action = ForgeAction("report on \(commit.short)", .checks)
        let shown = Array(report.annotations.prefix(Self.mostAnnotations))
        var batches = stride(from: 0, to: shown.count, by: Self.annotationsPerRequest).map {
            Array(shown[$0..<min($0 + Self.annotationsPerRequest, shown.count)])
        }
        let first = batches.isEmpty ? [] : batches.removeFirst()
        var body: [String: JSONValue] = [
            "name": .string(Scrub.line(report.name, most: 255)), "head_sha": .string(commit.hex),
            "output": output(report, first, leftOut: report.annotations.count - shown.count),
        ]
        body["details_url"] = report.url.map { .string($0) }
        body.merge(end(report, isLast: batches.isEmpty)) { $1 }
        let made = try await client.send("POST", root + "/check-runs", .object(body), action).members("check run")
        let id = try made.integer("id")
        while !batches.isEmpty {
            let batch = batches.removeFirst()
            var body = end(report, isLast: batches.isEmpty)
            body["output"] = output(report, batch, leftOut: report.annotations.count - shown.count)
            _ = try await client.send("PATCH", root + "/check-runs/\(id)", .object(body), action)
        }
        return ReportReceipt(form: .check, annotations: shown.count)
    }

    private func end(_ report: CommitReport, isLast: Bool) -> [String: JSONValue] {
        guard isLast, report.state != .pending else { return ["status": .string("in_progress")] }
        return [
            "status": .string("completed"), "conclusion": .string(report.state == .success ? "success" : "failure"),
        ]
    }

    private func output(_ report: CommitReport, _ annotations: [Annotation], leftOut: Int) -> JSONValue {
        var summary = report.summary
        if leftOut > 0 { summary += "\n\n\(leftOut) further findings are not annotated here." }
        return .body([
            "title": .string(Scrub.line(report.title, most: 255)),
            "summary": .string(Markdown.capped(summary, to: 65_535)),
            "annotations": .array(
                annotations.map { annotation in
                    var object: [String: JSONValue] = [
                        "path": .string(annotation.path), "start_line": .integer(Int64(annotation.line)),
                        "end_line": .integer(Int64(annotation.line)),
                        "annotation_level": .string(annotation.level.rawValue), "message": .string(annotation.message),
                        "title": .string(annotation.title),
                    ]
                    // Columns may stand only where both lines are the same one, as they always are here.
                    if let column = annotation.column {
                        object["start_column"] = .integer(Int64(column))
                        object["end_column"] = .integer(Int64(column))
                    }
                    return .object(object)
                }),
        ])
    }
}
