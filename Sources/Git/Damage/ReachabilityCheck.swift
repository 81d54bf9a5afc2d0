import CGit2
import Model

/// Whether what HEAD and the references need is there: their commits, the last part of HEAD's history, and all of HEAD's tree.
struct ReachabilityCheck {
    private let session: GitSession
    private var remaining: Int
    private var found: [GitDamage] = []
    private var seen: Set<OID> = []
    private var isRefreshed = false

    /// Commits of HEAD's history that are looked at.
    private static let depth = 200

    init(_ session: GitSession, limit: Int) {
        self.session = session
        remaining = limit
    }

    mutating func run() throws(Failure) -> [GitDamage] {
        let isShallow = git_repository_is_shallow(session.repository) == 1
        for name in try session.referenceNames() {
            var id = git_oid()
            let status = git_reference_name_to_id(&id, session.repository, name)
            guard status == 0 else {
                git_error_clear()
                // A symbolic reference to a branch that does not exist, such as origin/HEAD, is no damage.
                continue
            }
            if !exists(OID(id)) { report(.missingObject, name, "it names \(OID(id).hex), which is not there") }
        }
        guard case .some(let head) = try headRevision(), found.isEmpty else { return found }
        do throws(Failure) {
            var revision = head
            for depth in 0..<Self.depth {
                let commit = try session.commitInfo(revision)
                if depth == 0 { try checkTree(try OID(commit.tree), depth: 0) }
                guard let parent = commit.parents.first else { break }
                let id = try OID(parent)
                if isShallow && !exists(id) { break }
                revision = parent
            }
        } catch {
            guard error.code == .gitNotFound || error.code == .gitDamaged else { throw error }
            report(
                error.code == .gitNotFound ? .missingObject : .unreadableObject, "HEAD",
                error.cause ?? error.message)
        }
        return found
    }

    private mutating func headRevision() throws(Failure) -> Revision? {
        var id = git_oid()
        let status = git_reference_name_to_id(&id, session.repository, "HEAD")
        guard status == 0 else {
            git_error_clear()
            return nil
        }
        if !exists(OID(id)) { report(.missingObject, "HEAD", "it names \(OID(id).hex), which is not there") }
        return try ObjectID(OID(id))
    }

    private mutating func report(_ kind: GitDamage.Kind, _ subject: String, _ detail: String) {
        found.append(GitDamage(kind: kind, subject: subject, detail: detail))
    }

    private mutating func exists(_ id: OID) -> Bool {
        var raw = id.raw
        // Packs are looked through once; looking for new ones after each miss would make the check slow.
        if git_odb_exists_ext(session.objects, &raw, GIT_ODB_LOOKUP_NO_REFRESH.rawValue) == 1 { return true }
        // Once, though: git may have merged packs since this began.
        guard !isRefreshed else { return false }
        isRefreshed = true
        git_odb_refresh(session.objects)
        return git_odb_exists_ext(session.objects, &raw, GIT_ODB_LOOKUP_NO_REFRESH.rawValue) == 1
    }

    private mutating func checkTree(_ tree: OID, depth: Int) throws(Failure) {
        guard remaining > 0, depth < TreeComparison.deepest, seen.insert(tree).inserted else { return }
        for entry in try session.rawTree(tree).entries where entry.mode != .commit {
            remaining -= 1
            if entry.isTree {
                try checkTree(entry.id, depth: depth + 1)
            } else if remaining > 0, !exists(entry.id) {
                report(
                    .missingObject, String(decoding: entry.name, as: UTF8.self),
                    "its content \(entry.id.hex) is not there")
                // One is enough to know.
                remaining = 0
            }
            if remaining <= 0 { return }
        }
    }
}
