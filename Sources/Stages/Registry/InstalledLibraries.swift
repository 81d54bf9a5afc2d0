/// Files of the workspace's `plugins/` that were installed with an operator's consent to their digest.
///
/// Such a file is loaded as what was agreed to or not at all; and its digest is as good as one on the allow-list.
package struct InstalledLibraries: Sendable, Hashable {
    /// By the file's name.
    package var digests: [String: Set<String>]
    package init(_ digests: [String: Set<String>] = [:]) { self.digests = digests }

    /// Nil: this file was not installed that way, and the other rules hold for it.
    func allows(_ name: String, digest: String) -> Bool? { digests[name]?.contains(digest) }
}
