import CGit2
package import Model

/// The operator's checkout: looked at, and brought forward only where nothing of the operator's can be lost.
extension GitRepository {
    /// What is changed in the checkout, and how its HEAD stands to `revision`.
    /// - Parameters:
    ///   - limit: changed paths that are named.
    ///   - folders: changes below them do not count.
    /// - Throws: `git.bare` for a repository without a checkout.
    package func checkoutStatus(
        comparedTo revision: Revision? = nil, limit: Int = 50, ignoring folders: [String] = []
    ) throws(Failure) -> CheckoutStatus {
        guard workTree != nil else { throw Failure(.gitBare, "'\(path)' is a bare repository and has no checkout") }
        let head = try session.head()
        let changed = try session.changedInCheckout(ignoring: folders)
        var relation: Relation?
        if let revision, let own = head.revision { relation = try session.relation(of: own, to: revision) }
        return CheckoutStatus(
            head: head, changed: Array(changed.prefix(limit)), changedCount: changed.count, relation: relation,
            operationInProgress: session.operationInProgress())
    }

    /// Brings the checkout to `revision` when that loses nothing: it is on `branch`, has no changes to tracked files and is not
    /// ahead, and nothing untracked lies in the way. Only files that differ are written. In all other cases nothing is
    /// changed and the reason is the answer.
    /// - Parameter folders: what is changed below them keeps nothing back and stays as it is; what is new there is written.
    /// - Throws: `git.locked` while another git process works there.
    package func fastForward(
        to revision: Revision, branch: String = "main", ignoring folders: [String] = []
    ) throws(Failure) -> FastForward {
        try session.fastForward(to: revision, branch: branch, ignoring: folders)
    }
}

extension GitSession {
    /// Tracked paths that differ between HEAD, index and files; submodules and untracked files don't count.
    func changedInCheckout(ignoring folders: [String]) throws(Failure) -> [String] {
        var options = git_status_options()
        try git(.status, name) { git_status_options_init(&options, GitLibrary.optionsVersion) }
        options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR
        options.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES.rawValue
        let list = try git(.status, name, free: git_status_list_free) {
            git_status_list_new(&$0, repository, &options)
        }
        var paths: [String] = []
        for index in 0..<git_status_list_entrycount(list.pointer) {
            guard let entry = git_status_byindex(list.pointer, index)?.pointee else { continue }
            let delta = entry.index_to_workdir ?? entry.head_to_index
            guard let name = delta?.pointee.new_file.path ?? delta?.pointee.old_file.path else { continue }
            let path = String(cString: name)
            if !Self.lies(path, below: folders) { paths.append(path) }
        }
        return paths
    }

    private static func lies(_ path: String, below folders: [String]) -> Bool {
        folders.contains { path.hasPrefix("\($0)/") }
    }

    func fastForward(
        to revision: Revision, branch: String, ignoring folders: [String]
    ) throws(Failure) -> FastForward {
        guard let workTree else { return .left(.bare) }
        let head = try head()
        switch head {
        case .detached: return .left(.detached)
        case .branch(let name, _), .unborn(let name):
            if name != branch { return .left(.otherBranch(name)) }
        }
        if let name = operationInProgress() { return .left(.operationInProgress(name)) }
        if let own = head.revision {
            switch try relation(of: own, to: revision) {
            case .same: return .upToDate
            case .ahead(let count): return .left(.ahead(count))
            case .diverged(let ahead, let behind): return .left(.diverged(ahead: ahead, behind: behind))
            case .unrelated: return .left(.diverged(ahead: 1, behind: 1))
            case .behind: break
            }
        }
        try refuseLockedIndex()
        let target = try tree(of: revision)
        var base: OID?
        if let own = head.revision { base = try tree(of: own) }
        // What already is as the target has it is no change to lose: an earlier attempt was cut short there.
        let changed = try changed(since: base, to: target, workTree, ignoring: folders)
        if !changed.isEmpty {
            return .left(.changed(paths: Array(changed.prefix(50)), count: changed.count))
        }
        if let obstacle = try checkOut(target, from: base, workTree, ignoring: folders) { return .left(obstacle) }
        try update(
            "refs/heads/\(branch)", to: revision,
            expecting: head.revision.map(RefExpectation.revision) ?? .absent,
            reason: "merge \(revision.short): Fast-forward")
        return .forwarded(from: head.revision, to: revision)
    }

    private func changed(
        since base: OID?, to target: OID, _ workTree: String, ignoring folders: [String]
    ) throws(Failure) -> [String] {
        let paths = try changedInCheckout(ignoring: folders)
        guard !paths.isEmpty else { return [] }
        let index = try git(.readIndex, name, free: git_index_free) { git_repository_index(&$0, repository) }
        let lookup = TreeLookup(self)
        var changed: [String] = []
        for path in paths {
            var old: TreeComparison.Side?
            if let base { old = try lookup.file(at: path, in: base) }
            let new = try lookup.file(at: path, in: target)
            let entry = git_index_get_bypath(index.pointer, path, 0)?.pointee
            let staged = entry.map { TreeComparison.Side(mode: FileMode(raw: $0.mode), id: OID($0.id)) }
            // Staged as neither HEAD has it nor the target: somebody's work.
            if staged != new, staged != old {
                changed.append(path)
            } else if try !holdsNothingElse(path, workTree, than: new) {
                changed.append(path)
            }
        }
        return changed
    }

    /// Nil when it is done; nothing is written when there is an obstacle.
    private func checkOut(
        _ target: OID, from base: OID?, _ workTree: String, ignoring folders: [String]
    ) throws(Failure) -> FastForward.Obstacle? {
        var comparison = TreeComparison(self, old: .everything, new: .everything)
        try comparison.compare(base, target)
        /// Written by force: nothing can be lost there.
        var inPlace: [String] = []
        var others: [String] = []
        var isAll = true
        for difference in comparison.differences {
            let path = String(decoding: difference.path, as: UTF8.self)
            if try holdsNothingElse(path, workTree, than: difference.new) {
                inPlace.append(path)
            } else if Self.lies(path, below: folders), try !isInPlace(path, workTree, difference.old) {
                if try FileStatus("\(workTree)/\(path)") == nil { inPlace.append(path) } else { isAll = false }
            } else {
                others.append(path)
            }
        }
        // Nothing was begun before, the usual case: libgit2 looks for itself.
        let safe = GIT_CHECKOUT_SAFE.rawValue | GIT_CHECKOUT_DONT_OVERWRITE_IGNORED.rawValue
        if inPlace.isEmpty, isAll { return try checkOut(target, paths: [], strategy: safe) }
        if !others.isEmpty, let obstacle = try checkOut(target, paths: others, strategy: safe) { return obstacle }
        return inPlace.isEmpty ? nil : try checkOut(target, paths: inPlace, strategy: GIT_CHECKOUT_FORCE.rawValue)
    }

    private func checkOut(
        _ target: OID, paths: [String], strategy: UInt32
    ) throws(Failure) -> FastForward.Obstacle? {
        let tree = try treeHandle(try ObjectID(target))
        var options = git_checkout_options()
        try git(.checkout, name) { git_checkout_options_init(&options, GitLibrary.optionsVersion) }
        options.checkout_strategy = strategy | GIT_CHECKOUT_DISABLE_PATHSPEC_MATCH.rawValue
        options.notify_flags = GIT_CHECKOUT_NOTIFY_CONFLICT.rawValue
        options.notify_cb = { _, path, _, _, _, payload in
            guard let path, let payload else { return 0 }
            Unmanaged<PathSink>.fromOpaque(payload).takeUnretainedValue().paths.append(String(cString: path))
            return 0
        }
        let sink = PathSink()
        options.notify_payload = Unmanaged.passUnretained(sink).toOpaque()
        let status = try withStringArray(paths) { array throws(Failure) in
            options.paths = array
            return withExtendedLifetime(sink) { git_checkout_tree(repository, tree.pointer, &options) }
        }
        if status == GIT_ECONFLICT.rawValue, !sink.paths.isEmpty { return .inTheWay(sink.paths.sorted()) }
        guard status >= 0 else { throw .git(status, .checkout, name) }
        return nil
    }

    /// The library takes the lock only after it has written the files.
    private func refuseLockedIndex() throws(Failure) {
        let lock = gitDirectory + "/index.lock"
        guard try FileStatus(lock) != nil else { return }
        throw Failure(
            .gitLocked, "the index of '\(name)' is locked by another git process",
            remedy: "Wait for it; if none is running, remove \(lock).", scheduling: .retry)
    }

    /// Whether nothing is lost when what is wanted is written at `path`: it is there already, whole or in part.
    private func holdsNothingElse(
        _ path: String, _ workTree: String, than wanted: TreeComparison.Side?
    ) throws(Failure) -> Bool {
        if try isInPlace(path, workTree, wanted) { return true }
        return try isBeginning(path, workTree, wanted)
    }

    /// Whether the file at `path` is the first part of what is wanted there: its writing was cut short, by a kill or a full
    /// disk, and going on loses nothing.
    private func isBeginning(
        _ path: String, _ workTree: String, _ wanted: TreeComparison.Side?
    ) throws(Failure) -> Bool {
        let file = "\(workTree)/\(path)"
        guard let wanted, wanted.mode == .file || wanted.mode == .executable, let status = try FileStatus(file),
            status.mode == .file || status.mode == .executable, status.size < 64 << 20,
            try size(wanted.id) > status.size, let bytes = try SmallFile.read(file)
        else { return false }
        return try blob(wanted.id).starts(with: bytes)
    }

    /// Whether the file at `path` already is what is wanted there; nil wants none.
    private func isInPlace(
        _ path: String, _ workTree: String, _ wanted: TreeComparison.Side?
    ) throws(Failure) -> Bool {
        guard let status = try FileStatus("\(workTree)/\(path)") else { return wanted == nil }
        guard let wanted, wanted.mode == status.mode else { return false }
        var id = git_oid()
        if wanted.mode == .symbolicLink {
            let link = try FileStatus.target(ofLink: "\(workTree)/\(path)")
            try git(.status, path) { git_odb_hash(&id, link, link.count, GIT_OBJECT_BLOB) }
        } else {
            try git(.status, path) { git_repository_hashfile(&id, repository, path, GIT_OBJECT_BLOB, nil) }
        }
        return OID(id) == wanted.id
    }
}

private final class PathSink {
    var paths: [String] = []
}
