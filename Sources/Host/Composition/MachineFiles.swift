import Git
import Model
import Settings

/// What belongs to one machine and must not come by git: settings that decide who may run code here, with their secrets,
/// the daemon's own folder, and links in place of the folders that the daemon writes to and takes files from.
enum MachineFiles {
    /// Folders in the checkout that the daemon works in. Files may be committed there; a link would lead it elsewhere.
    private static let folders = ["feedback", "feedback/applied", "feedback/rejected", "logs"]

    /// The first of them that a commit holds; nil when it holds none.
    static func first(in revision: Revision, of repository: GitRepository) async throws(Failure) -> String? {
        for folder in folders {
            if let entry = try await repository.entry(at: folder, in: revision), entry.mode != .tree { return folder }
        }
        for name in [WorkspaceLayout.environmentName, WorkspaceLayout.ownName]
        where try await repository.entry(at: name, in: revision) != nil {
            return name
        }
        return nil
    }

    /// Why the checkout is not brought to a commit, for people; nil where it may be.
    static func objection(to revision: Revision, of repository: GitRepository) async throws(Failure) -> String? {
        guard let name = try await first(in: revision, of: repository) else { return nil }
        let option = name == WorkspaceLayout.ownName ? "-r --cached" : folders.contains(name) ? "" : "--cached"
        let command = ["git rm", option, name].filter { !$0.isEmpty }.joined(separator: " ")
        return "'\(name)' is part of commit \(revision.short): it belongs to this machine, and would be overwritten or "
            + "removed; take it out with `\(command)`, commit and push"
    }

    /// Refuses a `dispatcher.env` that lies in the checkout because a commit brought it: whoever pushed it would decide
    /// which plugins are loaded and which servers are trusted. Refuses a link, or a file, in place of a folder that the
    /// daemon works in as well: it would move and delete files of others.
    /// - Throws: `config.tracked`.
    static func check(_ repository: GitRepository) async throws(Failure) {
        guard let head = try await repository.revision(of: "HEAD") else { return }
        for folder in folders {
            guard let entry = try await repository.entry(at: folder, in: head), entry.mode != .tree else { continue }
            throw Failure(
                .init("config.tracked"), "'\(folder)' is no folder in commit \(head.short), but a link or a file",
                remedy: "the daemon takes and writes files there: `git rm \(folder)`, commit and push")
        }
        if try await repository.entry(at: WorkspaceLayout.ownName, in: head) != nil {
            throw Failure(
                .init("config.tracked"),
                "'\(WorkspaceLayout.ownName)' is part of commit \(head.short): what this machine agreed to must not come by git",
                remedy:
                    "take it out with `git rm -r --cached \(WorkspaceLayout.ownName)`, commit and push; then move the "
                    + "folder away, for it may hold what others wrote")
        }
        guard try await repository.entry(at: WorkspaceLayout.environmentName, in: head) != nil else { return }
        throw Failure(
            .init("config.tracked"),
            "'\(WorkspaceLayout.environmentName)' is part of commit \(head.short): settings and secrets of a machine must not come by git",
            remedy:
                "take it out with `git rm --cached \(WorkspaceLayout.environmentName)` (the file stays), commit and push; "
                + "then name it in .gitignore, read the file through, and renew the secrets that were in it")
    }
}
