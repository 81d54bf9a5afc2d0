#if canImport(CGit2)
    import CGit2

    /// Repositories for one test, made with libgit2 itself rather than with the code under test, and configured from nowhere but
    /// the test: the operator's git configuration is not read.
    package struct GitFixture: Sendable {
        /// What libgit2 refused, and its words.
        package struct Refusal: Error, CustomStringConvertible {
            package var description: String
        }

        /// Absolute path of the fixture's own folder.
        package let folder: String

        /// Runs `body` with a folder that is removed afterwards.
        package static func with<Result>(
            _ body: (GitFixture) async throws -> Result
        ) async throws -> Result {
            isolate()
            return try await ScratchDirectory.with { try await body(GitFixture(folder: $0)) }
        }

        /// Uses a folder that somebody else removes.
        package init(folder: String) {
            Self.isolate()
            self.folder = folder
        }

        /// Initialises libgit2 and keeps it from reading configuration outside of repositories, in the whole process.
        package static func isolate() { _ = isolated }

        private static let isolated: Bool = {
            git_libgit2_init()
            let levels = [
                GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
            ]
            return levels.allSatisfy { cgit2_set_search_path($0.rawValue, "") == 0 }
        }()

        /// Makes a repository named `name` in the fixture's folder.
        /// - Returns: its path.
        @discardableResult
        package func repository(_ name: String, isBare: Bool = false, branch: String = "main") throws -> String {
            let path = "\(folder)/\(name)"
            var options = git_repository_init_options()
            git_repository_init_options_init(&options, 1)
            options.flags = GIT_REPOSITORY_INIT_MKPATH.rawValue | (isBare ? GIT_REPOSITORY_INIT_BARE.rawValue : 0)
            var repository: OpaquePointer?
            defer { git_repository_free(repository) }
            try Self.check("make a repository") {
                branch.withCString {
                    options.initial_head = $0
                    return git_repository_init_ext(&repository, path, &options)
                }
            }
            return path
        }

        /// Commits on top of a branch (made when it does not exist), without touching files or the index.
        /// - Parameters:
        ///   - files: content by path; nil deletes. What is not named stays.
        ///   - modes: other than 0o100644; for a submodule (0o160000) the content is the commit's name.
        ///   - parents: names of commits; nil takes the branch's tip.
        /// - Returns: the commit's name.
        @discardableResult
        package func commit(
            _ files: [String: String?], to path: String, branch: String = "main", modes: [String: UInt32] = [:],
            message: String = "A commit", parents: [String]? = nil, time: Int64 = 1_800_000_000
        ) throws -> String {
            var repository: OpaquePointer?
            try Self.check("open \(path)") { git_repository_open(&repository, path) }
            defer { git_repository_free(repository) }
            var ids: [git_oid] = []
            if let parents {
                for parent in parents {
                    var id = git_oid()
                    try Self.check("read \(parent)") { git_oid_fromstr(&id, parent) }
                    ids.append(id)
                }
            } else {
                var id = git_oid()
                if git_reference_name_to_id(&id, repository, "refs/heads/\(branch)") == 0 { ids = [id] }
            }
            var tree = try tree(files, modes, on: ids.first, repository)
            var author: UnsafeMutablePointer<git_signature>?
            defer { git_signature_free(author) }
            try Self.check("sign") { git_signature_new(&author, "Test", "test@localhost", time, 0) }
            var made = git_oid()
            try Self.check("commit") {
                ids.withUnsafeBufferPointer { ids in
                    var pointers: [UnsafePointer<git_oid>?] = ids.indices.map { index in
                        ids.baseAddress.map { $0 + index }
                    }
                    return git_commit_create_from_ids(
                        &made, repository, nil, author, author, "UTF-8", message, &tree, pointers.count, &pointers)
                }
            }
            var reference: OpaquePointer?
            defer { git_reference_free(reference) }
            git_repository_set_ident(repository, "Test", "test@localhost")
            try Self.check("move \(branch)") {
                git_reference_create(&reference, repository, "refs/heads/\(branch)", &made, 1, "test")
            }
            return Self.hex(made)
        }

        /// Makes files and index of a checkout what HEAD says, whatever they are.
        package func checkOutHead(of path: String) throws {
            var repository: OpaquePointer?
            try Self.check("open \(path)") { git_repository_open(&repository, path) }
            defer { git_repository_free(repository) }
            var options = git_checkout_options()
            git_checkout_options_init(&options, 1)
            options.checkout_strategy = GIT_CHECKOUT_FORCE.rawValue
            try Self.check("check out \(path)") { git_checkout_head(repository, &options) }
        }

        private func tree(
            _ files: [String: String?], _ modes: [String: UInt32], on parent: git_oid?, _ repository: OpaquePointer?
        ) throws -> git_oid {
            var index: OpaquePointer?
            try Self.check("make an index") { git_index_new(&index) }
            defer { git_index_free(index) }
            if var parent {
                var commit: OpaquePointer?
                var tree: OpaquePointer?
                defer {
                    git_tree_free(tree)
                    git_commit_free(commit)
                }
                try Self.check("read the parent") { git_commit_lookup(&commit, repository, &parent) }
                try Self.check("read its tree") { git_commit_tree(&tree, commit) }
                try Self.check("read its files") { git_index_read_tree(index, tree) }
            }
            // A file may take the place of a folder that the same commit deletes.
            for (path, content) in files where content == nil {
                try Self.check("delete \(path)") { git_index_remove(index, path, 0) }
            }
            for (path, content) in files.sorted(by: { $0.key < $1.key }) {
                guard let content else { continue }
                var entry = git_index_entry()
                entry.mode = modes[path] ?? 0o100644
                try Self.check("store \(path)") {
                    entry.mode == 0o160000
                        ? git_oid_fromstr(&entry.id, content)
                        : git_blob_create_from_buffer(&entry.id, repository, content, content.utf8.count)
                }
                try Self.check("add \(path)") {
                    path.withCString {
                        entry.path = $0
                        return git_index_add(index, &entry)
                    }
                }
            }
            var id = git_oid()
            try Self.check("write a tree") { git_index_write_tree_to(&id, index, repository) }
            return id
        }

        private static func hex(_ id: git_oid) -> String {
            var id = id
            var buffer = [CChar](repeating: 0, count: 41)
            git_oid_tostr(&buffer, buffer.count, &id)
            return String(decoding: buffer.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        private static func check(_ action: String, _ call: () -> Int32) throws {
            guard call() < 0 else { return }
            let words = git_error_last().flatMap { $0.pointee.message }.map { String(cString: $0) }
            throw Refusal(description: "cannot \(action): \(words ?? "no reason given")")
        }
    }
#endif
