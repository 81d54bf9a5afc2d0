import CGit2

/// Clones without a checkout into a path that must not exist.
struct CloneOperation {
    private let session: Session
    init(_ session: Session) { self.session = session }

    func run() throws(TransportError) {
        var options = git_clone_options()
        git_clone_options_init(&options, UInt32(GIT_CLONE_OPTIONS_VERSION))
        session.configure(&options.fetch_opts)
        options.checkout_opts.checkout_strategy = GIT_CHECKOUT_NONE.rawValue
        options.bare = session.request.flag("bare") ? 1 : 0
        // Hard links into somebody else's object store would share its alternates and its damage.
        options.local = GIT_CLONE_NO_LOCAL
        let url = try session.request.required("url")
        let path = try session.request.required("repository")
        var repository: OpaquePointer?
        try session.call { git_clone(&repository, url, path, &options) }
        defer { git_repository_free(repository) }
        let isEmpty = git_repository_is_empty(repository)
        session.finish([("empty", isEmpty == 1 ? "1" : "0"), ("head", headBranch(of: repository) ?? "")])
    }

    private func headBranch(of repository: OpaquePointer?) -> String? {
        var head: OpaquePointer?
        guard git_reference_lookup(&head, repository, "HEAD") == 0 else { return nil }
        defer { git_reference_free(head) }
        return git_reference_symbolic_target(head).map { String(cString: $0) }
    }
}
