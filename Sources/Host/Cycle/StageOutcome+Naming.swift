import Model

extension StageOutcome {
    /// Files of the worktree that a stage worked in, named as they are named in the repository: `repos/api/Package.swift`.
    func naming(asIn request: StageRequest) -> StageOutcome {
        var root = request.sourceDirectory
        if !request.service.path.isEmpty {
            guard root.hasSuffix("/\(request.service.path)") else { return self }
            root.removeLast(request.service.path.count + 1)
        }
        guard root.count > 1 else { return self }
        var outcome = self
        outcome.summary = summary.replacing("\(root)/", with: "")
        for index in diagnostics.indices {
            outcome.diagnostics[index].message = diagnostics[index].message.replacing("\(root)/", with: "")
            outcome.diagnostics[index].detail = diagnostics[index].detail?.replacing("\(root)/", with: "")
        }
        return outcome
    }
}
