package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SerializedDiagnostics {
    /// A `.dia` of more than this is not read: it would be a compiler gone wrong, not a finding.
    private static let sizeLimit = 16 << 20

    /// Reads every `.dia` below the given folder that still describes a source file: one that is gone or was changed
    /// after the `.dia` was written makes it stale, and stale ones are left out. Damaged ones too: the text output
    /// still holds what they would have said. Findings that several files repeat (`emit-module` beside the file's own)
    /// appear once.
    /// - Parameter scratchDirectory: absolute, such as `.build` or the folder of one configuration below it; symbolic
    ///   links are not followed.
    package static func load(
        scratchDirectory: String, paths: PathMapper, stage: Stage? = nil
    ) -> [Diagnostic] {
        var seen = Set<Identity>()
        var found: [Diagnostic] = []
        for path in files(below: scratchDirectory, depth: 8).sorted() {
            guard let facts = FileFacts(path), !facts.isFolder, facts.size <= sizeLimit,
                let data = FileManager.default.contents(atPath: path), data.count <= sizeLimit,
                let file = try? SerializedDiagnostics(Array(data), paths: paths, stage: stage)
            else { continue }
            for diagnostic in file.diagnostics where isCurrent(diagnostic, written: facts.modified, paths: paths) {
                if seen.insert(Identity(diagnostic)).inserted { found.append(diagnostic) }
            }
        }
        return found
    }

    private static func isCurrent(_ diagnostic: Diagnostic, written: Int, paths: PathMapper) -> Bool {
        guard let file = diagnostic.location?.file else { return true }
        // Warnings in the sources of dependencies are nobody's to mend here.
        guard paths.isOwn(file) || diagnostic.isError else { return false }
        guard let changed = FileFacts(paths.absolute(file))?.modified else { return false }
        return changed <= written
    }

    private static func files(below folder: String, depth: Int) -> [String] {
        guard depth > 0, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        var found: [String] = []
        for name in names {
            let path = folder + "/" + name
            if name.hasSuffix(".dia") {
                found.append(path)
            } else if !skipped.contains(name), FileFacts(path)?.isFolder == true {
                found += files(below: path, depth: depth - 1)
            }
        }
        return found
    }

    // Large, and without a `.dia` of the package itself.
    private static let skipped: Set<String> = ["checkouts", "repositories", "artifacts", "ModuleCache", "index"]

    /// What makes two tellings of a finding the same one within a single run.
    struct Identity: Hashable {
        let severity: Diagnostic.Severity
        let message: String
        let location: FileLocation?
        init(_ diagnostic: Diagnostic) {
            severity = diagnostic.severity
            message = diagnostic.message
            location = diagnostic.location
        }
    }

    /// One set from what was printed and what was serialized: findings of both appear once, in the order of the text,
    /// with the fix-its and notes of the `.dia`; findings that were not printed again (warnings of an incremental
    /// build) follow.
    package static func merge(text: [Diagnostic], serialized: [Diagnostic]) -> [Diagnostic] {
        var known: [Identity: Diagnostic] = [:]
        for diagnostic in serialized { known[Identity(diagnostic)] = diagnostic }
        var merged = text.map { printed in
            guard let full = known.removeValue(forKey: Identity(printed)) else { return printed }
            var result = printed
            result.fixIts = full.fixIts
            result.group = printed.group ?? full.group
            if full.notes.count >= printed.notes.count { result.notes = full.notes }
            return result
        }
        var added = Set<Identity>()
        for diagnostic in serialized {
            let identity = Identity(diagnostic)
            if known[identity] != nil, added.insert(identity).inserted { merged.append(diagnostic) }
        }
        return merged
    }
}
