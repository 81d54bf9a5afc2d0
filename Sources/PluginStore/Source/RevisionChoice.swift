import Git
package import Model

/// What of a repository is meant: the reference that is followed, and the commit it leads to now.
package struct RevisionChoice: Hashable, Sendable {
    /// `refs/heads/main`, `refs/tags/v1`; nil for a commit, which nothing moves.
    package var reference: String?
    package var commit: Revision

    /// A branch by its short or full name, else a tag, else a commit.
    ///
    /// - Parameters:
    ///   - revision: as a person wrote it; nil is the default branch.
    ///   - references: what the remote has below `refs/heads/` and `refs/tags/`, peeled to commits.
    ///   - commit: finds a commit by 7 to 40 digits among those that these references lead to.
    /// - Throws: `plugin.revision`.
    static func of(
        _ revision: String?, defaultBranch: String?, references: [String: Revision], url: RemoteURL,
        commit: (String) async throws(Failure) -> Revision?
    ) async throws(Failure) -> RevisionChoice {
        guard let revision else {
            guard let name = defaultBranch, let found = references[name] else {
                throw Failure(
                    .pluginRevision, "\(url) has no default branch with a commit",
                    remedy: "name a branch or tag: \(url)@NAME")
            }
            return RevisionChoice(reference: name, commit: found)
        }
        if revision.hasPrefix("refs/"), let found = references[revision] {
            return RevisionChoice(reference: revision, commit: found)
        }
        let names = ["refs/heads/\(revision)", "refs/tags/\(revision)"].filter { references[$0] != nil }
        if let name = names.first, let found = references[name] {
            guard names.count == 1 || references[names[1]] == found else {
                throw Failure(
                    .pluginRevision, "'\(revision)' is a branch and a tag of \(url), at different commits",
                    remedy: "write \(names[0]) or \(names[1])")
            }
            return RevisionChoice(reference: name, commit: found)
        }
        if isCommit(revision), let found = try await commit(revision.lowercased()) {
            return RevisionChoice(reference: nil, commit: found)
        }
        let known = references.keys.sorted().prefix(12).map { $0.dropFirst($0.hasPrefix("refs/tags/") ? 10 : 11) }
        throw Failure(
            .pluginRevision, "\(url) has no branch, tag or commit '\(revision)'",
            remedy: isCommit(revision)
                ? "only commits that a branch or tag leads to are taken"
                : known.isEmpty ? "the repository is empty" : "it has: " + known.joined(separator: ", "))
    }

    static func isCommit(_ text: String) -> Bool {
        (7...40).contains(text.utf8.count) && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
