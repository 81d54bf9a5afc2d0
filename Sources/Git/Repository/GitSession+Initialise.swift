import CGit2
import Model

extension GitSession {
    convenience init(initialising path: String, isBare: Bool, branch: String) throws(Failure) {
        var options = git_repository_init_options()
        var pointer: OpaquePointer?
        try git(.initialise, path) {
            let status = git_repository_init_options_init(&options, GitLibrary.optionsVersion)
            guard status == 0 else { return status }
            var flags = GIT_REPOSITORY_INIT_NO_REINIT.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
            if isBare { flags |= GIT_REPOSITORY_INIT_BARE.rawValue }
            options.flags = flags
            return branch.withCString {
                options.initial_head = $0
                return git_repository_init_ext(&pointer, path, &options)
            }
        }
        guard let pointer else { throw .notARepository(path) }
        try self.init(owning: pointer, name: path)
    }
}
