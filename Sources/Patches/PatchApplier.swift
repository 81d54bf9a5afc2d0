import Model

/// Applies what a patch says of one file, in memory: all of it or nothing.
///
/// Where the base is known and the file has moved on, the rule is: apply to the base's content with `.base`, then merge
/// base, result and today's content three ways. Where it is not, apply to today's content.
package enum PatchApplier {
    /// What is known of the content that the patch is applied to.
    package enum Knowledge: Hashable, Sendable {
        /// It may have changed since the patch was made: line numbers settle nothing by themselves.
        case unknown
        /// It is the content that the patch was made from: line numbers can be believed where the patch's counts are right.
        case base
    }

    package struct Applied: Hashable, Sendable {
        /// nil: the file is no more.
        package var content: [UInt8]?
        package var placements: [HunkPlacement]
        /// The file already was as the patch wants it.
        package var isUnchanged: Bool
    }

    /// - Parameters:
    ///   - content: what the patch reads: of a rename or copy the old file's; nil where there is no file.
    ///   - file: what to call it in messages; nil: as the patch does.
    ///
    /// Throws a rejection with the first differing line, five numbered lines around it and the candidates.
    package static func apply(
        _ patch: FilePatch, to content: [UInt8]?, file: String? = nil, knowing knowledge: Knowledge = .unknown
    ) throws(PatchRejection) -> Applied {
        let file = file ?? patch.name
        switch patch.kind {
        case .create: return try create(patch, over: content, file)
        case .whole: return try replace(patch, content, file, knowledge)
        case .snippet:
            throw rejection(
                .anchor, .anchor, file, "the snippet for '\(file)' does not say where it belongs",
                remedy: "name the line, or the text it replaces")
        case .delete where patch.deletesUnseen:
            return Applied(content: nil, placements: [], isUnchanged: content == nil)
        case .modify, .delete, .rename, .copy: break
        }
        guard let content else {
            throw rejection(
                .conflict, .file, file, "'\(patch.oldPath ?? file)' is not there", remedy: "check the file's name")
        }
        var applied = Applied(content: content, placements: [], isUnchanged: patch.hunks.isEmpty)
        if !patch.hunks.isEmpty {
            let isBase = knowledge == .base || patch.oldBlob.map { GitBlob.has(content, id: $0) } ?? false
            var change = FileChange(content, hunks: patch.hunks, file: file, isBase: isBase)
            applied = try change.apply()
        }
        guard patch.kind == .delete else { return applied }
        guard applied.content?.isEmpty == true else {
            throw rejection(
                .conflict, .file, file, "'\(file)' is to be removed but holds more than the patch shows",
                remedy: "make the diff against the file as it is now")
        }
        return Applied(content: nil, placements: applied.placements, isUnchanged: false)
    }

    private static func create(_ patch: FilePatch, over existing: [UInt8]?, _ file: String) throws(PatchRejection)
        -> Applied
    {
        let wanted = Array(patch.hunks.flatMap(\.new).joined())
        var placement = HunkPlacement(
            hunk: 1, statedLine: 0, line: 1, rung: .exact, isAlreadyApplied: false, isByHint: false)
        if let existing, !existing.isEmpty || wanted.isEmpty {
            guard withoutReturns(existing) == withoutReturns(wanted) else {
                throw rejection(
                    .conflict, .file, file, "'\(file)' is to be created but is there already",
                    remedy: "make a diff that changes the file")
            }
            placement.isAlreadyApplied = true
            return Applied(content: existing, placements: [placement], isUnchanged: true)
        }
        return Applied(content: wanted, placements: [placement], isUnchanged: false)
    }

    /// Line ends and byte order mark stay the file's.
    ///
    /// Throws where it is not known which state of the file is replaced: what came since would be undone.
    private static func replace(_ patch: FilePatch, _ existing: [UInt8]?, _ file: String, _ knowledge: Knowledge)
        throws(PatchRejection) -> Applied
    {
        var wanted = patch.content ?? []
        if let existing {
            let lines = FileLines.split(existing)
            let ends = lines.filter { $0.last == 10 }
            if !ends.isEmpty, ends.allSatisfy({ $0.dropLast().last == 13 }), !wanted.contains(13) {
                wanted = wanted.flatMap { $0 == 10 ? [13, 10] : [$0] }
            }
            if existing.starts(with: FileEncoding.mark), !wanted.starts(with: FileEncoding.mark) {
                wanted = FileEncoding.mark + wanted
            }
        }
        if let existing, !existing.isEmpty, existing != wanted, knowledge == .unknown {
            throw rejection(
                .conflict, .file, file,
                "'\(file)' is there, and nothing says which state of it the whole file is made from",
                remedy: "name the commit that you saw (\"base\"), or send a diff")
        }
        let placement = HunkPlacement(
            hunk: 1, statedLine: nil, line: 1, rung: .exact, isAlreadyApplied: wanted == existing, isByHint: false)
        return Applied(content: wanted, placements: [placement], isUnchanged: wanted == existing)
    }

    private static func withoutReturns(_ bytes: [UInt8]) -> [UInt8] {
        bytes.contains(13) ? bytes.filter { $0 != 13 } : bytes
    }

    static func rejection(
        _ code: Rejection, _ reason: PatchRejection.Reason, _ file: String, _ message: String, remedy: String
    ) -> PatchRejection {
        PatchRejection(
            failure: Failure(code, message, remedy: remedy), detail: .init(reason: reason, file: file))
    }
}
