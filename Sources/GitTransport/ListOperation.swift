import CGit2

/// `ls-remote`: what the remote advertises.
struct ListOperation {
    private let session: Session
    init(_ session: Session) { self.session = session }

    func run() throws(TransportError) {
        let remote = try session.makeRemote(repository: nil)
        defer { git_remote_free(remote) }
        var options = git_remote_connect_options()
        git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
        options.callbacks = session.callbacks()
        options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        try session.call { git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options) }
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        try session.call { git_remote_ls(&heads, &count, remote) }
        for index in 0..<count {
            guard let head = heads?[index]?.pointee, let name = head.name else { continue }
            let text = String(cString: name)
            // Peeled tags are an aid to fetching, not references.
            if text.hasSuffix("^{}") { continue }
            if let target = head.symref_target {
                session.reply.line("ref", LibGit2.text(head.oid), text, String(cString: target))
            } else {
                session.reply.line("ref", LibGit2.text(head.oid), text)
            }
        }
        session.finish([])
    }
}
