package import Model

/// The compiler's `.dia` files: everything it found about one source file, fix-its included.
package struct SerializedDiagnostics: Sendable, Hashable {
    package var diagnostics: [Diagnostic]

    /// Reads one file's bytes.
    /// - Throws: `Failure` with code `dia.damaged` for anything that is not a whole serialized-diagnostics file.
    package init(_ bytes: [UInt8], paths: PathMapper, stage: Stage? = nil) throws(Failure) { diagnostics = [] }

    /// Reads every `.dia` below the given folder that still describes a source file: a file that is gone or was
    /// changed after the `.dia` was written makes it stale, and stale ones are left out. Damaged ones too: the text
    /// output still holds what they would have said.
    package static func load(
        scratchDirectory: String, paths: PathMapper, stage: Stage? = nil
    ) -> [Diagnostic] { [] }

    /// One set from what was printed and what was serialized: findings of both appear once, in the order of the text,
    /// with the fix-its, groups and notes of the `.dia`; findings that were not printed again (warnings of an
    /// incremental build) follow.
    package static func merge(text: [Diagnostic], serialized: [Diagnostic]) -> [Diagnostic] { text }
}
