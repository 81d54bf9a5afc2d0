package import Model

extension GitRepository {
    /// What each source is made of at a commit: one call for all services. The cost is that of what changed since the last call
    /// with the same sources; nothing is read when the commit's tree is the same.
    ///
    /// - Returns: one for each source, in order; nil where its folder does not exist at this commit. A glob that matches
    ///   nothing has the empty tree's name as its digest. `configuration` is empty: it is the caller's to fill in.
    /// - Throws: `config.glob` naming a glob that cannot be used.
    package func fingerprints(
        of sources: [FingerprintSource], at revision: Revision
    ) throws(Failure) -> [Fingerprint?] {
        try fingerprinter.fingerprints(of: sources, root: try session.tree(of: revision), in: session)
    }
}
