import CGit2

/// Fetches into an existing repository, without using its configured remotes.
struct FetchOperation {
    private let session: Session
    init(_ session: Session) { self.session = session }

    func run() throws(TransportError) {
        let repository = try session.openRepository()
        defer { git_repository_free(repository) }
        let remote = try session.makeRemote(repository: repository)
        defer { git_remote_free(remote) }
        var options = git_fetch_options()
        git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
        session.configure(&options)
        options.prune = session.request.flag("prune") ? GIT_FETCH_PRUNE : GIT_FETCH_NO_PRUNE
        options.download_tags =
            session.request.flag("tags") ? GIT_REMOTE_DOWNLOAD_TAGS_ALL : GIT_REMOTE_DOWNLOAD_TAGS_NONE
        options.update_fetchhead = 0
        let refspecs = session.request.all("refspec")
        guard !refspecs.isEmpty else { throw TransportError(.request, "the field 'refspec' is missing") }
        try session.call {
            LibGit2.withStrings(refspecs) { git_remote_fetch(remote, $0, &options, "fetch by the deployer") }
        }
        session.finish([("empty", session.hasAdvertisement(remote) ? "0" : "1")])
    }
}
