import CGit2
import Model

/// Answers for many services at once what they are made of at a commit, at the cost of what has changed since it was last asked.
///
/// The digest of a glob is the name git would give to the folder its literal part leads to, reduced to what it matches:
/// a Merkle tree, so it changes exactly when a path, a mode or a content that matches does, and a folder that did not
/// change is answered from memory.
final class Fingerprinter {
    private var query: FingerprintQuery?
    private var cache: DigestCache
    /// The answers of the last call, reused where nothing changed.
    private var last: (root: OID, answers: [Answer])?
    /// Trees read during one call: several globs may walk the same folders.
    private var trees: [OID: RawTree] = [:]
    /// Trees opened since the start, for tests.
    private(set) var treesRead = 0

    private struct Answer {
        var tree: OID
        var digests: [OID]
        var fingerprint: Fingerprint?
    }

    init(cacheCapacity: Int = 60_000) { cache = DigestCache(capacity: cacheCapacity) }

    /// - Returns: one for each source, in order; nil where its folder does not exist at this commit. The digest of a glob that
    ///   matches nothing is the empty tree's name. `configuration` is left to the caller.
    func fingerprints(
        of sources: [FingerprintSource], root: OID, in session: GitSession
    ) throws(Failure) -> [Fingerprint?] {
        let query: FingerprintQuery
        if let known = self.query, known.sources == sources {
            query = known
            if let last, last.root == root { return last.answers.map(\.fingerprint) }
        } else {
            query = try FingerprintQuery(sources)
            self.query = query
            last = nil
        }
        defer { trees = [:] }
        var found = Found(query)
        try walk(0, root, query, session, &found)

        var answers: [Answer] = []
        answers.reserveCapacity(sources.count)
        for index in sources.indices {
            let tree = found.trees[index]
            let digests = query.inputs[index].map { found.digests[$0] }
            if let before = last?.answers[index], before.tree == tree, before.digests == digests {
                answers.append(before)
            } else {
                answers.append(try answer(sources[index], tree, digests))
            }
        }
        last = (root, answers)
        return answers.map(\.fingerprint)
    }

    private func answer(_ source: FingerprintSource, _ tree: OID, _ digests: [OID]) throws(Failure) -> Answer {
        guard tree != .zero else { return Answer(tree: tree, digests: digests, fingerprint: nil) }
        var inputs: [String: String] = [:]
        for (pattern, digest) in zip(source.inputs, digests) {
            inputs[pattern] = digest == .zero ? Self.emptyTree : digest.hex
        }
        return Answer(
            tree: tree, digests: digests, fingerprint: Fingerprint(tree: try ObjectID(tree), inputs: inputs))
    }

    /// What git calls a tree without entries.
    static let emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

    private struct Found {
        var trees: [OID]
        var digests: [OID]
        init(_ query: FingerprintQuery) {
            trees = Array(repeating: .zero, count: query.sources.count)
            digests = Array(repeating: .zero, count: query.globs.count)
        }
    }

    private func walk(
        _ index: Int, _ tree: OID, _ query: FingerprintQuery, _ session: GitSession, _ found: inout Found
    ) throws(Failure) {
        let node = query.nodes[index]
        for source in node.sources { found.trees[source] = tree }
        for glob in node.globs {
            let number = cache.number(of: query.globs[glob])
            found.digests[glob] = try reduce(
                tree, query.globs[glob], number, query.states[glob], session, depth: 0)
        }
        guard !node.children.isEmpty else { return }
        // Both sides are sorted the same way: one pass finds all folders that are asked for.
        var remaining = node.children[...]
        for entry in try read(tree, session).entries where entry.isTree {
            while let child = remaining.first, FingerprintQuery.isBefore(query.nodes[child].name, entry.name) {
                remaining.removeFirst()
            }
            guard let child = remaining.first else { return }
            if entry.name.elementsEqual(query.nodes[child].name) {
                remaining.removeFirst()
                try walk(child, entry.id, query, session, &found)
            }
        }
    }

    /// The name of `tree` reduced to what matches; `zero` when nothing does.
    private func reduce(
        _ tree: OID, _ glob: Glob, _ number: UInt32, _ state: Glob.State, _ session: GitSession, depth: Int
    ) throws(Failure) -> OID {
        if state == Glob.everything { return tree }
        if state == 0 { return .zero }
        guard depth < TreeComparison.deepest else {
            throw Failure(
                .gitUnsafePath, "'\(session.name)' has folders nested more than \(TreeComparison.deepest) deep")
        }
        let key = DigestCache.Key(tree: tree, glob: number, state: state)
        if let known = cache.answer(for: key) { return known }
        var reduced: [UInt8] = []
        for entry in try read(tree, session).entries {
            guard entry.isTree else {
                if glob.selects(entry.name, in: state) { reduced.append(contentsOf: entry.encoded) }
                continue
            }
            let inside = glob.enter(entry.name, in: state)
            let below = try reduce(entry.id, glob, number, inside, session, depth: depth + 1)
            guard below != .zero else { continue }
            reduced.append(contentsOf: entry.encoded.dropLast(20))
            withUnsafeBytes(of: below.raw) { reduced.append(contentsOf: $0.prefix(20)) }
        }
        let digest = reduced.isEmpty ? OID.zero : try hash(reduced, session)
        cache.remember(digest, for: key)
        return digest
    }

    private func hash(_ tree: [UInt8], _ session: GitSession) throws(Failure) -> OID {
        var id = git_oid()
        try git(.readTree, session.name) { git_odb_hash(&id, tree, tree.count, GIT_OBJECT_TREE) }
        return OID(id)
    }

    private func read(_ tree: OID, _ session: GitSession) throws(Failure) -> RawTree {
        if let known = trees[tree] { return known }
        let read = try session.rawTree(tree)
        treesRead += 1
        trees[tree] = read
        return read
    }
}
