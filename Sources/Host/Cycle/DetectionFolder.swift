import Git
import Model

/// Where plugins look at the folders of a commit: a worktree of its own, so that nothing moves under a running build,
/// and one look at a time, so that none moves under another.
actor DetectionFolder {
    private let worktree: GitWorktree
    /// It only grows: the next look at the same folder costs what has changed.
    private var selection = PathSelection(paths: [])
    private var last: Task<Void, Never>?

    /// - Parameters:
    ///   - repository: root of the repository.
    ///   - path: absolute; the last component is unique in the repository.
    init(repository: String, path: String) {
        let name = path.split(separator: "/").last.map(String.init) ?? "detect"
        worktree = GitWorktree(repository: repository, name: "deployer-\(name)", path: path)
    }

    /// Makes some files of a commit available for as long as `body` runs, which is given the folder that holds them.
    func look<Value: Sendable>(
        at revision: Revision, selection: PathSelection, _ body: @escaping @Sendable (String) async -> Value
    ) async throws(Failure) -> Value {
        let before = last
        let look = Task { () -> Result<Value, Failure> in
            await before?.value
            do throws(Failure) {
                try await self.show(revision, selection)
            } catch {
                return .failure(error)
            }
            return .success(await body(worktree.path))
        }
        last = Task { _ = await look.value }
        return try await withTaskCancellationHandler {
            await look.value
        } onCancel: {
            look.cancel()
        }.get()
    }

    private func show(_ revision: Revision, _ wanted: PathSelection) async throws(Failure) {
        selection = selection.union(wanted)
        try await worktree.update(to: revision, selection: selection)
    }

    /// Removes the worktree, for whoever only looked.
    func discard() async { try? await worktree.remove() }
}
