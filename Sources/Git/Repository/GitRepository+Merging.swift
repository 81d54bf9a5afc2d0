import CGit2
package import Model

extension GitRepository {
    /// Merges two trees that come from a common one, in memory.
    /// - Parameter ancestor: nil when they have nothing in common.
    package func merge(
        ancestor: ObjectID?, ours: ObjectID, theirs: ObjectID
    ) throws(Failure) -> MergeOutcome {
        try session.merge(ancestor: ancestor, ours: ours, theirs: theirs)
    }

    /// Takes the commits that `tip` has and `upstream` has not over to a new base, oldest first, by merging trees. Authors and
    /// messages stay; a commit whose changes the base holds already is left out. No reference is touched.
    /// - Parameters:
    ///   - upstream: where the commits started; usually the old position of the branch `base` is now on.
    ///   - committer: of the new commits.
    /// - Throws: `git.merge-commit` when one of them has several parents.
    package func rebase(
        _ tip: Revision, from upstream: Revision, onto base: Revision, committer: Signature
    ) throws(Failure) -> RebaseOutcome {
        var current = base
        for commit in try commits(from: tip, excluding: upstream) {
            guard commit.parents.count == 1, let parent = commit.parents.first else {
                throw Failure(
                    .gitMergeCommit, "the commit \(commit.id.short) is no simple change and cannot be rebased",
                    remedy: "Merge it by hand.")
            }
            let tree = try ObjectID(try session.tree(of: current))
            let outcome = try session.merge(
                ancestor: try ObjectID(try session.tree(of: parent)), ours: tree, theirs: commit.tree)
            switch outcome {
            case .conflicts(let conflicts): return .conflicts(commit: commit.id, conflicts)
            case .clean(let merged):
                if merged == tree { continue }
                current = try session.write(
                    CommitDraft(
                        tree: merged, parents: [current], message: commit.message, author: commit.author,
                        committer: committer))
            }
        }
        return .rebased(current)
    }

    /// Merges two versions of a file that come from a common one (`git merge-file`).
    /// - Parameter labels: what the conflict markers call the sides.
    package nonisolated func mergeFiles(
        ancestor: [UInt8], ours: [UInt8], theirs: [UInt8], labels: (ours: String, theirs: String) = ("ours", "theirs")
    ) async throws(Failure) -> FileMerge {
        try await mergeContents(ancestor, ours, theirs, labels.ours, labels.theirs)
    }

    private func mergeContents(
        _ ancestor: [UInt8], _ ours: [UInt8], _ theirs: [UInt8], _ ourLabel: String, _ theirLabel: String
    ) throws(Failure) -> FileMerge {
        try FileMerge(ancestor: ancestor, ours: ours, theirs: theirs, ourLabel: ourLabel, theirLabel: theirLabel)
    }
}

extension FileMerge {
    fileprivate init(
        ancestor: [UInt8], ours: [UInt8], theirs: [UInt8], ourLabel: String, theirLabel: String
    ) throws(Failure) {
        var result = git_merge_file_result()
        defer { git_merge_file_result_free(&result) }
        try git(.merge, ourLabel) {
            var options = git_merge_file_options()
            let status = git_merge_file_options_init(&options, GitLibrary.optionsVersion)
            guard status == 0 else { return status }
            return ourLabel.withCString { our in
                theirLabel.withCString { their in
                    options.our_label = our
                    options.their_label = their
                    return Self.withInput(ancestor) { ancestor in
                        Self.withInput(ours) { ours in
                            Self.withInput(theirs) { theirs in
                                git_merge_file(&result, ancestor, ours, theirs, &options)
                            }
                        }
                    }
                }
            }
        }
        content = result.ptr.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: result.len)) } ?? []
        isClean = result.automergeable == 1
    }

    private static func withInput(
        _ content: [UInt8], _ body: (UnsafePointer<git_merge_file_input>) -> Int32
    ) -> Int32 {
        content.withUnsafeBytes { bytes in
            var input = git_merge_file_input()
            let status = git_merge_file_input_init(&input, GitLibrary.optionsVersion)
            guard status == 0 else { return status }
            // An empty array has no address; libgit2 wants one all the same.
            return withUnsafePointer(to: 0 as CChar) { nothing in
                input.ptr = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? nothing
                input.size = bytes.count
                return body(&input)
            }
        }
    }
}
