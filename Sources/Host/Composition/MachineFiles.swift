import Git
import Model
import Settings

/// What belongs to one machine and must not come by git: settings that decide who may run code here, with their secrets,
/// and the daemon's own folder.
enum MachineFiles {
    /// The first of them that a commit holds; nil when it holds none.
    static func first(in revision: Revision, of repository: GitRepository) async throws(Failure) -> String? {
        for name in [WorkspaceLayout.environmentName, WorkspaceLayout.ownName]
        where try await repository.entry(at: name, in: revision) != nil {
            return name
        }
        return nil
    }

    /// Refuses a `dispatcher.env` that lies in the checkout because a commit brought it: whoever pushed it would decide
    /// which plugins are loaded and which servers are trusted.
    /// - Throws: `config.tracked`.
    static func check(_ repository: GitRepository) async throws(Failure) {
        guard let head = try await repository.revision(of: "HEAD"),
            try await repository.entry(at: WorkspaceLayout.environmentName, in: head) != nil
        else { return }
        throw Failure(
            .init("config.tracked"),
            "'\(WorkspaceLayout.environmentName)' is part of commit \(head.short): settings and secrets of a machine must not come by git",
            remedy:
                "take it out with `git rm --cached \(WorkspaceLayout.environmentName)` (the file stays), commit and push; "
                + "then name it in .gitignore, read the file through, and renew the secrets that were in it")
    }
}
