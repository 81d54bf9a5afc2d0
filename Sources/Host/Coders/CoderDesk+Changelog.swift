import Coders
import Diagnostics
import Git
import Model
import Settings

/// The entry in a service's CHANGELOG.md, where the workspace asks for one.
extension CoderDesk {
    /// A diff that adds the coder's line, or the commit's subject where it gave none; nil where none is wanted.
    func changelogPatch(_ proposal: CoderProposal, _ message: String, _ item: RepairCase) async throws(Failure)
        -> Feedback.Patch?
    {
        let subject = String(message.prefix { !$0.isNewline })
        guard settings.writesChangelog, let entry = ChangelogEntry(proposal.changelog ?? subject) else { return nil }
        let path = item.folder.isEmpty ? "CHANGELOG.md" : "\(item.folder)/CHANGELOG.md"
        let repository = parts.origin.repository
        let before = try await repository.content(of: path, in: item.report.revision)
        let text = entry.added(to: before.map { String(decoding: $0, as: UTF8.self) })
        let old = try await repository.tree(of: item.report.revision)
        let new = try await repository.edit(tree: old, [.write(path: path, content: Array(text.utf8))])
        let diff = try await repository.diff(fromTree: old, toTree: new)
        guard !diff.text.isEmpty, diff.omittedBytes == 0 else { return nil }
        return Feedback.Patch(diff.text, format: "unified", target: item.service.text)
    }
}
