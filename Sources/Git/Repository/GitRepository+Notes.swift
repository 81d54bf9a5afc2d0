import CGit2
package import Model

extension GitRepository {
    /// The note on a commit; nil where it has none.
    /// - Parameter reference: the notes' own reference, such as `refs/notes/deployer`.
    package func note(on revision: Revision, in reference: String) throws(Failure) -> String? {
        var id = try OID(revision).raw
        let repository = session.repository
        guard
            let note = try gitIfFound(
                .note, revision.short, free: git_note_free, { git_note_read(&$0, repository, reference, &id) }),
            let message = git_note_message(note.pointer)
        else { return nil }
        return String(cString: message)
    }

    /// Writes the note on a commit, in place of one that is there. The commit itself stays as it is.
    package func setNote(
        _ text: String, on revision: Revision, in reference: String, by signature: Signature
    ) throws(Failure) {
        var (id, made) = (try OID(revision).raw, git_oid())
        let signature = try OwnedSignature(signature)
        let repository = session.repository
        try git(.note, revision.short) {
            git_note_create(&made, repository, reference, signature.pointer, signature.pointer, &id, text, 1)
        }
    }

    /// Removes the note on a commit; none being there is no error.
    package func removeNote(on revision: Revision, in reference: String, by signature: Signature) throws(Failure) {
        var id = try OID(revision).raw
        let signature = try OwnedSignature(signature)
        let repository = session.repository
        try gitIfFound(.note, revision.short) {
            git_note_remove(repository, reference, signature.pointer, signature.pointer, &id)
        }
    }
}
