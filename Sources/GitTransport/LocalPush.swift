import CGit2

/// Pushes to a repository on this machine.
///
/// libgit2's own transport for paths sets each reference by force, whatever it has become since it was looked at; a colleague's
/// push that lands in between would vanish. Here the objects go over as one pack, and then each reference is compared and
/// set under its lock.
struct LocalPush {
    /// One reference over there, as it was found.
    private struct Step {
        var destination: String
        /// Where the destination leads to when it is symbolic.
        var name: String
        var old: git_oid?
        /// nil deletes.
        var new: git_oid?
    }

    static let message = "push by the deployer"
    private let session: Session
    private let source: OpaquePointer?

    init(_ session: Session, from source: OpaquePointer?) {
        self.session = session
        self.source = source
    }

    func run(_ updates: [PushOperation.Update]) throws(TransportError) {
        let target = try openTarget()
        defer { git_repository_free(target) }
        var steps: [Step] = []
        for update in updates { steps.append(try step(update, target)) }
        try copyObjects(for: steps, to: target)
        for step in steps {
            if let refusal = try perform(step, target) {
                session.reply.line("answer", step.destination, refusal)
            } else {
                session.reply.line("answer", step.destination)
            }
        }
        session.finish([])
    }

    private func openTarget() throws(TransportError) -> OpaquePointer? {
        let path = try session.request.required("url")
        var target: OpaquePointer?
        try LibGit2.call { git_repository_open_ext(&target, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil) }
        guard git_repository_is_bare(target) == 1 else {
            git_repository_free(target)
            throw Self.refusal(GIT_EBAREREPO, "the repository has a working tree")
        }
        return target
    }

    /// Looks at one destination, and refuses what is not where it was expected or would lose commits.
    private func step(_ update: PushOperation.Update, _ target: OpaquePointer?) throws(TransportError) -> Step {
        var step = Step(destination: update.destination, name: update.destination)
        var reference: OpaquePointer?
        if git_reference_lookup(&reference, target, update.destination) == 0 {
            defer { git_reference_free(reference) }
            var direct: OpaquePointer?
            try LibGit2.call { git_reference_resolve(&direct, reference) }
            defer { git_reference_free(direct) }
            step.name = git_reference_name(direct).map { String(cString: $0) } ?? update.destination
            step.old = git_reference_target(direct)?.pointee
        }
        if !update.source.isEmpty { step.new = try resolve(update.source) }
        if let expected = update.expected {
            let actual = step.old.map(LibGit2.text)
            guard actual == expected.id else {
                throw TransportError(
                    .lease, "\(update.destination) \(expected.id ?? "absent") \(actual ?? "absent")")
            }
        }
        if !update.isForced, var old = step.old, var new = step.new, git_oid_equal(&old, &new) == 0 {
            guard isHere(old), git_graph_descendant_of(source, &new, &old) == 1 else {
                throw Self.refusal(GIT_ENONFASTFORWARD, "\(update.destination) has commits that the push does not have")
            }
        }
        return step
    }

    private func resolve(_ text: String) throws(TransportError) -> git_oid {
        var id = git_oid()
        if text.count == 40, !text.contains("/") {
            try LibGit2.call { git_oid_fromstr(&id, text) }
        } else {
            try LibGit2.call { git_reference_name_to_id(&id, source, text) }
        }
        return id
    }

    private func isHere(_ id: git_oid) -> Bool {
        var odb: OpaquePointer?
        guard git_repository_odb(&odb, source) == 0 else { return false }
        defer { git_odb_free(odb) }
        var id = id
        return git_odb_exists(odb, &id) == 1
    }

    /// Packs what is reachable from the new commits and from nothing that is over there, straight into its place.
    private func copyObjects(for steps: [Step], to target: OpaquePointer?) throws(TransportError) {
        var walk: OpaquePointer?
        try LibGit2.call { git_revwalk_new(&walk, source) }
        defer { git_revwalk_free(walk) }
        var builder: OpaquePointer?
        try LibGit2.call { git_packbuilder_new(&builder, source) }
        defer { git_packbuilder_free(builder) }
        var isAnyNew = false
        for step in steps {
            guard var new = step.new else { continue }
            isAnyNew = true
            try add(&new, to: builder, walk)
        }
        guard isAnyNew else { return }
        let known = steps.compactMap(\.old).filter(isHere)
        for id in known.isEmpty ? try references(of: target).filter(isHere) : known {
            var id = id
            // What is no commit cannot be left out, and does no harm.
            git_revwalk_hide(walk, &id)
        }
        try LibGit2.call { git_packbuilder_insert_walk(builder, walk) }
        let count = git_packbuilder_object_count(builder)
        guard count > 0, let folder = git_repository_commondir(target).map({ String(cString: $0) }) else { return }
        try LibGit2.call { git_packbuilder_write(builder, "\(folder)objects/pack", 0, nil, nil) }
        session.receivedObjects = Int(count)
    }

    /// A commit goes into the walk; a tag of one by itself too, and of anything else as it is.
    private func add(
        _ id: inout git_oid, to builder: OpaquePointer?, _ walk: OpaquePointer?
    ) throws(TransportError) {
        var object: OpaquePointer?
        try LibGit2.call { git_object_lookup(&object, source, &id, GIT_OBJECT_ANY) }
        defer { git_object_free(object) }
        if git_object_type(object) == GIT_OBJECT_COMMIT {
            try LibGit2.call { git_revwalk_push(walk, &id) }
            return
        }
        try LibGit2.call { git_packbuilder_insert_recur(builder, &id, nil) }
        var commit: OpaquePointer?
        guard git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0 else { return }
        defer { git_object_free(commit) }
        try LibGit2.call { git_revwalk_push(walk, git_object_id(commit)) }
    }

    private func references(of target: OpaquePointer?) throws(TransportError) -> [git_oid] {
        var iterator: OpaquePointer?
        try LibGit2.call { git_reference_iterator_new(&iterator, target) }
        defer { git_reference_iterator_free(iterator) }
        var found: [git_oid] = []
        var reference: OpaquePointer?
        while git_reference_next(&reference, iterator) == 0 {
            if let id = git_reference_target(reference) { found.append(id.pointee) }
            git_reference_free(reference)
        }
        return found
    }

    /// - Returns: why the reference was not set: somebody else was faster.
    private func perform(_ step: Step, _ target: OpaquePointer?) throws(TransportError) -> String? {
        do throws(TransportError) {
            try set(step, target)
            return nil
        } catch {
            switch git_error_code(error.code) {
            case GIT_EMODIFIED, GIT_ENOTFOUND: return "remote ref updated since checkout"
            case GIT_EEXISTS: return "reference already exists"
            case GIT_ELOCKED: return "failed to lock"
            default:
                guard error.gitClass == Int32(GIT_ERROR_REFERENCE.rawValue) else { throw error }
                return error.message
            }
        }
    }

    private func set(_ step: Step, _ target: OpaquePointer?) throws(TransportError) {
        var reference: OpaquePointer?
        defer { git_reference_free(reference) }
        switch (step.old, step.new) {
        case (nil, nil): break
        case (nil, var new?):
            try create(step.name, &new, in: target)
        case (var old?, var new?):
            try LibGit2.call {
                git_reference_create_matching(&reference, target, step.name, &new, 1, &old, Self.message)
            }
        case (var old?, nil):
            try LibGit2.call { git_reference_lookup(&reference, target, step.name) }
            guard let found = git_reference_target(reference), git_oid_equal(found, &old) == 1 else {
                throw Self.refusal(GIT_EMODIFIED, "the reference has moved")
            }
            // Compares once more with what was read, under the lock.
            try LibGit2.call { git_reference_delete(reference) }
        }
    }

    static func refusal(_ code: git_error_code, _ message: String) -> TransportError {
        var error = TransportError(.git, message)
        error.code = code.rawValue
        return error
    }
}
