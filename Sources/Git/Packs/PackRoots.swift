import CGit2
import Model

/// Everything that keeps objects alive: references, HEADs, what unfinished operations noted, reference logs and indexes, of the
/// repository and of all its worktrees.
struct PackRoots {
    /// Must be there.
    private(set) var references: Set<OID> = []
    /// May be gone: logs outlive what they tell of.
    private(set) var others: Set<OID> = []

    init(_ session: GitSession) throws(Failure) {
        for name in try session.referenceNames() {
            var id = git_oid()
            guard git_reference_name_to_id(&id, session.repository, name) == 0 else {
                git_error_clear()
                continue
            }
            references.insert(OID(id))
        }
        var folders = [session.commonDirectory]
        for name in try FileRemoval.names(in: session.commonDirectory + "/worktrees") {
            folders.append("\(session.commonDirectory)/worktrees/\(name)")
        }
        for folder in folders {
            for name in try FileRemoval.names(in: folder) where name == "HEAD" || name.hasSuffix("_HEAD") {
                try addNames(in: "\(folder)/\(name)")
            }
            for file in try RepositoryLayout.files(below: folder + "/logs") { try addNames(in: file) }
            // Each worktree has some references of its own.
            if folder != session.commonDirectory {
                for file in try RepositoryLayout.files(below: folder + "/refs") { try addNames(in: file) }
            }
            try addIndex(folder + "/index")
        }
        others.subtract(references)
        others.remove(.zero)
    }

    /// All words that are names of objects.
    private mutating func addNames(in file: String) throws(Failure) {
        guard let content = try SmallFile.read(file) else { return }
        for line in content.split(separator: UInt8(ascii: "\n")) {
            for word in line.split(whereSeparator: { $0 == 32 || $0 == 9 }).prefix(2) where word.count == 40 {
                if let id = ObjectID(String(decoding: word, as: UTF8.self)) { others.insert(try OID(id)) }
            }
        }
    }

    /// What is staged but not committed.
    private mutating func addIndex(_ file: String) throws(Failure) {
        guard try FileStatus(file) != nil else { return }
        let index = try git(.readIndex, file, free: git_index_free) { git_index_open(&$0, file) }
        for position in 0..<git_index_entrycount(index.pointer) {
            guard let entry = git_index_get_byindex(index.pointer, position)?.pointee,
                FileMode(raw: entry.mode) != .commit
            else { continue }
            others.insert(OID(entry.id))
        }
    }
}
