import Git
import Model

/// Tells a file that a commit brought into feedback/ from one that somebody with a right to the folder has put there.
///
/// By its name alone: what git writes need not be what the commit holds (line ends, `$Id$`), and whoever may push says how.
struct CommittedFeedback: Sendable {
    let origin: Origin

    /// Whether the checkout's commit, or the one it is being brought to, has a file of this name. True as well where nobody can
    /// tell: a commit may ask for less.
    func holds(_ name: String) async -> Bool {
        do throws(Failure) {
            for reference in ["HEAD", origin.followed] {
                guard let revision = try await origin.repository.revision(of: reference) else { continue }
                for file in try await origin.repository.files(under: "feedback", in: revision) {
                    if Self.becomes(file.path, name) { return true }
                }
            }
            return false
        } catch {
            return true
        }
    }

    /// A name that is no text is another one in the inbox, with a `%` for each byte that fits nowhere.
    private static func becomes(_ path: String, _ name: String) -> Bool {
        path == "feedback/\(name)" || path.contains("\u{FFFD}") && name.contains("%")
    }
}
